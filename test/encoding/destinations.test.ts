import { expect } from 'chai';
import { DESTINATION_IDLE_MILLIS, Destinations } from '../../src/encoding/destinations.js';
import { parseTemplate } from '../../src/encoding/template.js';
import { NOW, record, RESOURCE } from './records.js';

function destinations(
  group: string,
  stream: string,
  maxDestinations = 10,
  onMissing?: (sentence: string) => void,
): { of: Destinations; clock: { now: number } } {
  const clock = { now: 0 };
  const settings = {
    logGroupName: parseTemplate(group),
    logStreamName: parseTemplate(stream),
    maxDestinations,
  };
  return { of: new Destinations(settings, () => clock.now, onMissing), clock };
}

describe('Destinations', () => {
  it('gives the same object for the same names', () => {
    const { of } = destinations('/apps/{service.name}', '{yyyy-mm-dd}');
    const first = of.of(record(), NOW);
    expect(first).to.deep.equal({ logGroupName: '/apps/orders', logStreamName: '2026-11-21' });
    expect(of.of(record(), NOW + 1)).to.equal(first);
  });

  it('makes values fit for names', () => {
    const { of } = destinations('/apps/{attributes.a}', '{attributes.a}');
    const found = of.of(record({ attributes: { a: 'ä:b*c d' } }), NOW);
    expect(found).to.deep.equal({ logGroupName: '/apps/__b_c_d', logStreamName: 'ä_b_c d' });
    const long = of.of(record({ attributes: { a: 'x'.repeat(2000) } }), NOW);
    expect([long!.logGroupName.length, long!.logStreamName.length]).to.deep.equal([512, 512]);
  });

  it('says once what nothing fills', () => {
    const said: string[] = [];
    const { of } = destinations('/{attributes.b}', '{host.nam}', 10, (sentence) => said.push(sentence));
    for (const a of ['x', 'y']) of.of(record({ attributes: { a } }), NOW);
    expect(said.map((one) => one.slice(0, 32))).to.deep.equal([
      'logGroupName is /{attributes.b},',
      'logStreamName is {host.nam}, and',
    ]);
  });

  it('refuses destinations beyond the bound, until one has been idle for an hour', () => {
    const { of, clock } = destinations('/g', '{attributes.a}', 2);
    const get = (a: string): string | undefined => of.of(record({ attributes: { a } }), NOW)?.logStreamName;
    expect([get('a'), get('b'), get('c'), get('a')]).to.deep.equal(['a', 'b', undefined, 'a']);
    clock.now = DESTINATION_IDLE_MILLIS - 1;
    expect([get('c'), get('a')]).to.deep.equal([undefined, 'a']);
    clock.now = DESTINATION_IDLE_MILLIS;
    expect([get('c'), get('b'), get('a')]).to.deep.equal(['c', undefined, 'a']);
  });

  it('tells a destination ahead where no record data is in it', () => {
    expect(destinations('/g', '{yyyy-mm-dd}').of.ahead(undefined, NOW)).to.deep.equal({
      logGroupName: '/g',
      logStreamName: '2026-11-21',
    });
    expect(destinations('/g', '{service.name}').of.ahead(undefined, NOW)).to.equal(undefined);
    expect(destinations('/{service.name}', 's').of.ahead(undefined, NOW)).to.equal(undefined);
    expect(destinations('/{service.name}', 's').of.ahead(RESOURCE, NOW)).to.include({
      logGroupName: '/orders',
    });
    expect(destinations('/g', '{attributes.a}').of.ahead(RESOURCE, NOW)).to.equal(undefined);
  });
});

describe('Destinations of like records', () => {
  it('change with the hour and with the resource', () => {
    const { of } = destinations('/{service.name}', '{hh}');
    const hour = 60 * 60 * 1000;
    const other = { attributes: { 'service.name': 'other' } };
    const found = [
      of.of(record(), NOW),
      of.of(record(), NOW + hour),
      of.of(record({ resource: other }), NOW + hour),
      of.of(record(), NOW),
    ];
    expect(found.map((one) => `${one!.logGroupName} ${one!.logStreamName}`)).to.deep.equal([
      '/orders 07',
      '/orders 08',
      '/other 08',
      '/orders 07',
    ]);
    expect(found[3]).to.equal(found[0]);
  });

  it('are not remembered past being forgotten, nor before the resource is complete', () => {
    const { of, clock } = destinations('/g', '{service.name}', 1);
    const resource = (name: string): object => ({ attributes: { 'service.name': name } });
    const [a, b] = [resource('a'), resource('b')];
    expect(of.of(record({ resource: a }), NOW)!.logStreamName).to.equal('a');
    clock.now = DESTINATION_IDLE_MILLIS;
    expect(of.of(record({ resource: b }), NOW)!.logStreamName).to.equal('b');
    expect(of.of(record({ resource: a }), NOW)).to.equal(undefined);

    const pending = { attributes: {} as Record<string, string>, asyncAttributesPending: true };
    const { of: later } = destinations('/g', '{service.name}');
    expect(later.of(record({ resource: pending }), NOW)!.logStreamName).to.equal('unknown');
    Object.assign(pending.attributes, { 'service.name': 'late' });
    expect(later.of(record({ resource: pending }), NOW)!.logStreamName).to.equal('late');
  });
});
