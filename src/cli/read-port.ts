import { OptionError } from '../cloudwatch/errors.js';

/** Reads the value of `--port`. @throws OptionError */
export function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new OptionError('--port', 'be a whole number from 0 to 65535', text);
  }
  return Number(text);
}
