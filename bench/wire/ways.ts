import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type LogAttributes, type LogRecord } from '@opentelemetry/api-logs';
import { trace } from '@opentelemetry/api';
import { OTLPLogExporter as OtlpProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import {
  BatchLogRecordProcessor,
  type LogRecordExporter,
  LoggerProvider,
  type LogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { CloudWatchLogRecordProcessor } from '../../src/index.js';
import { TwentyLineExporter } from '../export/contestants.js';
import { RESOURCE, sampleRecord } from '../sample-records.js';

/** One way from an application's log call to the wire. */
export interface Way {
  log(index: number): void;
  /** Waits until what was logged is sent, or some seconds. */
  flush(): Promise<void>;
  /** Records counted as dropped so far, where the way counts them. */
  dropped?(): number;
}

export interface WaySettings {
  readonly endpoint: string;
  /** An own folder for spool or write-ahead. */
  readonly directory: string;
  /** The file from which the peers are required. */
  readonly peers: string;
}

const DESTINATION = { logGroupName: '/bench/wire', logStreamName: 's' };
const ACCOUNT = { region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };
/** Some seconds for what a peer does not tell. */
const FLUSH_SECONDS = 6;

/** The program that logs in one of the ways. */
export const APPLICATION = new URL('./application.js', import.meta.url);

export const OURS = 'CloudWatchLogRecordProcessor';
export const OURS_WRITE_AHEAD = `${OURS}, write-ahead`;
export const TWENTY_LINES = '20-line exporter';
export const OTLP = 'OTLP protobuf';
const NOTHING = 'OpenTelemetry, a processor that does nothing';
const WINSTON = 'winston alone';
const PINO = 'pino alone';
const LOGTAPE = 'LogTape alone';

/** Each way, and the same without sending, whose time is taken from its own. */
export const FLOOR_OF: Readonly<Record<string, string>> = {
  [OURS]: NOTHING,
  [`${OURS}, spool`]: NOTHING,
  [OURS_WRITE_AHEAD]: NOTHING,
  [TWENTY_LINES]: NOTHING,
  [OTLP]: NOTHING,
  'winston-cloudwatch': WINSTON,
  '@serdnam/pino-cloudwatch-transport': PINO,
  '@logtape/cloudwatch-logs': LOGTAPE,
};
export const FLOORS = [NOTHING, WINSTON, PINO, LOGTAPE];

/** Records of which each is logged many times, so that their making takes no time. */
const RING = 4096;

export async function createWay(name: string, settings: WaySettings): Promise<Way> {
  const { endpoint, directory } = settings;
  const client = new CloudWatchLogsClient({ ...ACCOUNT, endpoint });
  const ours = { ...DESTINATION, ...ACCOUNT, endpoint };
  switch (name) {
    case NOTHING:
      return openTelemetry({ onEmit: () => undefined, forceFlush: done, shutdown: done });
    case OURS:
      return ofOurs(new CloudWatchLogRecordProcessor(ours));
    case `${OURS}, spool`:
      return ofOurs(new CloudWatchLogRecordProcessor({ ...ours, spool: { directory } }));
    case OURS_WRITE_AHEAD:
      return ofOurs(new CloudWatchLogRecordProcessor({ ...ours, writeAhead: { directory } }));
    case TWENTY_LINES:
      return openTelemetry(batched(new TwentyLineExporter(client, DESTINATION)));
    case OTLP:
      return openTelemetry(
        batched(
          new OtlpProtobufExporter({ url: `${endpoint}/v1/logs`, compression: CompressionAlgorithm.GZIP }),
        ),
      );
    default:
      return await ofPeer(name, settings, client);
  }
}

function done(): Promise<void> {
  return Promise.resolve();
}

/** As large as ours, since OpenTelemetry's own defaults would drop most of 50,000 records a second. */
function batched(exporter: LogRecordExporter): LogRecordProcessor {
  return new BatchLogRecordProcessor({
    exporter,
    maxExportBatchSize: 2500,
    maxQueueSize: 200_000,
    scheduledDelayMillis: 1000,
  });
}

function ofOurs(processor: CloudWatchLogRecordProcessor): Way {
  return { ...openTelemetry(processor), dropped: () => processor.status().dropped };
}

function openTelemetry(processor: LogRecordProcessor): Way {
  const logger = new LoggerProvider({ resource: RESOURCE, processors: [processor] }).getLogger(
    'bench',
    '1.0.0',
  );
  const ring: LogRecord[] = Array.from({ length: RING }, (_, index) => sampleRecord(index));
  return {
    log: (index) => {
      logger.emit(ring[index % RING]!);
    },
    flush: () => processor.forceFlush(),
  };
}

/** What a record of OpenTelemetry says, as an application of a logger alone writes it. */
interface Line {
  readonly message: string;
  readonly isError: boolean;
  readonly fields: LogAttributes;
}

function lines(): Line[] {
  return Array.from({ length: RING }, (_, index) => {
    const { body, attributes, context, severityText } = sampleRecord(index);
    const { traceId, spanId } = trace.getSpanContext(context!)!;
    const fields = {
      ...attributes,
      trace_id: traceId,
      span_id: spanId,
      trace_flags: '01',
      ...RESOURCE.attributes,
    };
    return { message: body as string, isError: severityText === 'ERROR', fields: fields };
  });
}

interface Winston {
  createLogger: (options: object) => { log(entry: object): void };
}
interface WinstonTransport {
  logEvents: unknown[];
}
interface Pino {
  (options: object, stream: unknown): Record<'info' | 'error', (fields: object, message: string) => void>;
  transport(options: object): unknown;
}
interface LogTape {
  configure: (options: object) => Promise<void>;
  getLogger: (category: string) => Record<'info' | 'error', (message: string, fields: object) => void>;
  jsonLinesFormatter: unknown;
}
async function ofPeer(name: string, settings: WaySettings, client: CloudWatchLogsClient): Promise<Way> {
  const require = createRequire(settings.peers);
  const ring = lines();
  const at = (index: number): Line => ring[index % RING]!;
  const isSending = FLOOR_OF[name] !== undefined;
  switch (name) {
    case WINSTON:
    case 'winston-cloudwatch': {
      const { createLogger } = require('winston') as Winston;
      let sender: WinstonTransport | undefined;
      if (isSending) {
        const Transport = require('winston-cloudwatch') as new (options: object) => WinstonTransport;
        const awsOptions = { ...ACCOUNT, endpoint: settings.endpoint };
        sender = new Transport({ ...DESTINATION, awsOptions, jsonMessage: true });
      }
      const Nothing = require('winston-transport') as new (options: object) => object;
      const nothing = new Nothing({ log: (_: unknown, next: () => void) => next() });
      const logger = createLogger({ transports: [sender ?? nothing] });
      return {
        log: (index) => {
          const { message, isError, fields } = at(index);
          logger.log({ level: isError ? 'error' : 'info', message, ...fields });
        },
        flush: () => until(() => sender === undefined || sender.logEvents.length === 0),
      };
    }
    case PINO:
    case '@serdnam/pino-cloudwatch-transport': {
      const pino = require('pino') as Pino;
      // It takes an endpoint from the environment alone.
      process.env.AWS_ENDPOINT_URL = settings.endpoint;
      const { accessKeyId, secretAccessKey } = ACCOUNT.credentials;
      const options = {
        ...DESTINATION,
        awsRegion: ACCOUNT.region,
        awsAccessKeyId: accessKeyId,
        awsSecretAccessKey: secretAccessKey,
      };
      const stream = isSending
        ? pino.transport({ target: require.resolve(name), options })
        : { write: () => true };
      const logger = pino({}, stream);
      return {
        log: (index) => {
          const { message, isError, fields } = at(index);
          logger[isError ? 'error' : 'info'](fields, message);
        },
        // Nothing says what its thread has sent.
        flush: () => (isSending ? sleep(FLUSH_SECONDS * 1000) : done()),
      };
    }
    default: {
      const { configure, getLogger, jsonLinesFormatter } = require('@logtape/logtape') as LogTape;
      let sink: unknown = () => undefined;
      if (isSending) {
        const { getCloudWatchLogsSink } = require(name) as {
          getCloudWatchLogsSink: (options: object) => unknown;
        };
        sink = getCloudWatchLogsSink({ client, ...DESTINATION, formatter: jsonLinesFormatter });
      }
      await configure({
        sinks: { sink },
        loggers: [
          { category: 'bench', sinks: ['sink'], lowestLevel: 'info' },
          { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'fatal' },
        ],
      });
      const logger = getLogger('bench');
      return {
        log: (index) => {
          const { message, isError, fields } = at(index);
          logger[isError ? 'error' : 'info'](message, fields);
        },
        // It sends what it has once a second.
        flush: () => (isSending ? sleep(2500) : done()),
      };
    }
  }
}

async function until(isDone: () => boolean): Promise<void> {
  for (let waited = 0; waited < FLUSH_SECONDS * 10 && !isDone(); waited++) await sleep(100);
  await sleep(100);
}
