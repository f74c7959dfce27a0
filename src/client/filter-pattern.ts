import { checkTexts, checkWord } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';

/** What a value of a JSON message may be compared with. */
export type PatternValue = string | number | boolean | null;

/**
 * A filter pattern of CloudWatch Logs, as FilterLogEvents, live tail, metric and subscription filters take it. Each method
 * returns a new one; no value can change what the pattern means.
 * @example
 * FilterPattern.where('severity_number', '>=', 17).and(FilterPattern.where('body', '=', 'payment failed'))
 * FilterPattern.allOf('ERROR', 'timeout').without('health')
 */
export class FilterPattern {
  readonly #text: string;
  readonly #isJson: boolean;

  private constructor(text: string, isJson: boolean) {
    this.#text = text;
    this.#isJson = isJson;
  }

  /** Messages that hold all of the texts. */
  static allOf(...texts: readonly string[]): FilterPattern {
    return new FilterPattern(atLeastOne(texts).map(quoted).join(' '), false);
  }

  /** Messages that hold one of the texts at the least. */
  static anyOf(...texts: readonly string[]): FilterPattern {
    return new FilterPattern(
      atLeastOne(texts)
        .map((text) => `?${quoted(text)}`)
        .join(' '),
      false,
    );
  }

  /**
   * JSON messages whose member compares so.
   * @param path - `attributes.item`; a list where names have dots: `['attributes', 'order.id']`
   * @param value - of text, `*` stands for any characters
   */
  static where(
    path: string | readonly string[],
    operator: '=' | '!=' | '<' | '<=' | '>' | '>=',
    value: PatternValue,
  ): FilterPattern {
    const selector = selectorOf(path);
    checkWord('operator', operator, ['=', '!=', '<', '<=', '>', '>=']);
    if (value === null || typeof value === 'boolean') {
      if (operator !== '=') throw new OptionError('operator', 'be = for true, false and null', operator);
      return new FilterPattern(`${selector} IS ${String(value).toUpperCase()}`, true);
    }
    const isText = typeof value === 'string';
    if (!isText && !Number.isFinite(value)) {
      throw new OptionError('value', 'be a text, a finite number, true, false or null', value);
    }
    if (isText && operator !== '=' && operator !== '!=') {
      throw new OptionError('operator', 'be = or != for a text', operator);
    }
    return new FilterPattern(`${selector} ${operator} ${isText ? quoted(value) : String(value)}`, true);
  }

  /** JSON messages that lack a member. */
  static lacks(path: string | readonly string[]): FilterPattern {
    return new FilterPattern(`${selectorOf(path)} NOT EXISTS`, true);
  }

  /** Those that match another pattern of JSON too. */
  and(other: FilterPattern): FilterPattern {
    return this.#join(other, '&&');
  }

  /** Those that match another pattern of JSON, too or instead. */
  or(other: FilterPattern): FilterPattern {
    return this.#join(other, '||');
  }

  /** Of texts: messages that hold none of these. */
  without(...texts: readonly string[]): FilterPattern {
    if (this.#isJson) throw new OptionError('without', 'follow a pattern of texts');
    const more = atLeastOne(texts).map((text) => `-${quoted(text)}`);
    return new FilterPattern([this.#text, ...more].join(' '), false);
  }

  /** The pattern's text. */
  toString(): string {
    return this.#isJson ? `{ ${this.#text} }` : this.#text;
  }

  #join(other: FilterPattern, operator: '&&' | '||'): FilterPattern {
    if (!((other as unknown) instanceof FilterPattern)) {
      throw new OptionError('pattern', 'be a FilterPattern', other);
    }
    if (!this.#isJson || !other.#isJson)
      throw new OptionError('pattern', 'be one of JSON members on both sides');
    return new FilterPattern(`(${this.#text}) ${operator} (${other.#text})`, true);
  }
}

function atLeastOne(texts: readonly string[]): readonly string[] {
  checkTexts('texts', texts);
  if (texts.length === 0 || texts.includes(''))
    throw new OptionError('texts', 'be one at the least, none empty', texts);
  return texts;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function selectorOf(path: string | readonly string[]): string {
  const names = typeof path === 'string' ? path.split('.') : path;
  checkTexts('path', names);
  if (names.length === 0 || names.includes('')) throw new OptionError('path', 'name a member', path);
  return `$${names.map((name) => (/^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `['${quotedName(name)}']`)).join('')}`;
}

/** A name in a selector has no escapes. */
function quotedName(name: string): string {
  if (!/['"\\\]]/.test(name)) return name;
  throw new OptionError('path', 'have no quotes, backslashes and brackets in its names', name);
}
