import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { CloudWatchLogRecordProcessor } from '../src/exporter/cloudwatch-log-record-processor.js';

// An application that logs at a steady rate; the parent says where to, and when the outage begins.
const { variant, endpoint, directory, recordsPerSecond, millis } = JSON.parse(process.argv[2]!) as {
  variant: string;
  endpoint: string;
  directory: string;
  recordsPerSecond: number;
  millis: number;
};

const TICK_MILLIS = 10;

function processorOf(): LogRecordProcessor | undefined {
  const options = { endpoint, logGroupName: '/bench/application' };
  switch (variant) {
    case 'cloudwatch':
      return new CloudWatchLogRecordProcessor(options);
    case 'cloudwatch, spool':
      return new CloudWatchLogRecordProcessor({ ...options, spool: { directory } });
    case 'cloudwatch, write-ahead':
      return new CloudWatchLogRecordProcessor({ ...options, writeAhead: { directory } });
    case 'otlp-http':
      return new BatchLogRecordProcessor({
        exporter: new OTLPLogExporter({ url: `${endpoint}/v1/logs` }),
        maxExportBatchSize: 10_000,
        maxQueueSize: 40_000,
        scheduledDelayMillis: 1000,
      });
    default:
      return undefined;
  }
}

const processor = processorOf();
const provider = new LoggerProvider({ processors: processor ? [processor] : [] });
const logger = provider.getLogger('bench');
let emitted = 0;

function emitOne(): void {
  emitted++;
  logger.emit({
    severityNumber: SeverityNumber.INFO,
    severityText: 'INFO',
    body: `GET /orders/${emitted % 10_007} handled in ${emitted % 977} ms`,
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'enduser.id': `u${emitted % 101}`,
    },
  });
}

/** Logs for a while. @returns what it did to the event loop, and to the processor's time */
async function phase(): Promise<object> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const firstRecord = emitted;
  let emitMillis = 0;
  delay.enable();
  for (;;) {
    const now = performance.now();
    if (now - startedAt >= millis) break;
    const due = firstRecord + Math.floor(((now - startedAt) / 1000) * recordsPerSecond);
    while (emitted < due) emitOne();
    emitMillis += performance.now() - now;
    await sleep(TICK_MILLIS);
  }
  delay.disable();
  const cpu = process.cpuUsage(cpuBefore);
  const records = emitted - firstRecord;
  return {
    meanMillis: delay.mean / 1e6,
    p99Millis: delay.percentile(99) / 1e6,
    maxMillis: delay.max / 1e6,
    emitMicros: (emitMillis * 1000) / records,
    cpuMicros: (cpu.user + cpu.system) / records,
  };
}

await phase(); // until it is compiled
process.send!({ healthy: await phase() });
await new Promise((resolve) => process.once('message', resolve));
process.send!({ outage: await phase() });
process.exit();
