import { type Dirent } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../../cloudwatch/classify-error.js';
import { type LogEventBatch } from '../encoded-event.js';
import { nodeFileSystem, readPlainFile } from './private-files.js';
import { type OwnerState, stateOfOwner } from '../../file-ownership/owner-state.js';
import { readSpoolFile, type SpoolFileName } from './spool-file.js';
import { batchNameOf, byName, isUnfinished, NOBODY, parseSpoolFolderName } from './spool-folder.js';

/** One file of a spool, as its name and place tell. */
export interface SpoolEntry extends SpoolFileName {
  /** Relative to the spool's directory. */
  readonly file: string;
  /** The process that sends it; undefined where the next that looks takes it. */
  readonly heldByProcess: number | undefined;
  /** Whether that process runs; `unknown` for one in another container, or on another host. */
  readonly holder: OwnerState | 'nobody';
}

/** The result of reading one file. */
export type SpoolEntryContent =
  | {
      readonly state: 'whole' | 'damaged';
      readonly batch: LogEventBatch;
      readonly damagedEvents: number;
      readonly detail: string;
    }
  | { readonly state: 'damaged' | 'unreadable'; readonly batch?: undefined; readonly detail: string }
  | { readonly state: 'future'; readonly batch?: undefined; readonly detail: string }
  /** It was sent, or changed hands, since it was listed. */
  | { readonly state: 'gone'; readonly batch?: undefined; readonly detail: string };

/** The content of a spool's directory. Nothing of it is changed. */
export interface SpoolListing {
  /** In the order in which they are sent. */
  readonly entries: readonly SpoolEntry[];
  /** Names that are not of the spool, relative to its directory. */
  readonly foreign: readonly string[];
  /** Folders of the spool that can't be read, and why. */
  readonly unreadable: readonly { readonly folder: string; readonly detail: string }[];
}

/**
 * Lists a spool by the names of its files.
 * @param fs - the file system; a test's may fail
 * @throws where the directory can't be read
 */
export async function listSpool(directory: string, fs = nodeFileSystem): Promise<SpoolListing> {
  const entries: SpoolEntry[] = [];
  const foreign: string[] = [];
  const unreadable: { folder: string; detail: string }[] = [];
  const folders = await fs.readdir(directory, { withFileTypes: true });
  for (const folder of folders.sort(byName)) {
    const parsed = folder.isDirectory() ? parseSpoolFolderName(folder.name) : undefined;
    if (!parsed) {
      foreign.push(folder.name);
      continue;
    }
    const holder = parsed.holder === NOBODY ? 'nobody' : stateOfOwner(parsed.holder);
    const isHeld = holder === 'alive' || holder === 'unknown';
    const heldByProcess = isHeld ? Number(parsed.holder.split('-')[0]) : undefined;
    let files: Dirent[];
    try {
      files = await fs.readdir(join(directory, folder.name), { withFileTypes: true });
    } catch (error) {
      // A process that ends hands its folder on, under another name.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        unreadable.push({ folder: folder.name, detail: describeError(error) });
      }
      continue;
    }
    for (const file of files.sort(byName)) {
      const name = batchNameOf(file);
      const path = join(folder.name, file.name);
      if (name) entries.push({ ...name, file: path, heldByProcess, holder });
      else if (!isUnfinished(file.name)) foreign.push(path);
    }
  }
  return { entries, foreign, unreadable };
}

/** Reads one file of a spool and checks it, without changing it. Never rejects. @param fs - a test's may fail */
export async function readSpoolEntry(
  directory: string,
  entry: Pick<SpoolEntry, 'file' | 'events'>,
  fs = nodeFileSystem,
): Promise<SpoolEntryContent> {
  let bytes: Buffer;
  try {
    bytes = await readPlainFile(fs, join(directory, entry.file));
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { state: isGone ? 'gone' : 'unreadable', detail: describeError(error) };
  }
  const content = readSpoolFile(bytes);
  switch (content.kind) {
    case 'damaged':
      return { state: 'damaged', detail: 'no event of it can be read' };
    case 'future':
      return { state: 'future', detail: `format ${content.version}, of a later version of this package` };
    case 'batch': {
      // The name says what was stored, also where the header does not.
      const { batch, damagedLines } = content;
      const damagedEvents = Math.max(content.damaged, entry.events - batch.events.length);
      const state = damagedEvents > 0 || damagedLines > 0 ? 'damaged' : 'whole';
      const all = batch.events.length + damagedEvents;
      return { state, batch, damagedEvents, detail: `${damagedEvents} of ${all} events damaged` };
    }
  }
}
