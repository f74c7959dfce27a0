export { type DrainOptions, type DrainResult, drainSpool } from './spool/drain-spool.js';
export {
  listSpool,
  readSpoolEntry,
  type SpoolEntry,
  type SpoolEntryContent,
  type SpoolListing,
} from './spool/inspect-spool.js';
