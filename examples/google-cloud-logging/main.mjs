// OpenTelemetry log records to Google Cloud Logging. See README.md.
import { readFileSync } from 'node:fs';
import { context, trace, TraceFlags } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { createLogDelivery, createLogRecordExporter, OptionError } from 'opentelemetry-cloudwatch-logs/base';
import { googleCloudLoggingBackEnd } from './google-cloud-logging-back-end.mjs';
import { makeServiceAccount, startGoogle } from './stand-in.mjs';

const { GOOGLE_APPLICATION_CREDENTIALS: file } = process.env;
const account = file === undefined ? makeServiceAccount() : undefined;
const standIn = account && (await startGoogle({ account }));

const names = {
  serviceAccount: 'GOOGLE_APPLICATION_CREDENTIALS',
  'serviceAccount.private_key': 'private_key in the file of GOOGLE_APPLICATION_CREDENTIALS',
  projectId: 'project_id in the file of GOOGLE_APPLICATION_CREDENTIALS',
};
const backEnd = read(names, () =>
  googleCloudLoggingBackEnd({
    serviceAccount: standIn ? { ...account.key, token_uri: `${standIn.url}/token` } : readKey(file),
    url: standIn?.url,
    logId: 'orders',
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

/** An error of JSON.parse would print what it can't read, and that is a private key. */
function readKey(path) {
  const rule = "be the JSON file of a service account's key";
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new OptionError('serviceAccount', `${rule} (${error.code})`, path);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new OptionError('serviceAccount', rule, path);
  }
}
