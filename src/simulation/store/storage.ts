import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudWatchLogsError } from '../../cloudwatch/errors.js';
import { type Catalog } from './catalog.js';
import { ContentCache } from './content-cache.js';
import { type EventStore } from './event-store.js';
import { FileHandles } from './file-handles.js';
import { FileSyncer, type FsyncPolicy } from './file-syncer.js';
import { FolderCatalog } from './folder-catalog.js';
import { type FolderRecovery, nothingHarmed, openFolderEventStore } from './folder-event-store.js';
import { FolderLock } from './folder-lock.js';
import { makeFolder } from './make-folder.js';
import { MemoryCatalog } from './memory-catalog.js';
import { createMemoryEventStore, type EventStoreSettings } from './memory-event-store.js';

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
  /** What was not whole when the folder was opened. */
  readonly recovery: FolderRecovery;
  /** Writes what is open and lets go of the folder. */
  close(): Promise<void>;
}

const FORMAT = 'opentelemetry-cloudwatch-logs local service';
const VERSION = 1;
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
    close: async () => {
      await events.close();
      await catalog.close();
    },
  };
}

function folderStorage(directory: string, settings: StorageSettings): Storage {
  makeFolder(directory);
  expectOurs(directory);
  const lock = FolderLock.acquire(directory);
  const handles = new FileHandles();
  try {
    claim(directory);
    const syncer = new FileSyncer(settings.fsync ?? 'interval');
    const cache = new ContentCache(settings.cacheBytes ?? DEFAULT_CACHE_BYTES);
    const catalog = new FolderCatalog(directory, { handles, syncer });
    const { events, recovery } = openFolderEventStore(directory, { handles, syncer, cache }, settings);
    recovery.harmedEntries += catalog.harmedEntries;
    return {
      events,
      catalog,
      recovery,
      close: async () => {
        await events.close();
        await catalog.close();
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
  if (version !== VERSION) {
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
  if (existsSync(path)) return;
  makePrivate(directory);
  const next = `${path}.next`;
  writeFileSync(next, `${JSON.stringify({ format: FORMAT, version: VERSION })}\n`, {
    mode: 0o600,
    flush: true,
  });
  renameSync(next, path);
}

function makePrivate(directory: string): void {
  try {
    chmodSync(directory, 0o700);
  } catch (error) {
    // A mounted folder may belong to someone else; the files in it are private all the same.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}
