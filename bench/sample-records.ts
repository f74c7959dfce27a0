import { type LogAttributes, type LogRecord, SeverityNumber } from '@opentelemetry/api-logs';
import { ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { spanIdOf, traceIdOf } from './log-lines.js';

/** The resource of the application that logs. */
export const RESOURCE = resourceFromAttributes({
  'service.name': 'orders',
  'service.version': '1.4.2',
  'deployment.environment.name': 'production',
  'host.name': 'ip-10-0-1-23',
});

/** How a sample differs from the line of an access log that is measured by default. */
export interface SampleShape {
  /** Attributes beside those of the line. Default 0. */
  readonly attributes?: number | undefined;
  /** Characters that the body has at least. */
  readonly bodyLength?: number | undefined;
  /** Different values of the attribute `tenant`, which names a stream. Without one it is not there. */
  readonly tenants?: number | undefined;
}

/** What an application hands to its logger: in the default layout a message of 517 bytes, give or take a few. */
export function sampleRecord(index: number, shape: SampleShape = {}): LogRecord {
  const isFailed = index % 50 === 0;
  const body = isFailed
    ? `payment of order ${index} failed: "card declined"`
    : `GET /orders/${index % 10_007} handled in ${index % 977} ms`;
  return {
    severityNumber: isFailed ? SeverityNumber.ERROR : SeverityNumber.INFO,
    severityText: isFailed ? 'ERROR' : 'INFO',
    body: shape.bodyLength === undefined ? body : body.padEnd(shape.bodyLength, ' lorem ipsum'),
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': isFailed ? 502 : 200,
      'url.path': `/orders/${index % 10_007}`,
      'client.address': `10.0.${index % 199}.${index % 239}`,
      'enduser.id': `u${index % 101}`,
      ...(shape.tenants !== undefined && { tenant: `t${index % shape.tenants}` }),
      ...furtherAttributes(index, shape.attributes ?? 0),
    },
    context: trace.setSpanContext(ROOT_CONTEXT, {
      traceId: traceIdOf(index),
      spanId: spanIdOf(index),
      traceFlags: TraceFlags.SAMPLED,
    }),
  };
}

function furtherAttributes(index: number, count: number): LogAttributes {
  const attributes: LogAttributes = {};
  for (let number = 0; number < count; number++) {
    attributes[`app.attribute.${number}`] =
      number % 4 === 0 ? index + number : `value ${index % 97}-${number}`;
  }
  return attributes;
}

/** Records as the SDK hands them to an exporter. */
export function readableRecords(count: number, first = 0, shape: SampleShape = {}): ReadableLogRecord[] {
  const records: ReadableLogRecord[] = [];
  const provider = new LoggerProvider({
    resource: RESOURCE,
    logRecordLimits: { attributeCountLimit: 1000 },
    processors: [
      {
        onEmit: (record) => void records.push(record),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  const logger = provider.getLogger('bench', '1.0.0');
  for (let index = first; index < first + count; index++) logger.emit(sampleRecord(index, shape));
  return records;
}
