import { join } from 'node:path';
import { type LogEventBatch } from '../encoded-event.js';
import { nodeFileSystem, readPlainFile } from './private-files.js';
import { stateOfOwner } from './process-owner.js';
import { parseSpoolFileName, readSpoolFile, type SpoolFileName } from './spool-file.js';
import { NOBODY, parseSpoolFolderName } from './spool-folder.js';

/** One file of a spool, as its name and place tell. */
export interface SpoolEntry extends SpoolFileName {
  /** Relative to the spool's directory. */
  readonly file: string;
  /** The process that sends it; undefined where the next that looks takes it. */
  readonly heldByProcess: number | undefined;
}

/** What reading one file came to. */
export type SpoolEntryContent =
  | { readonly state: 'whole' | 'damaged'; readonly batch: LogEventBatch; readonly damagedEvents: number }
  | { readonly state: 'damaged' | 'unreadable'; readonly batch?: undefined; readonly detail: string }
  | { readonly state: 'future'; readonly batch?: undefined; readonly detail: string };

/** What a spool's directory holds. Nothing of it is changed. */
export interface SpoolListing {
  /** In the order in which they are sent. */
  readonly entries: readonly SpoolEntry[];
  /** Names that are not of the spool, relative to its directory. */
  readonly foreign: readonly string[];
}

/** Lists a spool by the names of its files. @throws where the directory can't be read */
export async function listSpool(directory: string): Promise<SpoolListing> {
  const entries: SpoolEntry[] = [];
  const foreign: string[] = [];
  const folders = await nodeFileSystem.readdir(directory, { withFileTypes: true });
  for (const folder of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const parsed = folder.isDirectory() ? parseSpoolFolderName(folder.name) : undefined;
    if (!parsed) {
      foreign.push(folder.name);
      continue;
    }
    const isHeld = parsed.holder !== NOBODY && stateOfOwner(parsed.holder) !== 'dead';
    const heldByProcess = isHeld ? Number(parsed.holder.split('-')[0]) : undefined;
    // A process that ends hands its folder on, under another name.
    const files = await nodeFileSystem.readdir(join(directory, folder.name)).catch((): string[] => []);
    for (const file of files.sort()) {
      const name = parseSpoolFileName(file);
      const path = join(folder.name, file);
      if (name) entries.push({ ...name, file: path, heldByProcess });
      else if (!file.endsWith('.batch.tmp')) foreign.push(path);
    }
  }
  return { entries, foreign };
}

/** Reads one file of a spool and checks it, without changing it. Never rejects. */
export async function readSpoolEntry(
  directory: string,
  entry: Pick<SpoolEntry, 'file'>,
): Promise<SpoolEntryContent> {
  let bytes: Buffer;
  try {
    bytes = await readPlainFile(nodeFileSystem, join(directory, entry.file));
  } catch (error) {
    return { state: 'unreadable', detail: (error as Error).message };
  }
  const content = readSpoolFile(bytes);
  switch (content.kind) {
    case 'damaged':
      return { state: 'damaged', detail: 'no event of it can be read' };
    case 'future':
      return { state: 'future', detail: `format ${content.version}, of a later version of this package` };
    case 'batch':
      return {
        state: content.damaged > 0 ? 'damaged' : 'whole',
        batch: content.batch,
        damagedEvents: content.damaged,
      };
  }
}
