import { type Destination, type LogEntity, type LogEventBatch } from './encoded-event.js';
import { PackedEvents } from './packed-events.js';

/** Bytes under which gzip is not worth its time. */
export const MIN_GZIP_BYTES = 1024;

/** Bytes that events mostly take on their page, for each that the service counts: frames and escapes. */
const PAGE_BYTES_EACH = 1.25;

/** The body of one PutLogEvents request as it goes over the wire. */
export interface RequestBody {
  readonly bytes: Uint8Array;
  readonly encoding: 'gzip' | undefined;
}

/**
 * Writes the JSON of a PutLogEvents request straight from encoded events, without making SDK objects, gzipped off the
 * thread where that is allowed and worth it.
 * @param sequenceToken - only for endpoints of before 2023
 */
export async function requestBodyOf(
  batch: LogEventBatch,
  compression: 'gzip' | 'none',
  sequenceToken?: string,
): Promise<RequestBody> {
  const events =
    batch.events instanceof PackedEvents
      ? batch.events
      : PackedEvents.of(batch.events, batch.bytes * PAGE_BYTES_EACH);
  const start = startOf(batch, sequenceToken);
  if (compression === 'none' || events.bodyBytes(start) < MIN_GZIP_BYTES) {
    return { bytes: events.body(start), encoding: undefined };
  }
  // The compressed events are kept for the next attempt, which may have another token.
  const own = sequenceToken === undefined ? events : events.copy();
  return { bytes: await own.compressedBody(start), encoding: 'gzip' };
}

interface Start {
  readonly entity: LogEntity | undefined;
  readonly bytes: Buffer;
}

/** A program has few destinations, and each is one object. */
const starts = new WeakMap<Destination, Start>();

function startOf({ destination, entity }: LogEventBatch, sequenceToken: string | undefined): Buffer {
  if (sequenceToken !== undefined) return writeStart(destination, entity, sequenceToken);
  const known = starts.get(destination);
  if (known?.entity === entity && known !== undefined) return known.bytes;
  const bytes = writeStart(destination, entity, undefined);
  starts.set(destination, { entity, bytes });
  return bytes;
}

function writeStart(
  { logGroupName, logStreamName }: Destination,
  entity: LogEntity | undefined,
  sequenceToken: string | undefined,
): Buffer {
  const members = JSON.stringify({ logGroupName, logStreamName, sequenceToken, entity });
  return Buffer.from(`${members.slice(0, -1)},"logEvents":[`);
}
