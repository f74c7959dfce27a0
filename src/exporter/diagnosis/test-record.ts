import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { describeError } from '../../cloudwatch/classify-error.js';
import { Diagnostics } from '../../observability/diagnostics.js';
import { type ExporterSettings } from '../options.js';
import { RecordExporter } from '../record-exporter.js';
import { type Finding } from './finding.js';

/** What a template reads of a resource. */
export type ResourceLike = Pick<ReadableLogRecord['resource'], 'attributes'>;

/**
 * The resource that OpenTelemetry's SDK makes of the environment.
 * Source: OpenTelemetry specification, "Resource SDK", `OTEL_RESOURCE_ATTRIBUTES`.
 */
export function resourceIn(environment: Readonly<Record<string, string | undefined>>): ResourceLike {
  const attributes: Record<string, string> = {};
  for (const pair of (environment.OTEL_RESOURCE_ATTRIBUTES ?? '').split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    const value = pair.slice(equals + 1).trim();
    attributes[pair.slice(0, equals).trim()] = decode(value);
  }
  if (environment.OTEL_SERVICE_NAME) attributes['service.name'] = environment.OTEL_SERVICE_NAME;
  return { attributes };
}

/** Sends one record as the exporter of these settings does: layout, gzip, destination. */
export async function sendTestRecord(
  client: CloudWatchLogsClient,
  settings: ExporterSettings,
  record: { resource: ResourceLike; body: string; timestamp: number },
): Promise<Finding> {
  const check = 'test event';
  const exporter = new RecordExporter(
    // What the user wants to leave out would leave this one out too; groups and streams are there already.
    { ...settings, client, provision: 'none', minSeverity: undefined, meterProvider: undefined },
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

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The finding says it all. */
const SILENT = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
