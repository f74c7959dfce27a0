import { EVENT_OVERHEAD_BYTES, MAX_BATCH_EVENTS } from '../../cloudwatch/limits.js';
import { type Destination, type EncodedEvent, type LogEntity, type LogEventBatch } from '../encoded-event.js';
import { isDestination, isEntity, isMessageJson, isTimestamp, MAX_STORED_BYTES } from '../foreign-content.js';
import { MAX_FILE_BYTES } from './private-files.js';
import { checksummedLine, readChecksummedLines } from './checksummed-lines.js';

/** The version of the files' format that this code writes. */
export const SPOOL_VERSION = 1;

/** Lines of the longest file, with a header at both ends. */
const MAX_LINES = MAX_BATCH_EVENTS + 2;

/** The name of a spooled batch's file, in parts: it says enough to count the batch without reading it. */
export interface SpoolFileName {
  /** Its place among the batches of its writer. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly createdMillis: number;
  readonly events: number;
  /** Bytes of its events, as the service counts them. */
  readonly bytes: number;
  readonly fileBytes: number;
}

/** The content of a spooled batch's file. */
export type SpoolFileContent =
  | {
      readonly kind: 'batch';
      readonly batch: LogEventBatch;
      /** Events that were written and can't be read any more. */
      readonly damaged: number;
      /** Lines that are not what was written; also a header's, which costs no event. */
      readonly damagedLines: number;
    }
  /** Nothing of it can be read. */
  | { readonly kind: 'damaged' }
  /** A later version of this package wrote it. */
  | { readonly kind: 'future'; readonly version: number };

const NAME = /^(\d{10})-(\d{13})-(\d{1,7})-(\d{1,10})-(\d{1,12})\.batch$/;

export function spoolFileName({ sequence, createdMillis, events, bytes, fileBytes }: SpoolFileName): string {
  // Joined, since a concatenation keeps its pieces: a spool remembers the names of tens of thousands of files.
  return [
    String(sequence).padStart(10, '0'),
    String(createdMillis).padStart(13, '0'),
    events,
    bytes,
    `${fileBytes}.batch`,
  ].join('-');
}

/** @returns undefined for a file that is not of the spool, as one that says that it has more than a batch can */
export function parseSpoolFileName(name: string): SpoolFileName | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const [sequence, createdMillis, events, bytes, fileBytes] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (events > MAX_BATCH_EVENTS || bytes > MAX_STORED_BYTES || fileBytes > MAX_FILE_BYTES) return undefined;
  return { sequence, createdMillis, events, bytes, fileBytes };
}

/**
 * Each line has its own checksum: one flipped bit or a torn end costs the events that it hits, no others. The
 * header, without which no event could be sent, stands at both ends.
 */
export function writeSpoolFile({ destination, entity, events }: LogEventBatch): string {
  const { logGroupName, logStreamName } = destination;
  const header = {
    format: 'otel-cwlogs-spool',
    version: SPOOL_VERSION,
    logGroupName,
    logStreamName,
    entity,
    events: events.length,
  };
  const headerLine = checksummedLine(JSON.stringify(header));
  let text = headerLine;
  for (const { timestamp, messageBytes, messageJson } of events) {
    text += checksummedLine(`${timestamp} ${messageBytes} ${messageJson}`);
  }
  return text + headerLine;
}

/** Reads a file as foreign content: what a batch can't be is damaged, however right its checksums are. */
export function readSpoolFile(bytes: Buffer): SpoolFileContent {
  const lines: (string | undefined)[] = [];
  for (const line of readChecksummedLines(bytes)) {
    if (lines.length === MAX_LINES) return { kind: 'damaged' };
    lines.push(line);
  }
  const header = readHeader(lines[0]) ?? readHeader(lines.at(-1));
  if (header === undefined) return { kind: 'damaged' };
  if (header.version !== SPOOL_VERSION) return { kind: 'future', version: header.version };
  const events: EncodedEvent[] = [];
  let sum = 0;
  for (const line of lines) {
    const event = line === undefined ? undefined : readEvent(line);
    if (event === undefined) continue;
    events.push(event);
    sum += event.messageBytes + EVENT_OVERHEAD_BYTES;
  }
  if (events.length === 0 || sum > MAX_STORED_BYTES) return { kind: 'damaged' };
  const { destination, entity } = header;
  events.sort((a, b) => a.timestamp - b.timestamp);
  const batch = { destination, entity, events, bytes: sum };
  const damagedLines = lines.filter((line) => line === undefined).length;
  return { kind: 'batch', batch, damaged: Math.max(0, header.events - events.length), damagedLines };
}

/** The destination in the first bytes of a file; undefined where they are damaged or of a later version. */
export function readSpoolFileDestination(firstBytes: Buffer): Destination | undefined {
  const header = readHeader(readChecksummedLines(firstBytes).next().value);
  return header?.version === SPOOL_VERSION ? header.destination : undefined;
}

/** Where nothing goes. */
export const NOWHERE: Destination = { logGroupName: '', logStreamName: '' };

interface Header {
  readonly version: number;
  readonly destination: Destination;
  readonly entity: LogEntity | undefined;
  readonly events: number;
}

function readHeader(line: string | undefined): Header | undefined {
  if (!line?.startsWith('{"format":"otel-cwlogs-spool"')) return undefined;
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { version, logGroupName, logStreamName, entity, events = 0 } = header;
  if (typeof version !== 'number') return undefined;
  const destination = { logGroupName, logStreamName };
  // A later version may have other members.
  if (version !== SPOOL_VERSION) return { version, destination: NOWHERE, entity: undefined, events: 0 };
  const isCount =
    Number.isInteger(events) && (events as number) >= 0 && (events as number) <= MAX_BATCH_EVENTS;
  if (!isCount || !isDestination(destination)) return undefined;
  return { version, destination, entity: isEntity(entity) ? entity : undefined, events: events as number };
}

function readEvent(line: string): EncodedEvent | undefined {
  const match = /^(\d{1,16}) (\d{1,9}) (?=")/.exec(line);
  if (!match) return undefined;
  const event = {
    timestamp: Number(match[1]),
    messageBytes: Number(match[2]),
    messageJson: line.slice(match[0].length),
  };
  // It goes into the request as it stands: what ends the text early could say where the request goes.
  const { timestamp, messageBytes, messageJson } = event;
  return isTimestamp(timestamp) && isMessageJson(messageJson, messageBytes) ? event : undefined;
}
