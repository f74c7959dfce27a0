import { expect } from 'chai';
import { infinityTrace } from '../../../src/dashboards/answers/infinity-trace.js';
import { toCorrelatedEvent } from '../../../src/insights/look-up/correlated-event.js';
import { parseSpan } from '../../../src/insights/messages/parse-span.js';

const span = (status: unknown): Record<string, unknown> => ({
  name: 'GET /',
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  startTimeUnixNano: '1000000000',
  durationNano: 5e6,
  status,
});

describe('the status of a span', () => {
  const forms: readonly (readonly [unknown, 0 | 1 | 2])[] = [
    [undefined, 0],
    [null, 0],
    [{}, 0],
    [{ code: 0 }, 0],
    [{ code: 'UNSET' }, 0],
    [{ code: 'STATUS_CODE_UNSET', message: 'NOK' }, 0],
    ['UNSET', 0],
    [{ code: 1 }, 1],
    [{ code: 'OK' }, 1],
    [{ code: 'STATUS_CODE_OK' }, 1],
    ['Ok', 1],
    [{ code: 2, message: 'it broke' }, 2],
    [{ code: 'STATUS_CODE_ERROR' }, 2],
    ['ERROR', 2],
  ];
  for (const [status, expected] of forms) {
    it(`${JSON.stringify(status)} is ${expected}, also in the shape of Infinity`, () => {
      const { hasError, isOk } = parseSpan(span(status))!;
      expect({ hasError, isOk: isOk === true }).to.deep.equal({
        hasError: expected === 2,
        isOk: expected === 1,
      });
      const event = toCorrelatedEvent({
        timestampMillis: 1_005,
        logGroup: 'aws/spans',
        logStream: 's',
        message: JSON.stringify(span(status)),
      });
      const summary = { search: { value: 'x' } } as never;
      const [row] = JSON.parse([...infinityTrace({ events: [event], summary })].join('')) as {
        statusCode: number;
      }[];
      expect(row!.statusCode).to.equal(expected);
    });
  }
});
