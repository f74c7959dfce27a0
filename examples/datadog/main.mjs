// OpenTelemetry log records to Datadog. See README.md.
import { hostname } from 'node:os';
import { context, trace, TraceFlags } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { createLogDelivery, createLogRecordExporter } from 'opentelemetry-cloudwatch-logs/base';
import { datadogBackEnd } from './datadog-back-end.mjs';
import { startDatadog } from './stand-in.mjs';

const { DD_API_KEY, DD_SITE, DD_SERVICE = 'orders', DD_ENV = 'demo', DD_VERSION } = process.env;
const standIn = DD_API_KEY === undefined ? await startDatadog() : undefined;

const backEnd = read({ apiKey: 'DD_API_KEY', site: 'DD_SITE' }, () =>
  datadogBackEnd({
    apiKey: DD_API_KEY ?? standIn.apiKey,
    site: DD_SITE,
    url: standIn?.url,
    hostname: hostname(),
    tags: { team: 'checkout' },
  }),
);
const delivery = createLogDelivery(backEnd);
const provider = new LoggerProvider({
  resource: resourceFromAttributes({
    'service.name': DD_SERVICE,
    'deployment.environment.name': DD_ENV,
    ...(DD_VERSION && { 'service.version': DD_VERSION }),
  }),
  processors: [new BatchLogRecordProcessor({ exporter: createLogRecordExporter(delivery) })],
});

const logger = provider.getLogger('examples');
const span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
};
const active = trace.setSpanContext(context.active(), span);
const attributes = { 'order.id': 41 };
logger.emit({ severityNumber: SeverityNumber.INFO, body: 'order accepted', attributes, context: active });
logger.emit({ severityNumber: SeverityNumber.ERROR, body: 'card declined', attributes, context: active });
console.log('health:', await delivery.health());
await provider.shutdown();

const { delivered, dropped, lastError } = delivery.status();
console.log({ delivered, dropped, lastError });
if (delivered !== 2) process.exitCode = 1;
for (const entry of standIn?.entries() ?? []) console.log(entry);
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
