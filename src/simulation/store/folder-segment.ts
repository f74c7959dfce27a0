import { readFileSync, readSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CloudWatchLogsError } from '../../cloudwatch/errors.js';
import { FRAME_HEAD_BYTES, frameHead } from './checksummed-frames.js';
import { type ContentCache } from './content-cache.js';
import { encodeBatchHead, readSegmentFile, type SegmentHeader } from './segment-frames.js';
import { type EncodedBatch } from './encoded-batch.js';
import { type FileHandles } from './file-handles.js';
import { type FileSyncer } from './file-syncer.js';
import { HashIndex } from './hash-index.js';
import { IndexedValues } from './indexed-values.js';
import {
  type MessageText,
  originTotals,
  Segment,
  type SegmentContent,
  type SegmentSummary,
} from './segment.js';
import { SegmentColumns } from './segment-columns.js';
import { writeFully } from './write-fully.js';
import {
  type IndexFile,
  openIndexFile,
  readColumns,
  readHashes,
  writeIndexFile,
} from './segment-index-file.js';

/** What the segments of a folder share. */
export interface FolderParts {
  readonly handles: FileHandles;
  readonly syncer: FileSyncer;
  readonly cache: ContentCache;
}

interface SegmentParts extends FolderParts {
  readonly logGroupName: string;
}

/** Unread bytes between two messages that are read along rather than reading twice. */
const MAX_READ_GAP_BYTES = 16 * 1024;

/** The columns and indexes of a segment that grows: its index file is not written yet. */
interface Growing {
  readonly columns: SegmentColumns;
  readonly indexes: ReadonlyMap<string, HashIndex>;
}

/** A segment that was there before, and what of its file could not be read. */
interface OpenedSegment {
  readonly segment: Segment;
  /** At its end; cut off. */
  readonly tornBytes: number;
  /** Before batches that could be read. */
  readonly harmedBytes: number;
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

  private constructor(
    path: string,
    header: SegmentHeader,
    parts: SegmentParts,
    state: { dataBytes: number; indexFile?: IndexFile | undefined },
  ) {
    this.#dataPath = `${path}.log`;
    this.#indexPath = `${path}.idx`;
    this.#header = header;
    this.#parts = parts;
    this.#dataBytes = state.dataBytes;
    this.#indexFile = state.indexFile;
    if (!state.indexFile) this.#growing = nothingYet(header.indexedFields);
  }

  /** Makes the file of a new segment. @param path - without ending */
  static create(path: string, header: SegmentHeader, parts: SegmentParts): FolderSegmentContent {
    const payload = Buffer.from(JSON.stringify(header));
    const bytes = Buffer.concat([frameHead([payload]), payload]);
    writeFileSync(`${path}.log`, bytes, { mode: 0o600 });
    parts.syncer.changed(`${path}.log`);
    parts.syncer.changed(dirname(path));
    return new FolderSegmentContent(path, header, parts, { dataBytes: bytes.length });
  }

  /**
   * Opens a segment that an earlier process left: by its index, or by reading its batches where there is none,
   * or a harmed one. What was torn at the end is cut off; a harmed batch stays where it is, and is passed over.
   * @param path - without ending
   * @returns undefined when not even its header is whole
   */
  static open(path: string, parts: SegmentParts): OpenedSegment | undefined {
    const indexFile = openIndexFile(`${path}.idx`);
    const { size } = statSync(`${path}.log`);
    if (indexFile && size >= indexFile.header.dataBytes) {
      const { segment: header, origins, dataBytes } = indexFile.header;
      const content = new FolderSegmentContent(path, header, parts, { dataBytes, indexFile });
      return {
        segment: new Segment({ ...header, origins: [...origins] }, content),
        tornBytes: 0,
        harmedBytes: 0,
      };
    }
    return FolderSegmentContent.#rebuild(path, parts);
  }

  static #rebuild(path: string, parts: SegmentParts): OpenedSegment | undefined {
    const file = readFileSync(`${path}.log`);
    const rebuilt = FolderSegmentContent.#readBatches(path, file, parts);
    if (!rebuilt) return undefined;
    const { segment, content, harmedBytes } = rebuilt;
    const tornBytes = file.length - content.#dataBytes;
    if (tornBytes > 0) truncateSync(`${path}.log`, content.#dataBytes);
    rmSync(`${path}.idx`, { force: true });
    return { segment, tornBytes, harmedBytes };
  }

  static #readBatches(
    path: string,
    file: Buffer,
    parts: SegmentParts,
  ): { segment: Segment; content: FolderSegmentContent; harmedBytes: number } | undefined {
    const stored = readSegmentFile(file);
    if (!stored) return undefined;
    const { header, batches } = stored;
    const content = new FolderSegmentContent(path, header, parts, { dataBytes: 0 });
    const segment = new Segment({ ...header, origins: [] }, content);
    const values = new IndexedValues(header.indexedFields, parts.logGroupName);
    let next = batches.next();
    for (; !next.done; next = batches.next()) {
      segment.admit(next.value.batch, next.value.messagesOffset, values);
    }
    content.#dataBytes = next.value.end;
    return { segment, content, harmedBytes: next.value.harmedBytes };
  }

  columns(): SegmentColumns {
    if (this.#growing) return this.#growing.columns;
    return this.#parts.cache.get(this.#indexPath, () => {
      const columns = readColumns(this.#parts.handles.descriptor(this.#indexPath), this.#indexFile!);
      return columns ? SegmentColumns.from(columns) : this.#reread().columns;
    });
  }

  index(field: string): HashIndex {
    if (this.#growing) return this.#growing.indexes.get(field)!;
    return this.#parts.cache.get(`${this.#indexPath} ${field}`, () => {
      const hashes = readHashes(this.#parts.handles.descriptor(this.#indexPath), this.#indexFile!, field);
      return hashes ? new HashIndex(hashes) : this.#reread().indexes.get(field)!;
    });
  }

  messages(positions: readonly number[]): MessageText[] {
    const { messageOffsets, messageLengths } = this.columns();
    const texts = new Array<MessageText>(positions.length).fill('');
    const inFileOrder = Array.from(positions.keys()).sort(
      (left, right) => messageOffsets[positions[left]!]! - messageOffsets[positions[right]!]!,
    );
    const descriptor = this.#parts.handles.descriptor(this.#dataPath);
    for (let first = 0; first < inFileOrder.length;) {
      const start = messageOffsets[positions[inFileOrder[first]!]!]!;
      let end = start;
      let after = first;
      for (; after < inFileOrder.length; after++) {
        const position = positions[inFileOrder[after]!]!;
        if (messageOffsets[position]! > end + MAX_READ_GAP_BYTES) break;
        end = messageOffsets[position]! + messageLengths[position]!;
      }
      const bytes = readFully(descriptor, start, end - start);
      for (; first < after; first++) {
        const position = positions[inFileOrder[first]!]!;
        const offset = messageOffsets[position]! - start;
        texts[inFileOrder[first]!] = bytes.toString('utf8', offset, offset + messageLengths[position]!);
      }
    }
    return texts;
  }

  write(batch: EncodedBatch): number {
    const head = encodeBatchHead(batch);
    const descriptor = this.#parts.handles.descriptor(this.#dataPath);
    writeFully(descriptor, [frameHead([head, batch.bytes]), head, batch.bytes], this.#dataBytes);
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
    const origins = originTotals(summary, columns);
    writeIndexFile(this.#indexPath, this.#header, { origins, columns, indexes, dataBytes: this.#dataBytes });
    this.#parts.syncer.changed(this.#indexPath);
    this.#parts.syncer.changed(dirname(this.#indexPath));
    this.#indexFile = openIndexFile(this.#indexPath);
    if (this.#indexFile) this.#growing = undefined;
  }

  resume(): void {
    if (this.#growing) return;
    const columns = this.columns();
    const indexes = new Map(this.#header.indexedFields.map((field) => [field, this.index(field)]));
    this.#forgetIndex();
    this.#growing = { columns, indexes };
  }

  drop(): void {
    this.#parts.handles.release(this.#dataPath);
    rmSync(this.#dataPath, { force: true });
    this.#forgetIndex();
    this.#parts.syncer.changed(dirname(this.#dataPath));
  }

  #forgetIndex(): void {
    this.#parts.handles.release(this.#indexPath);
    rmSync(this.#indexPath, { force: true });
    this.#parts.cache.delete(this.#indexPath);
    for (const field of this.#header.indexedFields) this.#parts.cache.delete(`${this.#indexPath} ${field}`);
    this.#indexFile = undefined;
  }

  /** The index file was harmed after it was opened: the batches say the same. */
  #reread(): Growing {
    const path = this.#dataPath.slice(0, -'.log'.length);
    const rebuilt = FolderSegmentContent.#readBatches(path, readFileSync(this.#dataPath), this.#parts);
    if (!rebuilt || rebuilt.content.#dataBytes !== this.#dataBytes) {
      throw new CloudWatchLogsError('ERR_STORE_DAMAGED', `${this.#dataPath} and its index are both damaged`);
    }
    return rebuilt.content.#growing!;
  }
}

function nothingYet(indexedFields: readonly string[]): Growing {
  return {
    columns: new SegmentColumns(),
    indexes: new Map(indexedFields.map((field) => [field, new HashIndex()])),
  };
}

function readFully(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let read = 0; read < length;) {
    const count = readSync(descriptor, bytes, read, length - read, position + read);
    if (count === 0) throw new CloudWatchLogsError('ERR_STORE_DAMAGED', 'a file of the store was cut short');
    read += count;
  }
  return bytes;
}
