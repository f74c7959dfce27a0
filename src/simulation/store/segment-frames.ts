import { FRAME_HEAD_BYTES, readFrame } from './checksummed-frames.js';
import { type EncodedBatch } from './encoded-batch.js';
import { type EventEntity } from './event-store.js';

/** The first frame of a segment's file. */
export interface SegmentHeader {
  readonly number: number;
  readonly firstSequence: number;
  readonly firstIngestionTime: number;
  readonly indexedFields: readonly string[];
}

/** Ingestion time, number of events, bytes of the stream's name and of the entity. */
const BATCH_HEAD_BYTES = 8 + 4 + 4 + 4;

/** What stands before the messages in the frame of a batch. */
export function encodeBatchHead(batch: EncodedBatch): Buffer {
  const name = Buffer.from(batch.logStreamName);
  const entity = Buffer.from(batch.entity ? JSON.stringify(batch.entity) : '');
  const count = batch.events.length;
  const head = Buffer.alloc(BATCH_HEAD_BYTES + name.length + entity.length + count * 12);
  let at = head.writeDoubleLE(batch.ingestionTime, 0);
  at = head.writeUInt32LE(count, at);
  at = head.writeUInt32LE(name.length, at);
  at = head.writeUInt32LE(entity.length, at);
  at += name.copy(head, at);
  at += entity.copy(head, at);
  for (const { timestamp } of batch.events) at = head.writeDoubleLE(timestamp, at);
  for (const length of batch.lengths) at = head.writeUInt32LE(length, at);
  return head;
}

/** A batch read back, and where its first message begins in the file. */
export interface StoredBatch {
  readonly batch: EncodedBatch;
  readonly messagesOffset: number;
}

/** Where a segment's file ends, and what of it can't be read. */
export interface SegmentEnd {
  /** Behind the last whole frame. */
  readonly end: number;
  /** Bytes of harmed frames before that. */
  readonly harmedBytes: number;
}

/** What a segment's file holds, but for frames that are torn or harmed. */
export function readSegmentFile(
  file: Buffer,
): { header: SegmentHeader; batches: Generator<StoredBatch, SegmentEnd> } | undefined {
  const first = readFrame(file, 0);
  if (!first) return undefined;
  const header = JSON.parse(first.payload.toString()) as SegmentHeader;
  return { header, batches: readBatches(file, first.end) };
}

function* readBatches(file: Buffer, from: number): Generator<StoredBatch, SegmentEnd> {
  let end = from;
  let harmedBytes = 0;
  for (let at = findBatch(file, from); at !== undefined; at = findBatch(file, end)) {
    const frame = readFrame(file, at)!;
    harmedBytes += at - end;
    yield decodeBatch(frame.payload, frame.end);
    end = frame.end;
  }
  return { end, harmedBytes };
}

/** @returns where the next whole frame of a batch begins; it is at `from` unless what stands there is harmed */
function findBatch(file: Buffer, from: number): number | undefined {
  if (readFrame(file, from)) return from;
  for (let at = from + 1; at + FRAME_HEAD_BYTES + BATCH_HEAD_BYTES < file.length; at++) {
    if (mayBeBatch(file, at) && readFrame(file, at)) return at;
  }
  return undefined;
}

/** Spares most places the checksum: the lengths of a batch must fit its frame. */
function mayBeBatch(file: Buffer, at: number): boolean {
  const payload = at + FRAME_HEAD_BYTES;
  const length = file.readUInt32LE(at);
  const count = file.readUInt32LE(payload + 8);
  if (count === 0 || payload + length > file.length) return false;
  const nameAndEntity = file.readUInt32LE(payload + 12) + file.readUInt32LE(payload + 16);
  return BATCH_HEAD_BYTES + nameAndEntity + count * 12 <= length;
}

function decodeBatch(payload: Buffer, end: number): StoredBatch {
  const ingestionTime = payload.readDoubleLE(0);
  const count = payload.readUInt32LE(8);
  const nameEnd = BATCH_HEAD_BYTES + payload.readUInt32LE(12);
  const entityEnd = nameEnd + payload.readUInt32LE(16);
  const logStreamName = payload.toString('utf8', BATCH_HEAD_BYTES, nameEnd);
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
  };
}
