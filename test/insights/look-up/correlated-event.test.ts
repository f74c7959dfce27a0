import { expect } from 'chai';
import fc from 'fast-check';
import { type FoundEvent, mergeFoundEvents } from '../../../src/insights/look-up/correlated-event.js';

const event = fc.record({
  timestampMillis: fc.nat(2),
  logGroup: fc.constantFrom('/apps/a', '/apps/b'),
  logStream: fc.constantFrom('s', 't'),
  message: fc.constantFrom('x', 'y'),
});

const keyOf = (of: FoundEvent): string => JSON.stringify(of, Object.keys(of).sort());

function counts(events: readonly FoundEvent[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const one of events) found.set(keyOf(one), (found.get(keyOf(one)) ?? 0) + 1);
  return found;
}

describe('mergeFoundEvents', () => {
  it('has each event as often as the source that has it most often', () => {
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 12 }), { maxLength: 4 }), (sources) => {
        const wanted = new Map<string, number>();
        for (const source of sources) {
          for (const [key, count] of counts(source)) {
            wanted.set(key, Math.max(wanted.get(key) ?? 0, count));
          }
        }
        expect(counts(mergeFoundEvents(sources))).to.deep.equal(wanted);
      }),
    );
  });
});
