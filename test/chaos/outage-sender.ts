/**
 * An application of an outage run: logs at a steady rate from the outage's first moment, then flushes until nothing is
 * kept, and sends its report to its parent.
 */
import dns from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import {
  ALL_EMITTED,
  MENDED,
  type OutageSenderReport,
  type OutageSenderSettings,
} from './outage-settings.js';
import { recordId } from './sender-settings.js';

const TICK_MILLIS = 10;

/** Seconds of records that are logged in one turn: a machine that was too busy for more has lost their time. */
const MAX_BURST_SECONDS = 0.2;

/** Part of the memory for records that must be in use where one is dropped for want of it. */
const FULL = 0.9;

const settings = JSON.parse(process.argv[2]!) as OutageSenderSettings;
const { maxBufferBytes, recordBytes, recordsPerSecond } = settings;

let isMended = false;
process.on('message', (message) => {
  isMended ||= message === MENDED;
});
if (settings.missingHost !== undefined) hideHost(settings.missingHost);

const processor = new CloudWatchLogRecordProcessor({
  endpoint: settings.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'chaos', secretAccessKey: 'chaos' },
  logGroupName: settings.logGroupName,
  logStreamName: `sender-${settings.sender}`,
  layout: 'body',
  maxBufferBytes,
  ...(settings.spool !== undefined && { spool: { directory: settings.spool } }),
});
const logger = new LoggerProvider({ processors: [processor] }).getLogger('outage');
let emitted = 0;
let dropped = 0;
let dropsWithoutNeed = 0;
let maxResidentBytes = 0;
const startedAt = performance.now();
// What is less than a record stays due: at a low rate no turn alone is long enough for a whole one.
let due = 0;
for (let at = startedAt, before = at; at - startedAt < settings.millis; before = at, at = performance.now()) {
  due += Math.min((at - before) / 1_000, MAX_BURST_SECONDS) * recordsPerSecond;
  for (; due >= 1; due--) {
    logger.emit({ body: bodyOf(emitted) });
    emitted++;
    noteDrops();
  }
  maxResidentBytes = Math.max(maxResidentBytes, process.memoryUsage.rss());
  await sleep(TICK_MILLIS);
}
process.send!(ALL_EMITTED);
while (processor.status().kept > 0) {
  await processor.forceFlush({ timeoutMillis: 1_000 });
  maxResidentBytes = Math.max(maxResidentBytes, process.memoryUsage.rss());
  await sleep(TICK_MILLIS);
}
noteDrops();
await processor.shutdown();
const { delivered, droppedByReason } = processor.status();
const report: OutageSenderReport = {
  emitted,
  delivered,
  dropped,
  droppedByReason,
  dropsWithoutNeed,
  maxResidentBytes,
};
process.send!(report);
process.disconnect();

/** Looks at once: what was free when a record was dropped may be taken a moment later. */
function noteDrops(): void {
  const status = processor.status();
  const more = status.dropped - dropped;
  dropped = status.dropped;
  const isFull =
    status.queued >= status.maxQueueSize ||
    status.heldBytes + status.queuedBytes + recordBytes >= maxBufferBytes * FULL;
  if (!isFull) dropsWithoutNeed += more;
}

/** A text of its own: one that is repeated would share its memory. */
function bodyOf(record: number): string {
  const id = `${recordId(settings.sender, record)} `;
  return id + Buffer.alloc(Math.max(1, recordBytes - id.length), 'x').toString('latin1');
}

/** Answers as a name server that does not know a host, until the outage is over. */
function hideHost(hidden: string): void {
  const { lookup } = dns;
  const hiding = (hostname: string, options: object, callback: (...answer: unknown[]) => void): void => {
    if (hostname !== hidden) {
      lookup(hostname, options as dns.LookupOneOptions, callback as never);
    } else if (isMended) {
      lookup('127.0.0.1', options as dns.LookupOneOptions, callback as never);
    } else {
      const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hidden}`), {
        code: 'ENOTFOUND',
        hostname,
      });
      setTimeout(callback, 5, error);
    }
  };
  dns.lookup = hiding as typeof lookup;
}
