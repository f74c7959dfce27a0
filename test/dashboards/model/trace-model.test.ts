import { expect } from 'chai';
import { recentTraces } from '../../../src/dashboards/model/recent-traces.js';
import { START } from '../../../src/dashboards/model/page-state.js';
import { type LogRecord, toRecord } from '../../../src/dashboards/model/records.js';
import { ServiceColors } from '../../../src/dashboards/model/service-colors.js';
import { TraceModel } from '../../../src/dashboards/model/trace-model.js';

const TRACE = 'a'.repeat(32);

function record(index: number, timestampMillis: number, traceId = TRACE): LogRecord {
  const spanId = index.toString(16).padStart(16, '0');
  const message = JSON.stringify({
    body: `record ${index}`,
    trace_id: traceId,
    span_id: spanId,
    resource: { 'service.name': `service-${index % 3}` },
  });
  return toRecord({ timestampMillis, logGroup: '/apps/a', logStream: 'stream', message }, index);
}

describe('TraceModel', () => {
  function lanesOf(spans: number, isNarrow: boolean, lanes = START.lanes): string {
    const records = Array.from({ length: spans }, (_, index) => record(index + 1, 1000 + index));
    return new TraceModel(records, { ...START, lanes }, new ServiceColors(), { isNarrow }).lanes;
  }

  it('has a lane for each span, and for each service where there is room for few', () => {
    expect(lanesOf(30, false)).to.equal('spans');
    expect(lanesOf(12, true)).to.equal('spans');
    expect(lanesOf(13, true)).to.equal('services');
    expect(lanesOf(13, true, 'spans')).to.equal('spans');
  });
});

describe('recentTraces', () => {
  it('keeps its order while more of a trace arrives', () => {
    const [older, newer] = ['b'.repeat(32), 'c'.repeat(32)];
    const records = [record(1, 1000, older), record(2, 2000, newer)];
    const idsOf = (): string[] => recentTraces(records).map(({ traceId }) => traceId);
    expect(idsOf()).to.deep.equal([newer, older]);
    records.push(record(3, 3000, older));
    expect(idsOf()).to.deep.equal([newer, older]);
  });
});
