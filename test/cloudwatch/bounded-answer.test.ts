import { Readable } from 'node:stream';
import { expect } from 'chai';
import { type HttpAnswer, readAnswerBody } from '../../src/cloudwatch/bounded-answer.js';

describe('readAnswerBody', () => {
  const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(32);
  const answer = (body: unknown, statusCode = 200): HttpAnswer => ({ statusCode, headers: {}, body });

  it('reads whatever a request handler gives as the body, to the byte', async () => {
    const bodies: [string, (count: number) => unknown][] = [
      ['stream', (count) => Readable.from([bytes(count - 1), bytes(1)])],
      ['web stream', (count) => Readable.toWeb(Readable.from([bytes(count)]))],
      ['bytes', bytes],
      ['blob', (count) => new Blob([bytes(count)])],
    ];
    for (const [name, make] of bodies) {
      const whole = answer(make(10));
      await readAnswerBody(whole, 10);
      expect(whole.body, name).to.have.length(10);
      const thrown = await readAnswerBody(answer(make(11)), 10).catch((error: unknown) => error);
      expect(thrown, name).to.have.property('code', 'ERR_ANSWER_TOO_LONG');
    }
  });

  it('leaves out the long body of an error, and has none where there is none', async () => {
    for (const one of [answer(bytes(11), 503), answer(undefined), answer(undefined, 500)]) {
      await readAnswerBody(one, 10);
      expect(one.body).to.have.length(0);
    }
  });

  it('leaves a stream of events alone', async () => {
    const stream = Readable.from([]);
    const one = {
      statusCode: 200,
      headers: { 'content-type': 'application/vnd.amazon.eventstream' },
      body: stream,
    };
    await readAnswerBody(one, 10);
    expect(one.body).to.equal(stream);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const stream = new Readable({ read: () => undefined });
    const reading = readAnswerBody(answer(stream), 10, stop.signal).catch((error: unknown) => error);
    stop.abort();
    expect(await reading).to.be.an('error');
    expect(stream.destroyed).to.equal(true);
  });
});
