/** What stands in place of a value that can't be written. */
export const CIRCULAR = '[Circular]';
export const DEEP = '[Too deep]';
export const UNREADABLE = '[Unreadable]';

/** Levels of nesting of a foreign value that are written; what lies deeper becomes {@link DEEP}. */
export const MAX_JSON_DEPTH = 100;
