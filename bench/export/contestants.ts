import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { OTLPLogExporter as OtlpJsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as OtlpProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { type LogRecordExporter, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { CloudWatchLogExporter, type CloudWatchLogExporterOptions } from '../../src/index.js';

/** One way to bring a batch of records to the service. */
export interface Contestant {
  /** Makes what {@link run} takes; its time is not measured. */
  prepare?(records: ReadableLogRecord[]): unknown;
  run(batch: unknown): Promise<void>;
  /** Records that did not arrive. */
  failed?(): number;
}

const DESTINATION = { logGroupName: '/bench/export', logStreamName: 's' };
const ACCOUNT = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
};
const gzipAsync = promisify(gzip);

/** The program that runs one of them. */
export const CONTESTANT = new URL('./contestant.js', import.meta.url);

export const FLOOR = 'floor: one stringify of ready objects';
export const TWO_STRINGIFIES = 'two stringifies, finished body';
export const TWENTY_LINES = '20-line exporter, SDK command';
export const OTLP_PROTOBUF = 'OTLP protobuf';
export const OTLP_JSON = 'OTLP JSON';
export const OURS = 'CloudWatchLogExporter';

/** Ours with options that change what is written: each is to stay on the fast path. */
const OPTIONS: Readonly<Record<string, Partial<CloudWatchLogExporterOptions>>> = {
  [OURS]: {},
  'layout otlp': { layout: 'otlp' },
  'layout collector': { layout: 'collector' },
  'layout body': { layout: 'body' },
  'layout a function': { layout: ({ body }) => ({ body }) },
  'redact an attribute': { redact: ['attributes.enduser.id'] },
  'redact within the body': { redact: ['body.*.token'] },
  'redact the resource': { redact: ['resource.host.name'] },
  'transform returns the record': { transform: (record) => record },
  'minSeverity lets all through': { minSeverity: 'trace' },
  'no compression': { compression: 'none' },
  'resourceAttributes a list': { resourceAttributes: ['service.name'] },
  'resourceAttributes none': { resourceAttributes: 'none' },
  'entity off': { entity: false },
};
export const VARIANTS = Object.keys(OPTIONS).filter((name) => name !== OURS);

/** Ours with a stream for each value of the attribute `tenant`. */
export const OURS_BY_TENANT = `${OURS}, a stream a tenant`;

export function createContestant(name: string, endpoint: string): Contestant {
  switch (name) {
    case FLOOR:
      return withFinishedBody(endpoint, (batch) => JSON.stringify(batch), readyObjects);
    case TWO_STRINGIFIES:
      return withFinishedBody(endpoint, (records) =>
        JSON.stringify({
          ...DESTINATION,
          logEvents: (records as ReadableLogRecord[]).map((record) => ({
            timestamp: timestampOf(record),
            message: JSON.stringify(messageOf(record)),
          })),
        }),
      );
    case TWENTY_LINES:
      return of(new TwentyLineExporter(clientOf(endpoint), DESTINATION));
    case OTLP_PROTOBUF:
      return of(
        new OtlpProtobufExporter({ url: `${endpoint}/v1/logs`, compression: CompressionAlgorithm.GZIP }),
      );
    case OTLP_JSON:
      return of(new OtlpJsonExporter({ url: `${endpoint}/v1/logs`, compression: CompressionAlgorithm.GZIP }));
    default: {
      const options =
        name === OURS_BY_TENANT ? { logStreamName: 'tenant/{attributes.tenant}' } : OPTIONS[name];
      if (options === undefined) throw new Error(`there is no contestant ${name}`);
      const fixed = { ...DESTINATION, ...ACCOUNT, endpoint, provision: 'none' } as const;
      return of(new CloudWatchLogExporter({ ...fixed, ...options }));
    }
  }
}

function of(exporter: LogRecordExporter): Contestant {
  let failed = 0;
  return {
    run: (records) =>
      new Promise((resolve) => {
        exporter.export(records as ReadableLogRecord[], (result) => {
          if (result.code !== ExportResultCode.SUCCESS) failed += (records as ReadableLogRecord[]).length;
          resolve();
        });
      }),
    failed: () => failed,
  };
}

/** The members of a message in the default layout, as who writes an exporter in an hour would gather them. */
function messageOf(record: ReadableLogRecord): object {
  return {
    body: record.body,
    severity_number: record.severityNumber,
    severity_text: record.severityText,
    trace_id: record.spanContext?.traceId,
    span_id: record.spanContext?.spanId,
    trace_flags: record.spanContext?.traceFlags.toString(16).padStart(2, '0'),
    attributes: record.attributes,
    scope: record.instrumentationScope,
    resource: record.resource.attributes,
  };
}

function timestampOf({ hrTime }: ReadableLogRecord): number {
  return hrTime[0] * 1000 + Math.floor(hrTime[1] / 1e6);
}

/** The batch as plain objects that need nothing but to be written once. */
function readyObjects(records: ReadableLogRecord[]): object {
  return {
    ...DESTINATION,
    logEvents: records.map((record) => ({ timestamp: timestampOf(record), message: messageOf(record) })),
  };
}

function clientOf(endpoint: string): CloudWatchLogsClient {
  return new CloudWatchLogsClient({ ...ACCOUNT, endpoint });
}

/** Text, gzip at the fastest level, one signed send of the finished body. */
function withFinishedBody(
  endpoint: string,
  write: (batch: unknown) => string,
  prepare?: Contestant['prepare'],
): Contestant {
  const client = clientOf(endpoint);
  return {
    ...(prepare && { prepare }),
    run: async (batch) => {
      const body = await gzipAsync(Buffer.from(write(batch)), { level: constants.Z_BEST_SPEED });
      const command = new PutLogEventsCommand({ ...DESTINATION, logEvents: [] });
      command.middlewareStack.add(
        (next) => (args) => {
          const request = args.request as { body: unknown; headers: Record<string, string> };
          request.body = body;
          request.headers['content-length'] = String(body.byteLength);
          request.headers['content-encoding'] = 'gzip';
          return next(args);
        },
        { step: 'build', priority: 'low' },
      );
      await client.send(command);
    },
  };
}

/** What is written in an hour: each record as JSON, the SDK's own command. */
export class TwentyLineExporter implements LogRecordExporter {
  constructor(
    private readonly client: CloudWatchLogsClient,
    private readonly destination: { logGroupName: string; logStreamName: string },
  ) {}

  export(records: ReadableLogRecord[], resultCallback: (result: ExportResult) => void): void {
    const logEvents = records.map((record) => ({
      timestamp: timestampOf(record),
      message: JSON.stringify(messageOf(record)),
    }));
    this.client.send(new PutLogEventsCommand({ ...this.destination, logEvents })).then(
      () => resultCallback({ code: ExportResultCode.SUCCESS }),
      (error: unknown) => resultCallback({ code: ExportResultCode.FAILED, error: error as Error }),
    );
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
