// OpenTelemetry log records to Grafana Loki. See README.md.
import { context, trace, TraceFlags } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { createLogDelivery, createLogRecordExporter } from 'opentelemetry-cloudwatch-logs/base';
import { lokiBackEnd } from './loki-back-end.mjs';
import { startLoki } from './stand-in.mjs';

const { LOKI_URL, LOKI_TENANT, LOKI_USERNAME, LOKI_PASSWORD, LOKI_TOKEN } = process.env;
const standIn = LOKI_URL === undefined ? await startLoki() : undefined;

const names = {
  url: 'LOKI_URL',
  tenant: 'LOKI_TENANT',
  username: 'LOKI_USERNAME',
  password: 'LOKI_PASSWORD',
  token: 'LOKI_TOKEN',
};
const backEnd = read(names, () =>
  lokiBackEnd({
    url: LOKI_URL ?? standIn.url,
    tenant: LOKI_TENANT,
    username: LOKI_USERNAME,
    password: LOKI_PASSWORD,
    token: LOKI_TOKEN,
    labels: { env: 'demo' },
  }),
);
const delivery = createLogDelivery(backEnd);
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ 'service.name': 'orders' }),
  processors: [new BatchLogRecordProcessor({ exporter: createLogRecordExporter(delivery) })],
});

const logger = provider.getLogger('examples');
const span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
};
const active = trace.setSpanContext(context.active(), span);
logger.emit({
  severityNumber: SeverityNumber.INFO,
  body: 'order accepted',
  attributes: { 'order.id': 41 },
  context: active,
});
logger.emit({
  severityNumber: SeverityNumber.ERROR,
  body: 'card declined',
  attributes: { 'order.id': 41 },
  context: active,
});
console.log('health:', await delivery.health());
await provider.shutdown();

const { delivered, dropped, lastError } = delivery.status();
console.log({ delivered, dropped, lastError });
if (delivered !== 2) process.exitCode = 1;
for (const { stream, line, metadata } of standIn?.entries() ?? []) console.log(stream, line, metadata);
await standIn?.stop();

/** What is wrong of the variables is said in one line, by their names; another error keeps its stack. */
function read(names, make) {
  try {
    return make();
  } catch (error) {
    if (error.code !== 'ERR_OPTION') throw error;
    console.error(error.named(names[error.option] ?? error.option));
    process.exit(2);
  }
}
