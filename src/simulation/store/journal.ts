import { existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { type FileHandles } from './file-handles.js';
import { type FileSyncer } from './file-syncer.js';
import { type StoreDamage } from './store-damage.js';
import { writeFully } from './write-fully.js';

/** What the files of a store share. */
export interface JournalParts {
  readonly handles: FileHandles;
  readonly syncer: FileSyncer;
  readonly damage: StoreDamage;
}

/** How much of a journal there was when the store was closed. */
export interface JournalEnd {
  readonly bytes: number;
  readonly entries: number;
}

/**
 * A file of JSON entries, one to a line, each behind its checksum, and numbered, so that a line that is gone is
 * missed. A torn last entry is cut off, a harmed one left out; the damage is noted.
 */
export class Journal<Entry extends object> {
  readonly #path: string;
  readonly #parts: JournalParts;
  readonly #isEntry: (entry: object) => boolean;
  #bytes = 0;
  /** The number of the last entry. */
  #entries = 0;

  /** @param isEntry - whether a line is one of this journal: the file may be another's */
  constructor(path: string, parts: JournalParts, isEntry: (entry: object) => boolean) {
    this.#path = path;
    this.#parts = parts;
    this.#isEntry = isEntry;
  }

  get path(): string {
    return this.#path;
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where it ends now. */
  get end(): JournalEnd {
    return { bytes: this.#bytes, entries: this.#entries };
  }

  /**
   * Reads the entries there are, and makes the file if there is none.
   * @param known - where it ended when the store was closed; undefined where that is not known
   */
  open(known?: JournalEnd): Entry[] {
    const entries = existsSync(this.#path) ? this.#read() : this.#make();
    const gone = (known?.entries ?? 0) - this.#entries;
    if (gone > 0) {
      this.#parts.damage.found({ harmedEntries: gone });
      // What comes now has numbers behind those that are gone: they are missed at the next opening too.
      this.#entries += gone;
    }
    return entries;
  }

  append(entry: Entry): void {
    const line = Buffer.from(formatLine(entry, this.#entries + 1));
    writeFully(this.#parts.handles.descriptor(this.#path), [line], this.#bytes);
    this.#bytes += line.length;
    this.#entries++;
    this.#parts.syncer.changed(this.#path);
  }

  /** Replaces all entries at once. */
  rewrite(entries: Iterable<Entry>): void {
    this.#entries = 0;
    const lines = Buffer.from(Array.from(entries, (entry) => formatLine(entry, ++this.#entries)).join(''));
    const next = `${this.#path}.next`;
    writeFileSync(next, lines, { mode: 0o600, flush: true });
    this.#parts.handles.release(this.#path);
    renameSync(next, this.#path);
    this.#bytes = lines.length;
    this.#parts.syncer.changed(this.#path);
    this.#parts.syncer.changed(dirname(this.#path));
  }

  #make(): Entry[] {
    writeFileSync(this.#path, '', { mode: 0o600 });
    this.#parts.syncer.changed(dirname(this.#path));
    return [];
  }

  #read(): Entry[] {
    const content = readFileSync(this.#path);
    const entries: Entry[] = [];
    let end = 0;
    let harmedEntries = 0;
    /** Harmed lines since the last that is not. */
    let harmedLines = 0;
    for (let newline = content.indexOf(NEWLINE); newline >= 0; newline = content.indexOf(NEWLINE, end)) {
      const entry = readLine(content.subarray(end, newline)) as (Entry & Numbered) | undefined;
      end = newline + 1;
      // Lines of older releases have no number.
      const number = entry?.n ?? this.#entries + harmedLines + 1;
      if (entry === undefined || number <= this.#entries || !this.#isEntry(entry)) {
        // One whose number was there before says what is no longer true.
        harmedLines++;
        continue;
      }
      // A harmed end of a line makes one of two, or two of one: the numbers know better.
      harmedEntries += Math.max(number - this.#entries - 1, harmedLines);
      harmedLines = 0;
      this.#entries = number;
      entries.push(entry);
    }
    if (end < content.length) truncateSync(this.#path, end);
    this.#bytes = end;
    this.#entries += harmedLines;
    this.#parts.damage.found({
      harmedEntries: harmedEntries + harmedLines,
      tornBytes: content.length - end,
    });
    return entries;
  }
}

interface Numbered {
  readonly n?: number;
}

const NEWLINE = 0x0a;

function formatLine(entry: object, number: number): string {
  const json = JSON.stringify({ ...entry, n: number });
  return `${checksumOf(json)} ${json}\n`;
}

/** @returns undefined for a line that is harmed */
export function readLine(line: Buffer): object | undefined {
  const json = line.subarray(9);
  if (line.toString('latin1', 0, 9) !== `${checksumOf(json)} `) return undefined;
  try {
    return JSON.parse(json.toString()) as object;
  } catch {
    return undefined;
  }
}

function checksumOf(json: string | Buffer): string {
  return crc32(json).toString(16).padStart(8, '0');
}
