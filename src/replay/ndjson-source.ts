import { createReadStream } from 'node:fs';
import { checkText } from '../cloudwatch/check-values.js';
import { ReplaySourceError } from './replay-errors.js';
import { type ReplayEvent, type ReplaySource } from './replay-event.js';

/**
 * Events of a file, one JSON object a line: as `otel-cwlogs generate`, `tail --json`, the trace page and its HTTP
 * answers write them, and with the members of FilterLogEvents. Lines that tell of something else than an event are
 * left out.
 * @param path - of the file
 * @throws OptionError for what is no path
 */
export function ndjsonSource(path: string): ReplaySource {
  checkText('path', path);
  return {
    name: path,
    async *open(signal) {
      let number = 0;
      for await (const line of linesOf(path, signal)) {
        number++;
        if (line.trim() === '') continue;
        const event = readLine(line);
        if (typeof event === 'string') {
          throw new ReplaySourceError(`line ${number} of ${path} ${event}`);
        }
        if (event) yield event;
      }
    },
  };
}

/** `readline` loses errors of the file that come while it is iterated over. */
async function* linesOf(
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  signal?.throwIfAborted();
  let rest = '';
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8', signal })) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ReplaySourceError(`${path} can't be read: ${(cause as Error).message}`, { cause });
  }
  if (rest !== '') yield rest;
}

/** @returns undefined for a line that is no event's, a text where it says what is wrong */
function readLine(line: string): ReplayEvent | string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return 'is not JSON';
  }
  if (typeof json !== 'object' || json === null) return 'is no JSON object';
  const members = json as Readonly<Record<string, unknown>>;
  // As tails and look-ups tell of gaps and ends.
  if ((members.kind ?? members.type ?? 'event') !== 'event') return undefined;
  const { message } = members;
  if (typeof message !== 'string') return 'has no text `message`';
  const timestamp = timeOf(members.timestamp ?? members.timestampMillis);
  if (timestamp === undefined) return 'has no `timestamp` in milliseconds since 1970 or as ISO time';
  return {
    ...textMember('logGroupName', members.logGroupName ?? members.logGroup),
    ...textMember('logStreamName', members.logStreamName ?? members.logStream),
    timestamp,
    message,
  };
}

function textMember<Name extends string>(
  name: Name,
  value: unknown,
): Readonly<Partial<Record<Name, string>>> {
  return (typeof value === 'string' && value !== '' ? { [name]: value } : {}) as Record<Name, string>;
}

function timeOf(value: unknown): number | undefined {
  const millis = typeof value === 'string' ? Date.parse(value) : value;
  return typeof millis === 'number' && Number.isFinite(millis) && millis >= 0
    ? Math.floor(millis)
    : undefined;
}
