import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';

const RANGE_NAMES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;

/** The largest severity number. Source: OpenTelemetry logs data model, "SeverityNumber". */
export const MAX_SEVERITY_NUMBER = 24;

/** Short names of severity ranges, in rising order. */
export const SEVERITY_NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** A severity range by name. */
export type SeverityName = (typeof SEVERITY_NAMES)[number];

/**
 * The short name of a severity number (9 is `INFO`, 10 is `INFO2`). Source: OpenTelemetry logs data
 * model, "Displaying Severity".
 * @returns undefined for a number that has none
 */
export function severityText(severityNumber: number): string | undefined {
  if (!Number.isInteger(severityNumber) || severityNumber < 1 || severityNumber > MAX_SEVERITY_NUMBER) {
    return undefined;
  }
  const range = RANGE_NAMES[Math.floor((severityNumber - 1) / 4)]!;
  const step = (severityNumber - 1) % 4;
  return step === 0 ? range : `${range}${step + 1}`;
}

/** The smallest severity number of a range. */
export function severityNumberOf(name: SeverityName): number {
  return SEVERITY_NAMES.indexOf(name) * 4 + 1;
}

/** The severity text of a record, made from its number where it has none. */
export function severityTextOf(
  record: Pick<ReadableLogRecord, 'severityText' | 'severityNumber'>,
): string | undefined {
  if (record.severityText) return record.severityText;
  return record.severityNumber === undefined ? undefined : severityText(record.severityNumber);
}
