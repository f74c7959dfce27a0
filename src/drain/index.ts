export { type DrainOptions, type DrainResult, drainSpool } from './drain-spool.js';
export {
  listSpool,
  readSpoolEntry,
  type SpoolEntry,
  type SpoolEntryContent,
  type SpoolListing,
} from '../delivery/spool/inspect-spool.js';
export { BACK_END_FOLDER } from '../delivery/spool/spool-folder.js';
