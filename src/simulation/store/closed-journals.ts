import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type FileSyncer } from './file-syncer.js';
import { type JournalEnd } from './journal.js';

/** Where the journals of a folder ended when it was closed, by their paths in it; empty where that is not known. */
export type ClosedJournals = ReadonlyMap<string, JournalEnd>;

const FILE = 'CLOSED';

/**
 * What an orderly end wrote down. A journal that is shorter now was cut, which its lines alone don't show. The file is
 * gone when this returns: from now on the journals grow.
 */
export function takeClosedJournals(directory: string, syncer: FileSyncer): ClosedJournals {
  const path = join(directory, FILE);
  if (!existsSync(path)) return new Map();
  const [checksum, json = ''] = readFileSync(path, 'utf8').split(/ (.*)/s);
  rmSync(path);
  syncer.changed(directory);
  if (checksum !== String(crc32(json))) return new Map();
  return new Map(Object.entries(JSON.parse(json) as Record<string, JournalEnd>));
}

/** Writes down where the journals end; nothing is added to them any more. */
export function writeClosedJournals(
  directory: string,
  journals: Iterable<readonly [path: string, end: JournalEnd]>,
  syncer: FileSyncer,
): void {
  const json = JSON.stringify(Object.fromEntries(journals));
  const path = join(directory, FILE);
  writeFileSync(`${path}.next`, `${crc32(json)} ${json}`, { mode: 0o600 });
  renameSync(`${path}.next`, path);
  syncer.changed(path);
  syncer.changed(dirname(path));
}
