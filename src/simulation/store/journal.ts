import { existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { type FileHandles } from './file-handles.js';
import { type FileSyncer } from './file-syncer.js';
import { writeFully } from './write-fully.js';

/** A file of JSON entries, one to a line, each behind its checksum. A torn last entry is cut off, a harmed one left out. */
export class Journal<Entry extends object> {
  readonly #path: string;
  readonly #handles: FileHandles;
  readonly #syncer: FileSyncer;
  #bytes = 0;
  #harmedEntries = 0;

  constructor(path: string, parts: { handles: FileHandles; syncer: FileSyncer }) {
    this.#path = path;
    this.#handles = parts.handles;
    this.#syncer = parts.syncer;
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Entries that were left out because their checksum is wrong. */
  get harmedEntries(): number {
    return this.#harmedEntries;
  }

  /** Reads the entries there are, and makes the file if there is none. */
  open(): Entry[] {
    if (!existsSync(this.#path)) {
      writeFileSync(this.#path, '', { mode: 0o600 });
      this.#syncer.changed(dirname(this.#path));
      return [];
    }
    const content = readFileSync(this.#path);
    const entries: Entry[] = [];
    let end = 0;
    for (let newline = content.indexOf(NEWLINE); newline >= 0; newline = content.indexOf(NEWLINE, end)) {
      const entry = readLine(content.subarray(end, newline));
      if (entry === undefined) this.#harmedEntries++;
      else entries.push(entry as Entry);
      end = newline + 1;
    }
    if (end < content.length) truncateSync(this.#path, end);
    this.#bytes = end;
    return entries;
  }

  append(entry: Entry): void {
    const line = Buffer.from(formatLine(entry));
    writeFully(this.#handles.descriptor(this.#path), [line], this.#bytes);
    this.#bytes += line.length;
    this.#syncer.changed(this.#path);
  }

  /** Replaces all entries at once. */
  rewrite(entries: Iterable<Entry>): void {
    const lines = Buffer.from(Array.from(entries, formatLine).join(''));
    const next = `${this.#path}.next`;
    writeFileSync(next, lines, { mode: 0o600, flush: true });
    this.#handles.release(this.#path);
    renameSync(next, this.#path);
    this.#bytes = lines.length;
    this.#syncer.changed(this.#path);
    this.#syncer.changed(dirname(this.#path));
  }
}

const NEWLINE = 0x0a;

function formatLine(entry: object): string {
  const json = JSON.stringify(entry);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

function readLine(line: Buffer): object | undefined {
  const json = line.subarray(9);
  if (crc32(json) !== Number.parseInt(line.toString('latin1', 0, 8), 16)) return undefined;
  try {
    return JSON.parse(json.toString()) as object;
  } catch {
    return undefined;
  }
}
