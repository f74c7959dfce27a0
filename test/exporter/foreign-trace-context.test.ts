import { type SpanContext } from '@opentelemetry/api';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { takeTraceContext } from '../../src/exporter/foreign-trace-context.js';
import { type TraceContextFunction } from '../../src/options/trace-context-option.js';

const OWN = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
const OTHER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

describe('takeTraceContext', () => {
  function take(from: () => unknown, spanContext?: SpanContext) {
    const record = { body: 'x', spanContext } as unknown as ReadableLogRecord;
    const problem = takeTraceContext(record, from as TraceContextFunction);
    return { problem, spanContext: record.spanContext };
  }

  it('gives it to a record that has none, or none that is valid', () => {
    const invalid = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };
    for (const before of [undefined, invalid]) {
      expect(take(() => OTHER, before)).to.deep.equal({
        problem: undefined,
        spanContext: { ...OTHER, traceFlags: 0 },
      });
    }
  });

  it("leaves OpenTelemetry's alone, and does not even ask", () => {
    let asked = 0;
    expect(take(() => asked++, OWN).spanContext).to.equal(OWN);
    expect(asked).to.equal(0);
  });

  it("takes X-Ray's form, capitals and flags", () => {
    const traceId = '1-0AF76519-16cd43dd8448eb211c80319c';
    const { spanContext } = take(() => ({ traceId, spanId: 'B7AD6B7169203331', traceFlags: 1 }));
    expect(spanContext).to.deep.equal({ ...OTHER, traceFlags: 1 });
  });

  it('has nothing to say where there is none', () => {
    for (const none of [undefined, null]) {
      expect(take(() => none)).to.deep.equal({ problem: undefined, spanContext: undefined });
    }
  });

  it('says what is wrong with the function, and breaks no record', () => {
    for (const wrong of [
      { ...OTHER, traceId: '7' },
      { ...OTHER, spanId: '0'.repeat(16) },
      { ...OTHER, traceId: 'z'.repeat(32) },
    ]) {
      expect(take(() => wrong)).to.deep.equal({
        problem: 'gave no trace context',
        spanContext: undefined,
      });
    }
    for (const wrong of [{}, { ...OTHER, spanId: 5 }, Promise.resolve(OTHER), 'text', 7]) {
      expect(take(() => wrong)).to.deep.equal({ problem: 'failed (TypeError)', spanContext: undefined });
    }
    const secret = take(() => {
      throw new RangeError('password 123');
    });
    expect(secret.problem).to.equal('failed (RangeError)');
  });
});
