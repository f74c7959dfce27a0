import { checkMembers } from '../cloudwatch/check-members.js';
import { OptionError } from '../cloudwatch/errors.js';
import { either, integer, type Option } from './option-kinds.js';
import { type WriteAheadSettings } from '../write-ahead/write-ahead-log.js';
import { WRITE_AHEAD_NUMBERS } from '../write-ahead/write-ahead-numbers.js';

/** Where and how records are written to files before `emit` returns. */
export interface WriteAheadOptions {
  /** Made where it is missing; several processes may share it. */
  readonly directory: string;
  /** Milliseconds between two times that the device is told to keep what was written; 0 for never. Default 1,000. */
  readonly fsyncIntervalMillis?: number | undefined;
  /** Bytes of files that one process may have; beyond it records are in memory alone. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
}

/** The option `writeAhead`; the environment variable gives the directory alone. */
export function writeAheadOption(spec: {
  readonly env: string;
}): Option<WriteAheadOptions, WriteAheadSettings | undefined> {
  return either<WriteAheadOptions, WriteAheadSettings | undefined>({
    ...spec,
    check: checkWriteAhead,
    fromText: (_, text) => ({ directory: text.trim() }),
  });
}

function checkWriteAhead(name: string, given: unknown): WriteAheadSettings {
  checkMembers(name, given, { directory: true, ...WRITE_AHEAD_NUMBERS });
  const value = given as Record<string, unknown>;
  const { directory } = value;
  if (typeof directory !== 'string' || directory.trim() === '') {
    throw new OptionError(`${name}.directory`, 'be the path of a directory', directory);
  }
  const number = (member: keyof typeof WRITE_AHEAD_NUMBERS): number => {
    const { min, max, default: otherwise } = WRITE_AHEAD_NUMBERS[member];
    return integer({ min, max }).check(`${name}.${member}`, value[member] ?? otherwise)!;
  };
  return {
    directory,
    fsyncIntervalMillis: number('fsyncIntervalMillis'),
    maxBytes: number('maxBytes'),
  };
}
