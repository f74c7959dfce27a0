import { type JsonObject, type ParsedSpan } from './parsed-message.js';

const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

/**
 * Reads a message of the group `aws/spans`. The exact members are not documented, so each is read from
 * any of the ways in which OTLP's JSON writes it.
 * @returns undefined for a message that is no span
 */
export function parseSpan(json: JsonObject): ParsedSpan | undefined {
  if (typeof json.name !== 'string' || !('spanId' in json || 'span_id' in json)) return undefined;
  const startMillis = nanosToMillis(json.startTimeUnixNano ?? json.start_time_unix_nano);
  const endMillis = nanosToMillis(json.endTimeUnixNano ?? json.end_time_unix_nano);
  const duration = nanosToMillis(json.durationNano ?? json.duration_nano);
  if (startMillis === undefined && endMillis === undefined && duration === undefined) return undefined;
  const span = startAndEnd(startMillis, endMillis, duration);
  const { hasError, isOk, message } = readStatus(json.status);
  const kind = readKind(json.kind);
  return {
    name: json.name,
    ...(kind !== undefined && { kind }),
    ...span,
    hasError,
    ...(isOk && { isOk }),
    ...(message !== undefined && { statusMessage: message }),
  };
}

function startAndEnd(
  start: number | undefined,
  end: number | undefined,
  duration: number | undefined,
): Pick<ParsedSpan, 'startMillis' | 'endMillis' | 'durationMillis'> {
  const startMillis = start ?? (end !== undefined && duration !== undefined ? end - duration : undefined);
  const endMillis = end ?? (start !== undefined && duration !== undefined ? start + duration : undefined);
  const durationMillis =
    duration ?? (start !== undefined && end !== undefined ? Math.max(0, end - start) : undefined);
  return {
    ...(startMillis !== undefined && { startMillis }),
    ...(endMillis !== undefined && { endMillis }),
    ...(durationMillis !== undefined && { durationMillis }),
  };
}

/** Nanoseconds as a number or a decimal string (OTLP's JSON has strings) to milliseconds. */
function nanosToMillis(value: unknown): number | undefined {
  if (typeof value !== 'number' && !(typeof value === 'string' && /^\d+$/.test(value))) return undefined;
  // Whole microseconds: a double has no more digits for times since 1970.
  const millis = Math.round(Number(value) / 1e3) / 1e3;
  return Number.isFinite(millis) ? millis : undefined;
}

function readStatus(status: unknown): { hasError: boolean; isOk: boolean; message?: string } {
  const { code, message } = (
    typeof status === 'object' && status !== null ? status : { code: status }
  ) as JsonObject;
  const name = typeof code === 'string' ? code.toUpperCase() : '';
  return {
    hasError: code === 2 || name.includes('ERROR'),
    isOk: code === 1 || /^(?:STATUS_CODE_)?OK$/.test(name),
    ...(typeof message === 'string' && message !== '' && { message }),
  };
}

function readKind(kind: unknown): string | undefined {
  if (typeof kind === 'number') return KIND_NAMES[kind];
  return typeof kind === 'string' ? kind.replace(/^SPAN_KIND_/, '') : undefined;
}
