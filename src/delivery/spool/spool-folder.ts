import { randomBytes } from 'node:crypto';
import { type Dirent } from 'node:fs';
import { isProcessOwner } from '../../file-ownership/owner-state.js';
import { type ProcessOwner } from '../../file-ownership/process-owner.js';
import { parseSpoolFileName, type SpoolFileName } from './spool-file.js';

/** With what the folder begins that holds the spool of a back end of `./base`, in the directory of its option `spool`. */
export const BACK_END_FOLDER = 'back-end-';

/** The holder of a folder that was left orderly: the next process takes it. */
export const NOBODY = 'free';

/**
 * The folder of one writer's batches. Its name says who holds it, so that it changes hands by one rename:
 * of several processes that try, one succeeds.
 */
export interface SpoolFolderName {
  /** When it was made and a random part: writers sort by age. */
  readonly writer: string;
  /** A process, or {@link NOBODY}. */
  readonly holder: ProcessOwner;
}

const NAME = /^batches-(\d{13}-[0-9a-f]{8})~([0-9a-f-]+|free)$/;

export function createWriterName(createdMillis: number): string {
  return `${String(Math.max(0, createdMillis)).padStart(13, '0')}-${randomBytes(4).toString('hex')}`;
}

export function spoolFolderName({ writer, holder }: SpoolFolderName): string {
  return `batches-${writer}~${holder}`;
}

/** @returns undefined for what is not of the spool */
export function parseSpoolFolderName(name: string): SpoolFolderName | undefined {
  const match = NAME.exec(name);
  if (!match) return undefined;
  const holder = match[2]!;
  return holder === NOBODY || isProcessOwner(holder) ? { writer: match[1]!, holder } : undefined;
}

/** Reads the name of a batch's file. @returns undefined for an entry that is none, as a folder of such a name */
export function batchNameOf(entry: Dirent): SpoolFileName | undefined {
  return entry.isDirectory() ? undefined : parseSpoolFileName(entry.name);
}

const CHECK = /^health-check-\d+\.batch$/;

/** The name of a file that only tries whether a folder can be written to. */
export function checkFileName(number: number): string {
  return `health-check-${number}.batch`;
}

/** Whether a file is what a killed process was just writing, or trying: nothing in it was acknowledged. */
export function isUnfinished(file: string): boolean {
  return file.endsWith('.batch.tmp') || CHECK.test(file);
}

/** Folders and files in their order: by age of writer, by place. */
export function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
