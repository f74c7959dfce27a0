/**
 * A sender of the chaos run: an application that logs as fast as its exporter takes it, or a little slower.
 * When all its records are out it flushes until nothing is kept, and prints its report.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ExportResultCode } from '@opentelemetry/core';
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { Spool } from '../../src/delivery/spool/spool.js';
import { CloudWatchLogExporter } from '../../src/exporter/cloudwatch-log-exporter.js';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { type ExporterStatus } from '../../src/exporter/exporter-status.js';
import { IN_MEMORY, ISSUED, PROMISED, PromiseMarks } from './promise-marks.js';
import { messagesIn, RequestLog } from './request-log.js';
import {
  CONCURRENCY,
  EMITTED,
  isRefused,
  readRecordId,
  recordId,
  type SenderReport,
  type SenderSettings,
  STARTED,
} from './sender-settings.js';

/** Records between two looks at how many wait. */
const BURST = 200;

/** What the loop below needs of a processor or an exporter. */
interface Subject {
  send(first: number, count: number): Promise<void>;
  status(): ExporterStatus;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

const settings = JSON.parse(process.argv[2]!) as SenderSettings;
const marks = new PromiseMarks(settings.marksFile);
const requests = new RequestLog(settings.requestLogFile);
const client = createCloudWatchLogsClient({
  endpoint: settings.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'chaos', secretAccessKey: 'chaos' },
});
requests.watch(client);
if (settings.refusesOneOf !== undefined) refuseEvents(client, settings.refusesOneOf);
requests.watchSpools(Spool.prototype);
const options = {
  client,
  concurrency: CONCURRENCY,
  logGroupName: settings.logGroupName,
  logStreamName: `sender-${settings.sender}`,
  layout: 'body' as const,
  requestTimeoutMillis: 1500,
  retry: { initialDelayMillis: 50, maxDelayMillis: 500 },
  ...settings.options,
};

function bodyOf(record: number): string {
  return `${recordId(settings.sender, record)} GET /orders/${record % 997} took ${record % 89} ms and was answered with 200`;
}

/** The service refuses a request with one of these events, as it does for reasons of its own. */
function refuseEvents(of: CloudWatchLogsClient, refusesOneOf: number): void {
  of.middlewareStack.add(
    (next, context) => async (args) => {
      const isSpoilt =
        context.commandName === 'PutLogEventsCommand' &&
        messagesIn(args.request as never).some((message) =>
          isRefused(readRecordId(message.slice(1))?.record ?? -1, refusesOneOf),
        );
      if (!isSpoilt) return await next(args);
      throw Object.assign(new Error('an event is invalid'), {
        name: 'InvalidParameterException',
        $fault: 'client',
        $metadata: { httpStatusCode: 400 },
      });
    },
    { step: 'deserialize', priority: 'low', name: 'refusedEvents' },
  );
}

function throughProcessor(): Subject {
  const processor = new CloudWatchLogRecordProcessor({
    maxExportBatchSize: 2500,
    scheduledDelayMillis: 50,
    ...options,
  });
  const logger = new LoggerProvider({ processors: [processor] }).getLogger('chaos');
  const unprotected = (): number => processor.status().writeAhead?.unprotected ?? 0;
  return {
    send: (first, count) => {
      for (let record = first; record < first + count; record++) {
        const before = unprotected();
        logger.emit({ body: bodyOf(record) });
        marks.set(record, 1, unprotected() > before ? IN_MEMORY : PROMISED);
      }
      return Promise.resolve();
    },
    status: () => processor.status(),
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
}

function throughExporter(): Subject {
  const exporter = new CloudWatchLogExporter(options);
  const resource = { attributes: {} };
  return {
    send: async (first, count) => {
      marks.set(first, count, ISSUED);
      const now = Date.now();
      const records = Array.from({ length: count }, (_, index) => ({
        hrTime: [Math.floor(now / 1000), (now % 1000) * 1e6],
        body: bodyOf(first + index),
        attributes: {},
        resource,
        instrumentationScope: { name: 'chaos' },
      })) as unknown as ReadableLogRecord[];
      const { code } = await new Promise<{ code: ExportResultCode }>((resolve) =>
        exporter.export(records, resolve),
      );
      if (code !== ExportResultCode.SUCCESS) return;
      // With a spool all is delivered or on disk now, but for what a full disk left in memory.
      const isSafe = exporter.status().spool === undefined || exporter.status().heldEvents === 0;
      marks.set(first, count, isSafe ? PROMISED : IN_MEMORY);
    },
    status: () => exporter.status(),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

// An application stays for its own reasons; the exporter never keeps it.
const stay = setInterval(() => undefined, 60_000);
const subject = settings.promise === 'emit' ? throughProcessor() : throughExporter();
let isStarted = false;
for (let record = settings.firstRecord; record < settings.records; record += BURST) {
  await subject.send(record, Math.min(BURST, settings.records - record));
  if (!isStarted) process.stdout.write(STARTED);
  isStarted = true;
  // An application waits for its own I/O now and then; here that is also what bounds the memory in use.
  do await sleep(settings.pauseMillis);
  while (subject.status().kept > settings.maxKept);
}
process.stdout.write(isStarted ? EMITTED : STARTED + EMITTED);
// At least once: an earlier life may have left something though this one emitted nothing.
do {
  await subject.forceFlush();
  await sleep(20);
} while (subject.status().kept > 0);
await subject.shutdown();
client.destroy();
clearInterval(stay);
marks.close();
requests.end();
const { emitted, delivered, kept, inherited, handedOn, dropped, droppedByReason } = subject.status();
const report: SenderReport = { emitted, delivered, kept, inherited, handedOn, dropped, droppedByReason };
process.stdout.write(`${JSON.stringify(report)}\n`);
