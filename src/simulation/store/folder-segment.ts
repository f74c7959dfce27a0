import { readFileSync, readSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { dirname } from 'node:path';
import { CloudWatchLogsError } from '../../cloudwatch/errors.js';
import { BLOCK_BYTES, BlockChecksums } from './block-checksums.js';
import { FRAME_HEAD_BYTES, frameHead } from './checksummed-frames.js';
import { type ContentCache } from './content-cache.js';
import {
  encodeBatchHead,
  readKnownSegmentFile,
  readSegmentFile,
  type SegmentFile,
  type SegmentHeader,
} from './segment-frames.js';
import { type EncodedBatch } from './encoded-batch.js';
import { HashIndex } from './hash-index.js';
import { IndexedValues } from './indexed-values.js';
import { type JournalParts } from './journal.js';
import {
  type MessageText,
  NO_ORIGIN,
  type Origin,
  originKey,
  originTotals,
  type PositionRange,
  Segment,
  type SegmentContent,
  type SegmentSummary,
} from './segment.js';
import { SegmentColumns } from './segment-columns.js';
import { writeFully } from './write-fully.js';
import {
  type IndexFile,
  type IndexFileHeader,
  openIndexFile,
  readChecksums,
  readColumns,
  readHashes,
  writeIndexFile,
} from './segment-index-file.js';

/** What the segments of a folder share. */
export interface FolderParts extends JournalParts {
  readonly cache: ContentCache;
}

interface SegmentParts extends FolderParts {
  readonly logGroupName: string;
  /** Notes what becomes of a segment, so that one that is gone is missed. */
  readonly record: SegmentRecord;
}

/** What is noted of segments, by their numbers. */
export interface SegmentRecord {
  noteSegment(number: number, segment: KnownSegment): void;
  noteDroppedSegment(number: number): void;
}

/** What is known of a segment besides its files. */
export interface KnownSegment {
  /** Number of its first event in the group. */
  readonly first: number;
  /** It had so many at the least. */
  readonly events: number;
}

/** Unread bytes between two messages that are read along rather than reading twice. */
const MAX_READ_GAP_BYTES = 16 * 1024;

/** The columns and indexes of a segment that grows: its index file is not written yet. */
interface Growing {
  readonly columns: SegmentColumns;
  readonly indexes: ReadonlyMap<string, HashIndex>;
}

/** Where an opened segment begins with. */
interface SegmentState {
  readonly dataBytes: number;
  readonly indexFile?: IndexFile | undefined;
  /** Of the file; undefined where they are in the index file, or nowhere. */
  readonly checksums?: BlockChecksums | undefined;
}

/** A segment in files: `<number>.log` holds the batches, `<number>.idx` columns and indexes once it is sealed. */
export class FolderSegmentContent implements SegmentContent {
  readonly #dataPath: string;
  readonly #indexPath: string;
  readonly #header: SegmentHeader;
  readonly #parts: SegmentParts;
  #dataBytes: number;
  #growing: Growing | undefined;
  #indexFile: IndexFile | undefined;
  #checksums: BlockChecksums | undefined;
  /** By block, whether it was found to be as it was written; undefined where all are. */
  #verified: Uint8Array | undefined;
  /** The index file was found to be harmed. */
  #isReread = false;
  /** Places of events that can't be read. */
  #lost: PositionRange[] = [];
  #harmedBytes = 0;
  #lose: (lost: readonly PositionRange[], columns: SegmentColumns) => number = () => 0;

  private constructor(path: string, header: SegmentHeader, parts: SegmentParts, state: SegmentState) {
    this.#dataPath = `${path}.log`;
    this.#indexPath = `${path}.idx`;
    this.#header = header;
    this.#parts = parts;
    this.#dataBytes = state.dataBytes;
    this.#indexFile = state.indexFile;
    this.#checksums = state.checksums;
    if (state.indexFile) {
      this.#lost = [...(state.indexFile.header.lost ?? [])];
      this.#harmedBytes = state.indexFile.header.harmedBytes ?? 0;
      this.#verified = new Uint8Array(Math.ceil(state.dataBytes / BLOCK_BYTES));
    } else {
      this.#growing = nothingYet(header.indexedFields);
    }
  }

  /** Makes the file of a new segment. @param path - without ending */
  static create(
    path: string,
    { firstSequence, number, firstIngestionTime, indexedFields }: SegmentHeader,
    parts: SegmentParts,
  ): FolderSegmentContent {
    const header = { number, firstSequence, firstIngestionTime, indexedFields, salt: randomInt(2 ** 32) };
    const payload = Buffer.from(JSON.stringify(header));
    const bytes = Buffer.concat([frameHead([payload]), payload]);
    writeFileSync(`${path}.log`, bytes, { mode: 0o600 });
    parts.record.noteSegment(number, { first: firstSequence, events: 0 });
    parts.syncer.changed(`${path}.log`);
    parts.syncer.changed(dirname(path));
    const checksums = new BlockChecksums();
    checksums.add(bytes);
    return new FolderSegmentContent(path, header, parts, { dataBytes: bytes.length, checksums });
  }

  /**
   * Opens a segment that an earlier process left: by its index, or by reading its batches where there is none,
   * or a harmed one. What was torn at the end is cut off; a harmed batch stays where it is, and is passed over.
   * What is harmed or missing is noted.
   * @param path - without ending
   * @param known - what the group's journal says of it
   * @returns undefined when nothing of it can be read
   */
  static open(
    path: string,
    number: number,
    known: KnownSegment | undefined,
    parts: SegmentParts,
  ): Segment | undefined {
    const indexFile = openIndexFile(`${path}.idx`, number);
    const { size } = statSync(`${path}.log`);
    if (indexFile && size >= indexFile.header.dataBytes) {
      const { segment: header, origins, dataBytes, lost = [], harmedBytes = 0 } = indexFile.header;
      const content = new FolderSegmentContent(path, header, parts, { dataBytes, indexFile });
      parts.damage.found({ missingEvents: countOf(lost), harmedBytes });
      return new Segment({ ...header, origins: [...origins] }, content, lost);
    }
    return FolderSegmentContent.#rebuild(path, number, known, indexFile?.header, parts);
  }

  static #rebuild(
    path: string,
    number: number,
    known: KnownSegment | undefined,
    index: IndexFileHeader | undefined,
    parts: SegmentParts,
  ): Segment | undefined {
    const file = readFileSync(`${path}.log`);
    const stored = index ? readKnownSegmentFile(file, index.segment) : readSegmentFile(file, number);
    if (!stored) return undefined;
    const { segment, content, harmedBytes } = FolderSegmentContent.#readBatches(path, stored, parts);
    // In a file of the first format the places of what is missing are not known: it counts as gone from the end.
    segment.leaveOut(index ? eventsOf(index) : (known?.events ?? 0));
    const missingEvents = segment.count - segment.liveCount;
    if (segment.liveCount === 0 && missingEvents > 0) {
      parts.damage.found({ missingEvents });
      return undefined;
    }
    const tornBytes = file.length - content.#dataBytes;
    if (tornBytes > 0) truncateSync(`${path}.log`, content.#dataBytes);
    content.#checksums!.add(file.subarray(0, content.#dataBytes));
    content.#harmedBytes = harmedBytes;
    content.#lost = rangesOf(
      Uint8Array.from({ length: segment.count }, (_, position) => (segment.isRemoved(position) ? 0 : 1)),
      () => false,
    );
    rmSync(`${path}.idx`, { force: true });
    parts.damage.found({ tornBytes, harmedBytes, missingEvents });
    return segment;
  }

  static #readBatches(
    path: string,
    { header, batches }: SegmentFile,
    parts: SegmentParts,
  ): { segment: Segment; content: FolderSegmentContent; harmedBytes: number } {
    const checksums = new BlockChecksums();
    const content = new FolderSegmentContent(path, header, parts, { dataBytes: 0, checksums });
    const segment = new Segment({ ...header, origins: [] }, content);
    const values = new IndexedValues(header.indexedFields, parts.logGroupName);
    let next = batches.next();
    for (; !next.done; next = batches.next()) {
      const { batch, messagesOffset, position = segment.count } = next.value;
      // A place that was there before: the batch was written again behind a write that failed.
      if (position < segment.count) continue;
      segment.leaveOut(position);
      segment.admit(batch, messagesOffset, values);
    }
    content.#dataBytes = next.value.end;
    return { segment, content, harmedBytes: next.value.harmedBytes };
  }

  onLost(lose: (lost: readonly PositionRange[], columns: SegmentColumns) => number): void {
    this.#lose = lose;
  }

  columns(): SegmentColumns {
    if (this.#growing) return this.#growing.columns;
    const columns = this.#parts.cache.get(this.#indexPath, () => {
      const read = readColumns(this.#parts.handles.descriptor(this.#indexPath), this.#indexFile!);
      return read ? SegmentColumns.from(read) : NO_COLUMNS;
    });
    return columns === NO_COLUMNS ? this.#reread().columns : columns;
  }

  index(field: string): HashIndex {
    if (this.#growing) return this.#growing.indexes.get(field)!;
    const index = this.#parts.cache.get(`${this.#indexPath} ${field}`, () => {
      const hashes = readHashes(this.#parts.handles.descriptor(this.#indexPath), this.#indexFile!, field);
      return hashes ? new HashIndex(hashes) : NO_INDEX;
    });
    return index === NO_INDEX ? this.#reread().indexes.get(field)! : index;
  }

  messages(positions: readonly number[]): (MessageText | undefined)[] {
    const { messageOffsets, messageLengths } = this.columns();
    const texts = new Array<MessageText | undefined>(positions.length).fill('');
    const inFileOrder = Array.from(positions.keys()).sort(
      (left, right) => messageOffsets[positions[left]!]! - messageOffsets[positions[right]!]!,
    );
    for (let first = 0; first < inFileOrder.length;) {
      const start = messageOffsets[positions[inFileOrder[first]!]!]!;
      let end = start;
      let after = first;
      for (; after < inFileOrder.length; after++) {
        const position = positions[inFileOrder[after]!]!;
        if (messageOffsets[position]! > end + MAX_READ_GAP_BYTES) break;
        end = messageOffsets[position]! + messageLengths[position]!;
      }
      const bytes = this.#read(start, end);
      for (; first < after; first++) {
        const position = positions[inFileOrder[first]!]!;
        const offset = messageOffsets[position]! - start;
        texts[inFileOrder[first]!] = bytes.toString('utf8', offset, offset + messageLengths[position]!);
      }
    }
    for (const [index, position] of positions.entries()) if (this.#isLost(position)) texts[index] = undefined;
    return texts;
  }

  write(batch: EncodedBatch, position: number): number {
    const head = encodeBatchHead(this.#header, batch, position);
    const frame = [frameHead([head, batch.bytes], this.#header.salt), head, batch.bytes];
    writeFully(this.#parts.handles.descriptor(this.#dataPath), frame, this.#dataBytes);
    for (const part of frame) this.#checksums!.add(part);
    this.#parts.syncer.changed(this.#dataPath);
    const messagesOffset = this.#dataBytes + FRAME_HEAD_BYTES + head.length;
    this.#dataBytes = messagesOffset + batch.bytes.length;
    return messagesOffset;
  }

  seal(summary: SegmentSummary): void {
    if (!this.#growing) return;
    const { columns, indexes } = this.#growing;
    for (const index of indexes.values()) index.seal();
    // Removed events count here: the journal says again what was removed.
    const origins = originTotals(summary, columns, (position) => !this.#isLost(position));
    const checksums = this.#checksums!.values;
    writeIndexFile(this.#indexPath, this.#header, {
      origins,
      columns,
      indexes,
      dataBytes: this.#dataBytes,
      checksums,
      lost: this.#lost,
      harmedBytes: this.#harmedBytes,
    });
    this.#noteEvents(columns.count);
    this.#parts.syncer.changed(this.#indexPath);
    this.#parts.syncer.changed(dirname(this.#indexPath));
    this.#indexFile = openIndexFile(this.#indexPath, this.#header.number);
    if (this.#indexFile) this.#growing = undefined;
  }

  resume(): void {
    if (this.#growing) return;
    const columns = this.columns();
    const indexes = new Map(this.#header.indexedFields.map((field) => [field, this.index(field)]));
    // Reading the index may have shown that it is harmed: then the segment grows already.
    if (!this.#indexFile) return;
    if (!this.#loadChecksums()) this.#findLost();
    this.#forgetIndex();
    this.#growing = { columns, indexes };
  }

  drop(): void {
    this.#parts.record.noteDroppedSegment(this.#header.number);
    this.#parts.handles.release(this.#dataPath);
    rmSync(this.#dataPath, { force: true });
    this.#forgetIndex();
    this.#parts.syncer.changed(dirname(this.#dataPath));
  }

  #noteEvents(events: number): void {
    const { number, firstSequence } = this.#header;
    this.#parts.record.noteSegment(number, { first: firstSequence, events });
  }

  /** Reads a part of the file, of which every block is as it was written, or known not to be. */
  #read(start: number, end: number): Buffer {
    const descriptor = this.#parts.handles.descriptor(this.#dataPath);
    const first = Math.floor(start / BLOCK_BYTES);
    const behind = Math.ceil(end / BLOCK_BYTES);
    const isVerified = this.#verified?.subarray(first, behind).includes(0) !== true;
    if (isVerified || start === end) {
      const bytes = readUpTo(descriptor, start, end);
      // Somebody cut the file off since it was opened.
      if (bytes.length < end - start) this.#findLost();
      return bytes;
    }
    if (!this.#loadChecksums()) {
      this.#findLost();
      return readUpTo(descriptor, start, end);
    }
    const from = first * BLOCK_BYTES;
    const bytes = readUpTo(descriptor, from, Math.min(behind * BLOCK_BYTES, this.#dataBytes));
    for (let block = first; block < behind; block++) {
      const content = bytes.subarray((block - first) * BLOCK_BYTES, (block - first + 1) * BLOCK_BYTES);
      if (this.#verified![block] === 1) continue;
      if (!this.#checksums!.matches(block, content)) {
        this.#findLost();
        break;
      }
      this.#verified![block] = 1;
    }
    return bytes.subarray(start - from, end - from);
  }

  /** @returns whether the checksums of the file's blocks are known */
  #loadChecksums(): boolean {
    if (this.#checksums) return true;
    const values = readChecksums(this.#parts.handles.descriptor(this.#indexPath), this.#indexFile!);
    if (values?.length === Math.ceil(this.#dataBytes / BLOCK_BYTES)) {
      this.#checksums = new BlockChecksums(values, this.#dataBytes);
    }
    return this.#checksums !== undefined;
  }

  /** A block is not as it was written, or nobody knows: the batches tell which messages are. */
  #findLost(): void {
    const columns = this.columns();
    // Where the index is harmed too, the batches were read just now.
    if (this.#isReread) return;
    this.#verified = undefined;
    const file = readFileSync(this.#dataPath).subarray(0, this.#dataBytes);
    const { batches } = readKnownSegmentFile(file, this.#header);
    const whole = new Uint8Array(columns.count);
    let position = 0;
    let next = batches.next();
    for (; !next.done; next = batches.next()) {
      const { batch, messagesOffset } = next.value;
      position = next.value.position ?? positionAt(columns, messagesOffset, position);
      let offset = messagesOffset;
      for (const length of batch.lengths) {
        // A message of no bytes has nothing that could be harmed, and may share its place with the next.
        const isThere =
          columns.messageOffsets[position] === offset && columns.messageLengths[position] === length;
        if (isThere) whole[position] = 1;
        offset += length;
        position++;
      }
    }
    // The checksums of what is harmed are no use any more; those of what is there now tell of further harm.
    this.#checksums = new BlockChecksums();
    this.#checksums.add(file);
    const tornBytes = file.length < this.#dataBytes ? 0 : file.length - next.value.end;
    const gone = rangesOf(whole, (position) => this.#isLost(position));
    this.#noteLost(gone, columns, { harmedBytes: next.value.harmedBytes + tornBytes });
  }

  #noteLost(gone: readonly PositionRange[], columns: SegmentColumns, harm: { harmedBytes: number }): void {
    this.#lost = [...this.#lost, ...gone];
    this.#harmedBytes += harm.harmedBytes;
    const missingEvents = gone.length > 0 ? this.#lose(gone, columns) : 0;
    this.#parts.damage.found({ ...harm, missingEvents });
  }

  #isLost(position: number): boolean {
    return this.#lost.some(([first, end]) => position >= first && position < end);
  }

  #forgetIndex(): void {
    this.#parts.handles.release(this.#indexPath);
    rmSync(this.#indexPath, { force: true });
    this.#parts.cache.delete(this.#indexPath);
    for (const field of this.#header.indexedFields) this.#parts.cache.delete(`${this.#indexPath} ${field}`);
    this.#indexFile = undefined;
  }

  /** The index file turned out to be harmed: the batches say the same. The segment is as one that grows then. */
  #reread(): Growing {
    this.#isReread = true;
    const header = this.#indexFile!.header;
    const path = this.#dataPath.slice(0, -'.log'.length);
    const file = readFileSync(this.#dataPath).subarray(0, this.#dataBytes);
    const rebuilt = FolderSegmentContent.#readBatches(
      path,
      readKnownSegmentFile(file, this.#header),
      this.#parts,
    );
    const { segment, content } = rebuilt;
    const count = eventsOf(header);
    if (this.#header.salt === undefined && segment.count !== count) {
      throw new CloudWatchLogsError('ERR_STORE_DAMAGED', `${this.#dataPath} and its index are both damaged`);
    }
    segment.leaveOut(count);
    const growing = content.#growing!;
    renumberOrigins(growing.columns, segment.summary.origins, header.origins);
    const known = new Uint8Array(count);
    for (let position = 0; position < count; position++)
      known[position] = segment.isRemoved(position) ? 0 : 1;
    this.#verified = undefined;
    this.#checksums = new BlockChecksums();
    this.#checksums.add(file);
    this.#forgetIndex();
    this.#growing = growing;
    const gone = rangesOf(known, (position) => this.#isLost(position));
    const harmedBytes = gone.length > 0 ? rebuilt.harmedBytes + file.length - content.#dataBytes : 0;
    this.#noteLost(gone, growing.columns, { harmedBytes });
    return growing;
  }
}

/** Stand for what an index file does not hold as it was written. */
const NO_COLUMNS = new SegmentColumns();
const NO_INDEX = new HashIndex();

/** Events of a segment, those that were lost included. */
export function eventsOf({ origins, lost = [] }: IndexFileHeader): number {
  return origins.reduce((sum, { eventCount }) => sum + eventCount, countOf(lost));
}

function countOf(ranges: readonly PositionRange[]): number {
  return ranges.reduce((sum, [first, end]) => sum + end - first, 0);
}

/** The places that are not marked and not excepted. */
function rangesOf(marks: Uint8Array, isExcepted: (position: number) => boolean): PositionRange[] {
  const ranges: PositionRange[] = [];
  for (let at = marks.indexOf(0); at >= 0; at = marks.indexOf(0, at)) {
    const first = at;
    while (at < marks.length && marks[at] === 0 && !isExcepted(at)) at++;
    if (at > first) ranges.push([first, at]);
    else at++;
  }
  return ranges;
}

/** The first place from `from` on whose message begins there. */
function positionAt({ count, messageOffsets }: SegmentColumns, offset: number, from: number): number {
  let position = from;
  while (position < count && messageOffsets[position] !== offset) position++;
  return position;
}

/** Origins are numbered in the order in which they come; where batches are missing, that is another. */
function renumberOrigins(columns: SegmentColumns, found: readonly Origin[], known: readonly Origin[]): void {
  const numbers = new Map(
    known.map(({ logStreamName, entity }, number) => [originKey(logStreamName, entity), number]),
  );
  const renumbered = found.map(
    ({ logStreamName, entity }) => numbers.get(originKey(logStreamName, entity)) ?? NO_ORIGIN,
  );
  for (let position = 0; position < columns.count; position++) {
    columns.origins[position] = renumbered[columns.origins[position]!] ?? NO_ORIGIN;
  }
}

function nothingYet(indexedFields: readonly string[]): Growing {
  return {
    columns: new SegmentColumns(),
    indexes: new Map(indexedFields.map((field) => [field, new HashIndex()])),
  };
}

/** Reads a part of a file, of which less may be there. */
function readUpTo(descriptor: number, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - start);
  for (let read = 0; read < bytes.length;) {
    const count = readSync(descriptor, bytes, read, bytes.length - read, start + read);
    if (count === 0) return bytes.subarray(0, read);
    read += count;
  }
  return bytes;
}
