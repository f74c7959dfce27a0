import { expect } from 'chai';
import fc from 'fast-check';
import { contentBytesOf, readBatch, toEvent, toMessage } from '../../src/base/event-content.js';
import { Places } from '../../src/base/places.js';

const places = new Places('test');
const destination = places.of('key')!;

function back(content: string | Uint8Array): { text: string; bytes: Uint8Array; counted: number } {
  const event = toEvent(toMessage(content), 7);
  const { destination: key, events } = readBatch({ destination, events: [event], bytes: 0 }, places);
  expect(key).to.equal('key');
  const [{ text, bytes, timestamp }] = events as unknown as [(typeof events)[0]];
  expect(timestamp).to.equal(7);
  return { text, bytes, counted: contentBytesOf(event) };
}

describe('event contents', () => {
  it('come back as they were, and count as many bytes as they have', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.string().map((one) => `\u0000${one}`),
    );
    fc.assert(
      fc.property(text, (content) => {
        const { text: read, bytes, counted } = back(content);
        expect(read).to.equal(content.toWellFormed());
        expect(counted).to.equal(bytes.length).and.to.equal(Buffer.byteLength(content.toWellFormed()));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (content) => {
        const { bytes, counted } = back(content);
        expect([...bytes]).to.deep.equal([...content]);
        expect(counted).to.equal(content.length);
      }),
    );
  });

  it('lose halves of characters, as any UTF-8 does', () => {
    expect(back('a\ud800b').text).to.equal('a\ufffdb');
  });
});

describe('Places', () => {
  it('gives each key a place, and the key of each place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (key) => {
        const place = places.of(key);
        expect(place === undefined).to.equal(!key.isWellFormed());
        if (place) expect(places.keyOf(place)).to.equal(key);
      }),
    );
  });

  it('knows a place by one object, also after a thousand others', () => {
    const one = places.of('one');
    expect(places.of('one')).to.equal(one);
    for (let index = 0; index < 2_000; index++) places.of(`other ${index}`);
    expect(places.of('one')).to.deep.equal(one);
  });

  it('has no place for an empty key, or one that is too long', () => {
    expect(places.of('')).to.equal(undefined);
    expect(places.of('x'.repeat(512))).not.to.equal(undefined);
    expect(places.of('x'.repeat(513))).to.equal(undefined);
    expect(places.of('ü'.repeat(86))).to.equal(undefined);
  });

  it('takes a name that is no key of ours as it stands', () => {
    expect(places.keyOf({ logGroupName: 'back-end/test', logStreamName: '100%' })).to.equal('100%');
  });

  it('tells what is its own', () => {
    expect(places.isOwn(destination)).to.equal(true);
    expect(places.isOwn({ logGroupName: '/apps/orders', logStreamName: 'key' })).to.equal(false);
  });

  it('gives each batch an entity of its own', () => {
    expect(places.ownEntity()).not.to.deep.equal(places.ownEntity());
  });
});
