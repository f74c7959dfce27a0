// OpenTelemetry log records to Google Cloud Logging. See README.md.
import { readFile } from 'node:fs/promises';
import { context, trace, TraceFlags } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { createLogDelivery, createLogRecordExporter } from 'opentelemetry-cloudwatch-logs/base';
import { googleCloudLoggingBackEnd } from './google-cloud-logging-back-end.mjs';
import { makeServiceAccount, startGoogle } from './stand-in.mjs';

const { GOOGLE_APPLICATION_CREDENTIALS: file } = process.env;
const account = file === undefined ? makeServiceAccount() : undefined;
const standIn = account && (await startGoogle({ account }));

const delivery = createLogDelivery(
  googleCloudLoggingBackEnd({
    serviceAccount: standIn ? { ...account.key, token_uri: `${standIn.url}/token` } : await readKey(file),
    url: standIn?.url,
    logId: 'orders',
    labels: { env: 'demo' },
  }),
);
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

/** An error of JSON.parse would print what it can't read, and that is a private key. */
async function readKey(path) {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(
      `GOOGLE_APPLICATION_CREDENTIALS must be the JSON file of a service account's key; it is ${path}`,
    );
  }
}
