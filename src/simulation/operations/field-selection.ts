import { invalidParameter } from '../service-error.js';

/** The system fields that filters select by, and pass on. Source: PutSubscriptionFilter, `emitSystemFields`. */
const SYSTEM_FIELDS = ['@aws.account', '@aws.region', '@source.log'] as const;

/** In the order of the recorded text. */
const SUPPORTED_FIELDS: readonly SystemField[] = ['@aws.region', '@aws.account', '@source.log'];

export type SystemField = (typeof SYSTEM_FIELDS)[number];

/** What the system fields of a log group's events are. */
export type SystemFieldValues = Readonly<Record<SystemField, string>>;

export function systemFieldValues(
  place: { readonly accountId: string; readonly region: string },
  logGroupName: string,
): SystemFieldValues {
  return { '@aws.account': place.accountId, '@aws.region': place.region, '@source.log': logGroupName };
}

/** @throws ServiceError for a name that is no system field */
export function checkSystemFields(names: readonly string[] = []): asserts names is readonly SystemField[] {
  if (names.every(isSystemField)) return;
  throw invalidParameter(
    `The provided system fields are invalid. The supported system fields are - [${SUPPORTED_FIELDS.join(', ')}]`,
  );
}

function isSystemField(name: string): name is SystemField {
  return SYSTEM_FIELDS.some((field) => field === name);
}

type Criteria = (values: SystemFieldValues) => boolean;

/**
 * Reads the `fieldSelectionCriteria` of a metric or subscription filter, such as
 * `@aws.account IN ["111111111111"] AND @aws.region != "us-east-1"`. Source: PutSubscriptionFilter.
 * @throws ServiceError for a text that is none
 */
export function parseFieldSelection(text: string): Criteria {
  const reader = new CriteriaReader(text);
  const criteria = reader.readAny();
  if (!reader.isAtEnd) throw reader.failure();
  return criteria;
}

const TOKEN = /\s*(?:(@[\w.]+|!=|[=()[\],])|("(?:[^"\\]|\\.)*")|([A-Za-z]+))/y;
/** Parentheses within parentheses. */
const MAX_DEPTH = 100;

class CriteriaReader {
  readonly #tokens: string[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    const rest = text.trimEnd();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < rest.length) {
      const match = TOKEN.exec(rest);
      if (!match) throw this.failure();
      this.#tokens.push(match[1] ?? match[2] ?? match[3]!.toUpperCase());
    }
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  failure(): Error {
    return invalidParameter('The provided field selection criteria is invalid');
  }

  /** Any : All ( `OR` All )* */
  readAny(): Criteria {
    const parts = [this.#readAll()];
    while (this.#take('OR')) parts.push(this.#readAll());
    return (values) => parts.some((part) => part(values));
  }

  /** All : Condition ( `AND` Condition )* */
  #readAll(): Criteria {
    const parts = [this.#readCondition()];
    while (this.#take('AND')) parts.push(this.#readCondition());
    return (values) => parts.every((part) => part(values));
  }

  /** Condition : `(` Any `)` | Field ( `=` | `!=` ) Text | Field [`NOT`] `IN` `[` Text, … `]` */
  #readCondition(): Criteria {
    if (this.#take('(')) {
      if (++this.#depth > MAX_DEPTH) throw this.failure();
      const inner = this.readAny();
      this.#depth--;
      this.#expect(')');
      return inner;
    }
    const field = this.#next();
    if (!isSystemField(field)) throw this.failure();
    if (this.#take('=')) return isOneOf(field, [this.#readText()], true);
    if (this.#take('!=')) return isOneOf(field, [this.#readText()], false);
    const wanted = !this.#take('NOT');
    this.#expect('IN');
    this.#expect('[');
    const texts = [this.#readText()];
    while (this.#take(',')) texts.push(this.#readText());
    this.#expect(']');
    return isOneOf(field, texts, wanted);
  }

  #readText(): string {
    const token = this.#next();
    if (!token.startsWith('"')) throw this.failure();
    try {
      return JSON.parse(token) as string;
    } catch {
      throw this.failure();
    }
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.failure();
    return token;
  }

  #take(token: string): boolean {
    const found = this.#tokens[this.#at] === token;
    if (found) this.#at++;
    return found;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.failure();
  }
}

function isOneOf(field: SystemField, texts: readonly string[], wanted: boolean): Criteria {
  return (values) => texts.includes(values[field]) === wanted;
}
