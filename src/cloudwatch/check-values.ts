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

/** @throws OptionError for the first option that is given, and neither true nor false */
export function checkFlags(options: Readonly<Record<string, unknown>>): void {
  checkGiven(options, (value) => typeof value === 'boolean', 'be true or false');
}

/** @throws OptionError for the first option that is given, and no function */
export function checkFunctions(options: Readonly<Record<string, unknown>>): void {
  checkGiven(options, (value) => typeof value === 'function', 'be a function');
}

/** @throws OptionError for the first option that is given, and no text, or an empty one */
export function checkGivenTexts(options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) if (value !== undefined) checkText(name, value);
}

/** @throws OptionError for the first option that is given, and no list of names */
export function checkGivenNames(options: Readonly<Record<string, unknown>>): void {
  const areNames = (value: unknown): boolean =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '');
  checkGiven(options, areNames, 'be a list of names');
}

/** @throws OptionError for what is none of the words */
export function checkWord(option: string, value: unknown, words: readonly string[]): void {
  if (!words.includes(value as string)) throw new OptionError(option, `be one of ${words.join(', ')}`, value);
}

/** @throws OptionError for what is given, and makes no meters */
export function checkMeterProvider(value: unknown): void {
  const is = (one: unknown): boolean =>
    typeof (one as { getMeter?: unknown } | null)?.getMeter === 'function';
  checkGiven({ meterProvider: value }, is, 'be a MeterProvider of @opentelemetry/api');
}

function checkGiven(
  options: Readonly<Record<string, unknown>>,
  isRight: (value: unknown) => boolean,
  rule: string,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !isRight(value)) throw new OptionError(name, rule, value);
  }
}
