import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CloudWatchLogsError } from '../../cloudwatch/errors.js';
import { type Catalog } from './catalog.js';
import { ContentCache } from './content-cache.js';
import { type EventStore } from './event-store.js';
import { FileHandles } from './file-handles.js';
import { FileSyncer, type FsyncPolicy } from './file-syncer.js';
import { type ClosedJournals, takeClosedJournals, writeClosedJournals } from './closed-journals.js';
import { CATALOG_JOURNAL, FolderCatalog } from './folder-catalog.js';
import { openFolderEventStore } from './folder-event-store.js';
import { FolderLock } from './folder-lock.js';
import { makeFoldersAtOnce } from '../../file-ownership/make-folders.js';
import { MemoryCatalog } from './memory-catalog.js';
import { createMemoryEventStore, type EventStoreSettings } from './memory-event-store.js';
import { type FolderRecovery, nothingHarmed, StoreDamage } from './store-damage.js';

/** Where the local service keeps everything. */
export interface StorageSettings extends EventStoreSettings {
  /** A folder, made when it is missing, for this process alone. In memory when left out. */
  readonly directory?: string | undefined;
  /** Default: `interval`. */
  readonly fsync?: FsyncPolicy | undefined;
  /** Bytes of columns and indexes of a folder's segments that are kept in memory; default 256 MiB. */
  readonly cacheBytes?: number | undefined;
}

/** Events and metadata, in memory or in a folder. */
export interface Storage {
  readonly events: EventStore;
  readonly catalog: Catalog;
  /** What was not whole when the folder was opened, and what is found since not to be: it is kept up to date. */
  readonly recovery: Readonly<FolderRecovery>;
  /** @param tell - called with what is found from now on */
  onHarmFound(tell: (harm: Partial<FolderRecovery>) => void): void;
  /** Notes what those who use the storage find of it. */
  noteHarm(harm: Partial<FolderRecovery>): void;
  /** Writes what is open and lets go of the folder. */
  close(): Promise<void>;
}

const FORMAT = 'opentelemetry-cloudwatch-logs local service';
const VERSION = 2;
/** Folders of the first format are read, and are of the second from then on. */
const OLDEST_VERSION = 1;
const DEFAULT_CACHE_BYTES = 256 * 1024 * 1024;

/**
 * Opens what the local service stores in.
 * @throws CloudWatchLogsError with code ERR_STORE_LOCKED when another process uses the folder,
 * ERR_STORE_VERSION when a newer release wrote it, ERR_STORE_FOREIGN when it holds something else
 */
export function openStorage(settings: StorageSettings = {}): Storage {
  return settings.directory === undefined
    ? memoryStorage(settings)
    : folderStorage(settings.directory, settings);
}

function memoryStorage(settings: StorageSettings): Storage {
  const events = createMemoryEventStore(settings);
  const catalog = new MemoryCatalog();
  return {
    events,
    catalog,
    recovery: nothingHarmed(),
    onHarmFound: () => undefined,
    noteHarm: () => undefined,
    close: async () => {
      await events.close();
      await catalog.close();
    },
  };
}

function folderStorage(directory: string, settings: StorageSettings): Storage {
  makeFoldersAtOnce(directory);
  expectOurs(directory);
  const lock = FolderLock.acquire(directory);
  const handles = new FileHandles();
  try {
    claim(directory);
    const syncer = new FileSyncer(settings.fsync ?? 'interval');
    const cache = new ContentCache(settings.cacheBytes ?? DEFAULT_CACHE_BYTES);
    const damage = new StoreDamage();
    const closed = takeClosedJournals(directory, syncer);
    missJournals(directory, closed, damage);
    const parts = { handles, syncer, cache, damage };
    const catalog = new FolderCatalog(directory, parts, closed.get(CATALOG_JOURNAL));
    const folder = openFolderEventStore(directory, parts, settings, closed);
    const { events } = folder;
    return {
      events,
      catalog,
      recovery: damage.recovery,
      onHarmFound: (tell) => {
        damage.onFound(tell);
      },
      noteHarm: (harm) => {
        damage.found(harm);
      },
      close: async () => {
        await events.close();
        await catalog.close();
        writeClosedJournals(directory, [[CATALOG_JOURNAL, catalog.end], ...folder.journals()], syncer);
        await syncer.close();
        handles.close();
        lock.release();
      },
    };
  } catch (error) {
    handles.close();
    lock.release();
    throw error;
  }
}

/** Refuses a folder of someone else before anything is written to it, and one of the future. */
function expectOurs(directory: string): void {
  const path = join(directory, 'VERSION');
  if (!existsSync(path)) {
    const others = readdirSync(directory).filter((name) => !/^(?:LOCK|VERSION)/.test(name));
    if (others.length === 0) return;
    throw new CloudWatchLogsError(
      'ERR_STORE_FOREIGN',
      `${directory} is no folder of the local service: it holds ${others.slice(0, 3).join(', ')}`,
    );
  }
  const { format, version } = readVersion(path);
  if (format !== FORMAT) {
    throw new CloudWatchLogsError('ERR_STORE_FOREIGN', `${path} is not of the local service`);
  }
  if (!(typeof version === 'number' && version >= OLDEST_VERSION && version <= VERSION)) {
    throw new CloudWatchLogsError(
      'ERR_STORE_VERSION',
      `${directory} was written in format ${String(version)}, by another release; this one reads format ${VERSION}`,
    );
  }
}

function readVersion(path: string): { format?: unknown; version?: unknown } {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as object;
  } catch {
    return {};
  }
}

/** Marks a folder as ours. */
function claim(directory: string): void {
  const path = join(directory, 'VERSION');
  if (existsSync(path) && readVersion(path).version === VERSION) return;
  makePrivate(directory);
  const next = `${path}.next`;
  writeFileSync(next, `${JSON.stringify({ format: FORMAT, version: VERSION })}\n`, {
    mode: 0o600,
    flush: true,
  });
  renameSync(next, path);
}

/** Each journal is made when the folder is, so one that is not there beside others was removed. */
function missJournals(directory: string, closed: ClosedJournals, damage: StoreDamage): void {
  const isThere = (name: string): boolean => existsSync(join(directory, name));
  const names = [CATALOG_JOURNAL, 'store.journal'];
  const missing = names.filter((name) => !isThere(name));
  const others = names.some((name) => isThere(name) && statSync(join(directory, name)).size > 0);
  const hasGroups = isThere('groups') && readdirSync(join(directory, 'groups')).length > 0;
  if (others || hasGroups || closed.size > 0) damage.found({ missingFiles: missing.length });
}

function makePrivate(directory: string): void {
  try {
    chmodSync(directory, 0o700);
  } catch (error) {
    // A mounted folder may belong to someone else; the files in it are private all the same.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}
