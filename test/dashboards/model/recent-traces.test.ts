import { expect } from 'chai';
import { recentTraces } from '../../../src/dashboards/model/recent-traces.js';
import { toCorrelatedEvent } from '../../../src/insights/look-up/correlated-event.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

describe('recentTraces', () => {
  it('says what was logged first, without the time, level and id that a line of text begins with', () => {
    const event = toCorrelatedEvent({
      timestampMillis: 1,
      logGroup: '/apps/old',
      logStream: 's',
      message: `[2026-03-01 12:00:00.000] INFO trace_id=${TRACE_ID} tickets are sold`,
    });
    const [trace] = recentTraces([{ ...event, index: 0 }]);
    expect(trace).to.deep.include({ traceId: TRACE_ID, text: 'tickets are sold', service: '/apps/old' });
  });
});
