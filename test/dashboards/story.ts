import { LogEventBuilder } from '../../src/insights/index.js';
import { HOUR, LocalService } from '../simulation/local-service.js';

/** The trace of the story, in the form of W3C. */
export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const XRAY_TRACE_ID = '1-4bf92f35-77b34da6a3ce929d0e0e4736';
/** A trace of the same kind, before it, in which nothing failed. */
export const HEALTHY_TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const REQUEST_ID = 'c6af9ac6-7b61-41e6-9a41-93e8deadbeef';

/** Every form in which a person may have met the id. */
export const ID_FORMS: readonly string[] = [
  TRACE_ID,
  TRACE_ID.toUpperCase(),
  `  ${TRACE_ID} `,
  '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
  XRAY_TRACE_ID,
  XRAY_TRACE_ID.toUpperCase(),
  `00-${TRACE_ID}-00f067aa0ba902b7-01`,
  `traceparent: 00-${TRACE_ID}-00f067aa0ba902b7-01`,
  `Root=${XRAY_TRACE_ID};Parent=00f067aa0ba902b7;Sampled=1`,
  `X-Amzn-Trace-Id: Root=${XRAY_TRACE_ID}`,
];

export const GROUPS = ['/apps/gateway', '/apps/orders', '/aws/lambda/payments', '/apps/legacy'];
/** Log records of the failed trace, and spans. */
export const LOG_COUNT = 11;
export const SPAN_COUNT = 4;
export const GATEWAY_SPAN = 'aaaaaaaaaaaaaaa1';
export const ORDERS_SPAN = 'aaaaaaaaaaaaaaa2';
export const MISSING_SPAN = 'aaaaaaaaaaaaaaa5';

export const STACK = [
  'CardDeclined: insufficient_funds',
  '    at charge (/srv/payments/src/charge.js:57:11)',
  '    at handle (/srv/payments/node_modules/express/lib/router/layer.js:95:5)',
  '    at next (/srv/payments/node_modules/express/lib/router/route.js:149:13)',
  '    at dispatch (/srv/payments/node_modules/express/lib/router/route.js:119:3)',
  '    at async processTicksAndRejections (node:internal/process/task_queues:95:5)',
].join('\n');

/**
 * A local service with a request that failed, over four log groups in four layouts: this package's, that of
 * CloudWatch's OTLP endpoint, Powertools' in X-Ray's form, and text; the last two without spans.
 */
export async function startStory(): Promise<LocalService> {
  const service = await LocalService.start();
  service.time -= HOUR;
  for (const group of GROUPS) await service.createStream(group);
  service.time += HOUR;
  await putTrace(service, HEALTHY_TRACE_ID, -120_000, false);
  await putTrace(service, TRACE_ID, -60_000, true);
  return service;
}

async function putTrace(
  service: LocalService,
  traceId: string,
  at: number,
  hasFailed: boolean,
): Promise<void> {
  const builder = new LogEventBuilder().trace(traceId, GATEWAY_SPAN).service('gateway').request(REQUEST_ID);
  const say = (
    from: LogEventBuilder,
    offset: number,
    severity: string,
    body: string,
    layout: Parameters<LogEventBuilder['build']>[0] = 'collector',
  ): [number, string] => [
    at + offset,
    from
      .at(service.time + at + offset)
      .severity(severity)
      .body(body)
      .build(layout).message,
  ];
  const orders = builder.trace(traceId, ORDERS_SPAN).service('orders').attribute('customer', 'c-7');
  const payments = builder.trace(traceId, 'aaaaaaaaaaaaaaa6').service('payments');
  const legacy = builder.trace(traceId, 'aaaaaaaaaaaaaaa7');
  const end = hasFailed ? 'ERROR' : 'INFO';
  await service.put('/apps/gateway', [
    say(builder.attribute('item', 'lamp'), 2, 'INFO', 'checkout started'),
    say(
      builder.attribute('item', 'lamp').attribute('status', hasFailed ? 502 : 200),
      1238,
      end,
      hasFailed ? 'checkout failed' : 'checkout done',
    ),
  ]);
  await service.put('/apps/orders', [
    say(orders, 21, 'INFO', 'order received', 'otlp'),
    say(orders.attribute('in_stock', 500), 34, 'DEBUG', 'stock checked', 'otlp'),
    say(orders, 52, 'WARN', 'price list is old', 'otlp'),
    say(orders, 1214, end, hasFailed ? 'order not placed' : 'order placed', 'otlp'),
  ]);
  await service.put('/aws/lambda/payments', [
    say(payments, 402, 'INFO', 'charge requested', 'powertools'),
    say(payments, 420, 'INFO', 'attempt 1 at the provider', 'powertools'),
    hasFailed
      ? say(
          payments.attribute('exception', {
            type: 'CardDeclined',
            message: 'insufficient_funds',
            stack: STACK,
          }),
          1190,
          'ERROR',
          'card declined',
          'powertools',
        )
      : say(payments, 460, 'INFO', 'card charged', 'powertools'),
  ]);
  await service.put('/apps/legacy', [
    say(legacy, 1222, 'INFO', 'ledger entry 4711 written', 'text'),
    say(legacy, 1226, 'INFO', 'ledger entry 4712 written', 'text'),
  ]);
  await putSpans(service, [
    {
      traceId,
      spanId: GATEWAY_SPAN,
      name: 'POST /checkout',
      service: 'gateway',
      kind: 2,
      from: at,
      to: at + 1242,
      hasFailed,
    },
    {
      traceId,
      spanId: 'aaaaaaaaaaaaaaa3',
      parentSpanId: GATEWAY_SPAN,
      name: 'POST',
      service: 'gateway',
      kind: 3,
      from: at + 11,
      to: at + 1235,
      hasFailed,
    },
    {
      traceId,
      spanId: ORDERS_SPAN,
      parentSpanId: 'aaaaaaaaaaaaaaa3',
      name: 'POST /orders',
      service: 'orders',
      kind: 2,
      from: at + 18,
      to: at + 1220,
      hasFailed,
    },
    {
      traceId,
      spanId: 'aaaaaaaaaaaaaaa4',
      parentSpanId: MISSING_SPAN,
      name: 'SELECT ledger',
      service: 'ledger',
      kind: 3,
      from: at + 1221,
      to: at + 1227,
      hasFailed: false,
    },
  ]);
}

interface StorySpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly service: string;
  readonly kind: number;
  /** Milliseconds from the clock. */
  readonly from: number;
  readonly to: number;
  readonly hasFailed: boolean;
}

/** Sends spans as an application does, over OTLP. */
export async function putSpans(service: LocalService, spans: readonly StorySpan[]): Promise<void> {
  const nanos = (offset: number): string => `${service.time + offset}000000`;
  const resourceSpans = spans.map((span) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: span.service } }] },
    scopeSpans: [
      {
        spans: [
          {
            traceId: span.traceId,
            spanId: span.spanId,
            ...(span.parentSpanId !== undefined && { parentSpanId: span.parentSpanId }),
            name: span.name,
            kind: span.kind,
            startTimeUnixNano: nanos(span.from),
            endTimeUnixNano: nanos(span.to),
            status: span.hasFailed ? { code: 2 } : {},
            attributes: [
              { key: 'http.response.status_code', value: { intValue: span.hasFailed ? 502 : 200 } },
              { key: 'url.path', value: { stringValue: '/orders' } },
            ],
          },
        ],
      },
    ],
  }));
  const answer = await fetch(`${service.local.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
