import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { describeError } from '../cloudwatch/classify-error.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { type ExporterSettings } from '../options/options.js';
import { readResourceAttributes, unknownServiceName } from '../options/resource-attributes.js';
import { ExporterCore } from '../exporter/exporter-core.js';
import { type Finding } from './finding.js';

/** The body of a test event begins with it. */
export const TEST_BODY = 'otel-cwlogs doctor: test event';

/** The part of a resource that a template reads. */
export type ResourceLike = Pick<ReadableLogRecord['resource'], 'attributes'>;

/**
 * The resource that OpenTelemetry's SDK makes of the environment.
 * Source: OpenTelemetry specification, "Resource SDK", `OTEL_RESOURCE_ATTRIBUTES`.
 */
export function resourceIn(environment: Readonly<Record<string, string | undefined>>): ResourceLike {
  const attributes = { ...readResourceAttributes(environment.OTEL_RESOURCE_ATTRIBUTES).attributes };
  if (environment.OTEL_SERVICE_NAME) attributes['service.name'] = environment.OTEL_SERVICE_NAME;
  const { AWS_LAMBDA_FUNCTION_NAME: functionName = '' } = environment;
  attributes['service.name'] ??= functionName === '' ? unknownServiceName() : functionName;
  return { attributes };
}

/** Sends one record as the exporter of these settings does: layout, gzip, destination. */
export async function sendTestRecord(
  client: CloudWatchLogsClient,
  settings: ExporterSettings,
  record: { resource: ResourceLike; body: string; timestamp: number },
): Promise<Finding> {
  const check = 'test event';
  const exporter = new ExporterCore(
    // What the user wants to leave out would leave this one out too; groups and streams are there already. A test is
    // kept for no later process.
    {
      ...settings,
      client,
      provision: 'none',
      minSeverity: undefined,
      meterProvider: undefined,
      spool: undefined,
    },
    { diagnostics: new Diagnostics({ logger: SILENT }) },
  );
  const hrTime = [Math.floor(record.timestamp / 1000), (record.timestamp % 1000) * 1e6];
  const parts = {
    hrTime,
    hrTimeObserved: hrTime,
    severityNumber: 9,
    severityText: 'INFO',
    body: record.body,
    resource: record.resource,
    instrumentationScope: { name: 'otel-cwlogs doctor' },
    attributes: {},
    droppedAttributesCount: 0,
  };
  await new Promise<void>((resolve) => {
    exporter.export([parts as unknown as ReadableLogRecord], () => {
      resolve();
    });
  });
  await exporter.shutdown();
  const { delivered, droppedByReason, lastError, deliveredBytes } = exporter.status();
  if (delivered > 0) return { check, status: 'ok', message: `written (${deliveredBytes} bytes are billed)` };
  const because = lastError ? `: ${describeError(lastError)}` : '';
  const reason = Object.keys(droppedByReason).join(', ');
  return {
    check,
    status: 'failed',
    message: `not delivered (${reason})${because}`,
    remedy: reason.startsWith('too_') ? 'correct the clock of this machine (NTP)' : undefined,
  };
}

/** The finding says it all. */
const SILENT = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
