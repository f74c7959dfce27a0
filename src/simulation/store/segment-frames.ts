import { FRAME_HEAD_BYTES, readFrame } from './checksummed-frames.js';
import { type EncodedBatch } from './encoded-batch.js';
import { type EventEntity } from './event-store.js';

/** The first frame of a segment's file. */
export interface SegmentHeader {
  readonly number: number;
  readonly firstSequence: number;
  readonly firstIngestionTime: number;
  readonly indexedFields: readonly string[];
  /**
   * Where the checksums of batches begin: no text in a message looks like a batch to those who look for one behind
   * harmed bytes. Since format 2 of the folder, in which each batch says which place its first event has.
   */
  readonly salt?: number;
}

/** Ingestion time, number of events, bytes of the stream's name and of the entity. */
const BATCH_HEAD_BYTES = 8 + 4 + 4 + 4;
/** The place of the first event. */
const POSITION_BYTES = 4;

function headBytes({ salt }: SegmentHeader): number {
  return salt === undefined ? BATCH_HEAD_BYTES : BATCH_HEAD_BYTES + POSITION_BYTES;
}

/**
 * What stands before the messages in the frame of a batch.
 * @param position - of the first event in the segment
 */
export function encodeBatchHead(header: SegmentHeader, batch: EncodedBatch, position: number): Buffer {
  const name = Buffer.from(batch.logStreamName);
  const entity = Buffer.from(batch.entity ? JSON.stringify(batch.entity) : '');
  const count = batch.events.length;
  const head = Buffer.alloc(headBytes(header) + name.length + entity.length + count * 12);
  let at = head.writeDoubleLE(batch.ingestionTime, 0);
  at = head.writeUInt32LE(count, at);
  at = head.writeUInt32LE(name.length, at);
  at = head.writeUInt32LE(entity.length, at);
  if (header.salt !== undefined) at = head.writeUInt32LE(position, at);
  at += name.copy(head, at);
  at += entity.copy(head, at);
  for (const { timestamp } of batch.events) at = head.writeDoubleLE(timestamp, at);
  for (const length of batch.lengths) at = head.writeUInt32LE(length, at);
  return head;
}

/** A batch read back. */
export interface StoredBatch {
  readonly batch: EncodedBatch;
  /** Where its first message begins in the file. */
  readonly messagesOffset: number;
  /** Of its first event in the segment; undefined where the file does not say. */
  readonly position: number | undefined;
}

/** Where a segment's file ends, and what of it can't be read. */
export interface SegmentEnd {
  /** Behind the last whole frame. */
  readonly end: number;
  /** Bytes of harmed frames before that. */
  readonly harmedBytes: number;
}

/** What a segment's file holds, but for frames that are torn or harmed. */
export interface SegmentFile {
  readonly header: SegmentHeader;
  readonly batches: Generator<StoredBatch, SegmentEnd>;
}

/** @param number - of the segment: the file may be another's */
export function readSegmentFile(file: Buffer, number: number): SegmentFile | undefined {
  const first = readFrame(file, 0);
  const header = first && readHeader(first.payload);
  if (header?.number !== number) return undefined;
  return { header, batches: readBatches(file, first!.end, header) };
}

/** The batches of a file whose header is known from elsewhere, and may be harmed in the file; another's has none. */
export function readKnownSegmentFile(file: Buffer, header: SegmentHeader): SegmentFile {
  const whole = readSegmentFile(file, header.number);
  if (whole) return whole;
  const first = readFrame(file, 0);
  const isOthers = first !== undefined && readHeader(first.payload) !== undefined;
  return { header, batches: readBatches(isOthers ? Buffer.alloc(0) : file, 0, header) };
}

function readHeader(payload: Buffer): SegmentHeader | undefined {
  try {
    const header = JSON.parse(payload.toString()) as Partial<SegmentHeader>;
    return typeof header.number === 'number' ? (header as SegmentHeader) : undefined;
  } catch {
    // A whole frame of another kind.
    return undefined;
  }
}

function* readBatches(file: Buffer, from: number, header: SegmentHeader): Generator<StoredBatch, SegmentEnd> {
  let end = from;
  let harmedBytes = 0;
  for (let at = findBatch(file, from, header); at !== undefined; at = findBatch(file, end, header)) {
    const frame = readFrame(file, at, header.salt)!;
    harmedBytes += at - end;
    yield decodeBatch(frame.payload, frame.end, header);
    end = frame.end;
  }
  return { end, harmedBytes };
}

/** @returns where the next whole frame of a batch begins; it is at `from` unless what stands there is harmed */
function findBatch(file: Buffer, from: number, header: SegmentHeader): number | undefined {
  const least = FRAME_HEAD_BYTES + headBytes(header);
  for (let at = from; at + least < file.length; at++) {
    if (mayBeBatch(file, at, header) && readFrame(file, at, header.salt)) return at;
  }
  return undefined;
}

/** Spares most places the checksum: the lengths of a batch must fit its frame. */
function mayBeBatch(file: Buffer, at: number, header: SegmentHeader): boolean {
  const payload = at + FRAME_HEAD_BYTES;
  const length = file.readUInt32LE(at);
  const count = file.readUInt32LE(payload + 8);
  if (count === 0 || payload + length > file.length) return false;
  const nameAndEntity = file.readUInt32LE(payload + 12) + file.readUInt32LE(payload + 16);
  return headBytes(header) + nameAndEntity + count * 12 <= length;
}

function decodeBatch(payload: Buffer, end: number, header: SegmentHeader): StoredBatch {
  const ingestionTime = payload.readDoubleLE(0);
  const count = payload.readUInt32LE(8);
  const nameStart = headBytes(header);
  const nameEnd = nameStart + payload.readUInt32LE(12);
  const entityEnd = nameEnd + payload.readUInt32LE(16);
  const logStreamName = payload.toString('utf8', nameStart, nameEnd);
  const entity = payload.toString('utf8', nameEnd, entityEnd);
  const lengths = new Uint32Array(count);
  const bytes = payload.subarray(entityEnd + count * 12);
  const events = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const length = payload.readUInt32LE(entityEnd + count * 8 + index * 4);
    lengths[index] = length;
    const timestamp = payload.readDoubleLE(entityEnd + index * 8);
    events.push({ timestamp, message: bytes.toString('utf8', at, at + length) });
    at += length;
  }
  return {
    batch: {
      logStreamName,
      entity: entity === '' ? undefined : (JSON.parse(entity) as EventEntity),
      ingestionTime,
      events,
      bytes,
      lengths,
    },
    messagesOffset: end - bytes.length,
    position: header.salt === undefined ? undefined : payload.readUInt32LE(BATCH_HEAD_BYTES),
  };
}
