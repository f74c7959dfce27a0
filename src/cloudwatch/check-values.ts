import { OptionError } from './errors.js';

/** @throws OptionError for what is no list of texts; a text alone would be taken for a list of letters */
export function checkTexts(option: string, value: unknown): asserts value is readonly string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return;
  throw new OptionError(option, 'be a list of texts', value);
}

/** @throws OptionError for what is no text, or an empty one */
export function checkText(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '')
    throw new OptionError(option, 'be a text that is not empty', value);
}

/** @throws OptionError for what can't be gone through, and for a text, which would give its letters */
export function checkIterable(option: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) return;
  throw new OptionError(option, 'be a list, or another iterable', value);
}

/** @throws OptionError for what is given and no signal */
export function checkSignal(value: unknown): void {
  if (value === undefined || value instanceof AbortSignal) return;
  throw new OptionError('signal', 'be an AbortSignal', value);
}

/** @throws OptionError for what is given and no function */
export function checkClock(value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new OptionError('clock', 'be a function that returns milliseconds since 1970', value);
}
