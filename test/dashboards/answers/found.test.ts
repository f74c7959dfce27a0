import { expect } from 'chai';
import { type Found } from '../../../src/dashboards/answers/found.js';
import { infinityLogs } from '../../../src/dashboards/answers/infinity-logs.js';
import { jsonDocument } from '../../../src/dashboards/answers/json.js';
import { ndjsonLines } from '../../../src/dashboards/answers/ndjson.js';
import { toCorrelatedEvent } from '../../../src/insights/look-up/correlated-event.js';

const EVENTS = 5;

function found(): Found {
  const events = Array.from({ length: EVENTS }, (_, index) =>
    toCorrelatedEvent({
      timestampMillis: index,
      logGroup: '/apps/a',
      logStream: 's',
      message: JSON.stringify({ body: `record ${index}`, trace_id: 't', span_id: `s${index % 2}` }),
    }),
  );
  return { events, summary: { notes: [] } as unknown as Found['summary'] };
}

describe('answers of very many events', () => {
  const writers = {
    ndjsonLines: (of: Found) => ndjsonLines(of, false),
    jsonDocument,
    infinityLogs,
  };
  for (const [name, write] of Object.entries(writers)) {
    it(`${name} keeps no event that is written`, () => {
      const one = found();
      const places: number[] = [];
      for (const piece of write(one)) {
        const index = /record (\d)/.exec(piece)?.[1];
        if (index !== undefined) {
          places.push(Number(index));
          expect(one.events).to.have.lengthOf(EVENTS - places.length);
        }
      }
      expect(places).to.deep.equal([0, 1, 2, 3, 4]);
      expect(one.events).to.deep.equal([]);
    });
  }

  it('jsonDocument names the events of each span by their places', () => {
    const text = [...jsonDocument(found())].join('');
    const { traces } = JSON.parse(text) as { traces: { spans: { spanId: string; events: number[] }[] }[] };
    expect(traces[0]!.spans.map(({ spanId, events }) => [spanId, events])).to.deep.equal([
      ['s0', [0, 2, 4]],
      ['s1', [1, 3]],
    ]);
  });
});
