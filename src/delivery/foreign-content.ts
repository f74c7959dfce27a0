import { MAX_TIMESTAMP } from '../cloudwatch/limits.js';
import { logGroupNameProblem, logStreamNameProblem } from '../cloudwatch/names.js';
import { type Destination, type LogEntity } from './encoded-event.js';

/**
 * Checks of what files say: anybody who may write to their folder may have written them, with right checksums. What
 * goes into a request as it stands must not be able to say more than it should, as where the request goes.
 */

/**
 * Bytes of the largest batch that is stored, and of its longest message. Those of other back ends may be larger than those of
 * CloudWatch Logs, whose service refuses what is too much for it.
 */
export const MAX_STORED_BYTES = 2 ** 25;

/** Names that the service takes. */
export function isDestination(value: unknown): value is Destination {
  if (!isObject(value)) return false;
  const { logGroupName, logStreamName } = value;
  return (
    typeof logGroupName === 'string' &&
    typeof logStreamName === 'string' &&
    logGroupNameProblem(logGroupName) === undefined &&
    logStreamNameProblem(logStreamName) === undefined
  );
}

/** Two maps of texts; how many and how long the service says itself. */
export function isEntity(value: unknown): value is LogEntity {
  if (!isObject(value)) return false;
  return [value.keyAttributes, value.attributes].every(
    (map) => isObject(map) && Object.values(map).every((one) => typeof one === 'string'),
  );
}

/** Milliseconds since 1970. */
export function isTimestamp(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TIMESTAMP;
}

/** Whether so many bytes are those of a message that one event can have. */
export function isMessage(value: unknown, bytes: unknown): value is string {
  return typeof value === 'string' && Buffer.byteLength(value) === bytes && bytes <= MAX_STORED_BYTES;
}

/** Whether a text is one JSON string, and nothing behind it, of a message of so many bytes. */
export function isMessageJson(json: string, bytes: number): boolean {
  try {
    return isMessage(JSON.parse(json), bytes);
  } catch {
    return false;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
