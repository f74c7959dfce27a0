import { type SpoolFileName } from './spool-file.js';

/** A folder that this process holds; its path changes when it is handed on. */
export interface HeldFolder {
  readonly writer: string;
  readonly path: string;
}

/** A batch that is on disk and belongs to this process. */
export interface StoredBatch {
  readonly folder: HeldFolder;
  readonly file: string;
  readonly name: SpoolFileName;
  /** Events that are neither delivered nor lost. */
  events: number;
  /** It is being sent or rewritten, and can't be dropped to make room. */
  isBusy: boolean;
}
