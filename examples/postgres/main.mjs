// OpenTelemetry log records to PostgreSQL. See README.md.
import { context, trace, TraceFlags } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { createLogDelivery, createLogRecordExporter } from 'opentelemetry-cloudwatch-logs/base';
import postgres from 'postgres';
import { postgresBackEnd } from './postgres-back-end.mjs';
import { findPostgres, startPostgres } from './server.mjs';

const { DATABASE_URL } = process.env;
if (DATABASE_URL === undefined && findPostgres() === undefined) {
  console.log('skipped: no DATABASE_URL, and no server on this machine (apt-get install postgresql)');
  process.exit();
}
const server = DATABASE_URL === undefined ? await startPostgres() : undefined;
const url = DATABASE_URL ?? server.url;

const backEnd = read({ url: 'DATABASE_URL' }, () => postgresBackEnd({ url }));
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
const attributes = { 'order.id': 41, 'request.id': 'r-1' };
logger.emit({ severityNumber: SeverityNumber.INFO, body: 'order accepted', attributes, context: active });
logger.emit({ severityNumber: SeverityNumber.ERROR, body: 'card declined', attributes, context: active });
console.log('health:', await delivery.health());
await provider.shutdown();

const { delivered, dropped, lastError } = delivery.status();
console.log({ delivered, dropped, lastError });
if (delivered !== 2) process.exitCode = 1;

const sql = postgres(url, { max: 1 });
for (const row of await sql`
  select time, severity, service, request_id, body, attributes from logs.log_records
  where trace_id = ${span.traceId} and attributes @> '{"order.id": 41}' order by time desc limit 2`)
  console.log(row);
await sql.end();
await server?.stop();

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
