import { expect } from 'chai';
import { CorrelationEngine } from '../../src/insights/index.js';
import { HOUR, LocalService } from '../simulation/local-service.js';
import { ask, handlerFor } from './handler-for.js';

const TRACE_ID = 'e'.repeat(32);
const EVENTS = 3_000;
const GROUPS = ['/apps/a', '/apps/b', '/apps/c', '/apps/d'];
/** Far fewer than there are events: the range is read in pieces. */
const ROWS_OF_QUERY = 250;

const markerOf = (message: string): number => (JSON.parse(message) as { marker: number }).marker;

/** As `bench/look-ups.ts` tries with 200,000 events. */
describe('a trace of more events than a query answers', function () {
  this.timeout(180_000);
  let service: LocalService;
  const wanted = Array.from({ length: EVENTS }, (_, index) => index);

  before(async () => {
    service = await LocalService.start();
    service.time -= HOUR;
    for (const group of GROUPS) await service.createStream(group);
    service.time += HOUR;
    for (const [place, group] of GROUPS.entries()) {
      const own = wanted.filter((index) => index % GROUPS.length === place);
      await service.put(
        group,
        // 80 in each second, many of them in the same millisecond.
        own.map((index) => [
          -40 * 60_000 + Math.floor(index / 80) * 1000 + Math.floor((index % 80) / 40),
          JSON.stringify({ trace_id: TRACE_ID, marker: index, body: `event ${index}` }),
        ]),
      );
    }
  });
  after(() => service.stop());

  it('is found by the engine whole, each event once, in time order', async () => {
    const engine = new CorrelationEngine({
      client: service.client,
      logGroups: ['/apps/*'],
      clock: () => service.time,
      firstPollMillis: 5,
      rowsOfQuery: ROWS_OF_QUERY,
    });
    const { events, isComplete, statistics } = await engine.correlateByTrace(TRACE_ID);
    expect(isComplete).to.equal(true);
    expect(statistics.queries).to.be.at.least(EVENTS / ROWS_OF_QUERY);
    expect(events.map(({ message }) => markerOf(message)).sort((a, b) => a - b)).to.deep.equal(wanted);
    const times = events.map(({ timestampMillis }) => timestampMillis);
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
  });

  for (const format of ['json', 'ndjson', 'logs', 'trace']) {
    it(`is answered whole, in pieces, as ${format}`, async () => {
      const handler = handlerFor(service, {}, { rowsOfQuery: ROWS_OF_QUERY });
      const answer = await ask(handler, `/api/trace/${TRACE_ID}?format=${format}`);
      const sizes: number[] = [];
      const decoder = new TextDecoder();
      let text = '';
      for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
        sizes.push(chunk.length);
        text += decoder.decode(chunk, { stream: true });
      }
      expect(answer.headers.get('x-look-up-complete')).to.equal('true');
      // Never the whole answer at once.
      expect(sizes.length).to.be.greaterThan(3);
      expect(Math.max(...sizes)).to.be.lessThan(text.length / 2);
      const named = [...text.matchAll(/"(?:text|body|value)":"event (\d+)"/g)].map(([, index]) =>
        Number(index),
      );
      expect(named.sort((a, b) => a - b)).to.deep.equal(wanted);
    });
  }
});
