import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';

let sequence = 0;

/** A record as OpenTelemetry's SDK hands it to an exporter. */
export function sampleRecord(body: string): ReadableLogRecord {
  const now = Date.now();
  const number = ++sequence;
  const record = {
    hrTime: [Math.floor(now / 1000), (now % 1000) * 1_000_000 + (number % 1_000_000)],
    hrTimeObserved: [Math.floor(now / 1000), (now % 1000) * 1_000_000],
    severityNumber: number % 5 === 0 ? 17 : 9,
    severityText: number % 5 === 0 ? 'ERROR' : 'INFO',
    body,
    attributes: { 'order.id': number, note: 'ünïcode "quoted"\nsecond line', nested: { list: [1, true] } },
    droppedAttributesCount: 0,
    resource: { attributes: { 'service.name': 'conformance', 'deployment.environment.name': 'test' } },
    instrumentationScope: { name: 'conformance' },
    spanContext: {
      traceId: number.toString(16).padStart(32, '7'),
      spanId: number.toString(16).padStart(16, '3'),
      traceFlags: 1,
    },
  };
  return record as unknown as ReadableLogRecord;
}
