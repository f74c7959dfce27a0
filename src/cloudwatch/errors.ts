const BRAND = Symbol.for('opentelemetry-cloudwatch-logs.error');

/**
 * Base of every error that this package throws. `instanceof` of this class holds across the package's
 * ES-module and CommonJS copies; to tell subclasses apart, compare `code`.
 */
export class CloudWatchLogsError extends Error {
  /** Stable, for programs: never changes with the wording. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /**
   * `instanceof` holds for an error of whichever copy of this package, as an application may have it as ESM
   * and as CommonJS.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this === CloudWatchLogsError) return (value as Record<symbol, unknown> | null)?.[BRAND] === true;
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }
}

/** Stands in an error between an option's old name, which was written, and its new one. */
export const NEW_NAME = ' (now ';

/** A wrong option: the message names the option, its value and what would be right. */
export class OptionError extends CloudWatchLogsError {
  /** The option as the user wrote it: a constructor option's path or an environment variable's name. */
  readonly option: string;
  /** What completes "<option> must …". */
  readonly rule: string;
  /** What was given, shortened; undefined for a secret, and where a value would say nothing. */
  readonly value: string | undefined;

  /**
   * @param option - for example `concurrency` or `retry.maxAttempts`
   * @param rule - completes "<option> must …", for example `be a whole number from 1 to 50`
   * @param value - what was given; shown shortened. Leave it out for secrets.
   */
  constructor(option: string, rule: string, ...value: [] | [unknown]) {
    const shown = value.length === 1 ? show(value[0]) : undefined;
    super('ERR_OPTION', sentenceOf(option, rule, shown));
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-conversion -- JavaScript may hand over anything
    this.option = String(option).split(NEW_NAME)[0]!;
    this.rule = rule;
    this.value = shown;
  }

  /** The message with another name for the option. @param name - by which the user knows it, as a variable's */
  named(name: string): string {
    return sentenceOf(name, this.rule, this.value);
  }
}

function sentenceOf(name: string, rule: string, shown: string | undefined): string {
  return `${name} must ${rule}${shown === undefined ? '' : `; it is ${shown}`}`;
}

/** Shows a value inside an error message: one line, shortened, never throwing, no control characters. */
export function show(value: unknown): string {
  let text: string;
  try {
    text = typeof value === 'string' ? JSON.stringify(value) : showOther(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  // eslint-disable-next-line no-control-regex
  text = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function showOther(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const name = (value as { constructor?: { name?: string } }).constructor?.name;
  const isPlain = !name || name === 'Object' || Array.isArray(value);
  return isPlain ? JSON.stringify(value) : `an instance of ${name}`;
}
