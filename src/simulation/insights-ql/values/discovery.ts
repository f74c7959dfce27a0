import { containsText, indexOfText } from '../../text-matching/text-search.js';
import { type QueryableEvent } from '../event-source.js';
import { delimitedFields, isDelimitedField, mayBeDelimited } from './delimited-fields.js';
import { JsonFields, mayExceedLimit } from './json-fields.js';
import { findJsonFragment, parseJsonObject } from './json-fragment.js';
import { AloneTrials, MAX_MEMBERS_ALONE, otherPlainMember, plainMember } from './json-member.js';
import { isLambdaEvent, lambdaFields } from './lambda-fields.js';
import { formatValue, Timestamp, type Value } from './value.js';

/** The fields of one event. */
export interface EventFields {
  /** The value of a field, null where the event has none. Reads no more of the message than it must. */
  get(name: string): Value;
  /** Names of all fields: the system's first, then those discovered, in document order; without `@ptr`. */
  names(): readonly string[];
}

/** Where an event lies; for `@log` and `@aws…`. */
export interface EventOrigin {
  readonly accountId: string;
  readonly region: string;
}

const LOCAL_ORIGIN: EventOrigin = { accountId: '000000000000', region: 'us-east-1' };
const ENTITY_PREFIX = '@entity.';
const AT_SIGN = 0x40;

/** Names that hide nothing from a search for them in the message: JSON escapes of them begin with `\u`. */
const PLAIN_NAME = /^[A-Za-z0-9_@:. -]+$/;

/**
 * The fields of an event: the system's own, and those discovered in its message. Source: User Guide,
 * "Supported logs and discovered fields".
 */
export function discoverFields(event: QueryableEvent, origin: EventOrigin = LOCAL_ORIGIN): EventFields {
  return new DiscoveredEvent(event, origin);
}

/**
 * The value of one discovered field as an index keeps it, as text: what {@link discoverFields} finds,
 * without the fields that are not in the message. Compare through `indexKey`.
 * @param logGroupName - Lambda's groups are known by their names
 */
export function extractField(message: string, field: string, logGroupName?: string): string | undefined {
  return formatValue(new DiscoveredMessage(message, logGroupName).get(field));
}

class DiscoveredEvent implements EventFields {
  readonly #event: QueryableEvent;
  readonly #origin: EventOrigin;
  #message: DiscoveredMessage | undefined;

  constructor(event: QueryableEvent, origin: EventOrigin) {
    this.#event = event;
    this.#origin = origin;
  }

  get(name: string): Value {
    // Most queries ask for fields of the message: their names need not be compared with those of the system.
    return name.charCodeAt(0) === AT_SIGN ? this.#ofSystem(name) : this.#discovered().get(name);
  }

  #ofSystem(name: string): Value {
    const event = this.#event;
    switch (name) {
      case '@message':
        return event.message;
      case '@timestamp':
        return new Timestamp(event.timestamp);
      case '@ingestionTime':
        return new Timestamp(event.ingestionTime);
      case '@logStream':
        return event.logStreamName;
      case '@log':
        return `${this.#origin.accountId}:${event.logGroupName}`;
      case '@ptr':
        return event.ptr;
      case '@aws.account':
        return this.#origin.accountId;
      case '@aws.region':
        return this.#origin.region;
      default:
        if (name.startsWith(ENTITY_PREFIX)) return this.#entityFields().get(name) ?? null;
        return this.#discovered().get(name);
    }
  }

  names(): readonly string[] {
    return [
      '@timestamp',
      '@message',
      '@logStream',
      '@log',
      '@ingestionTime',
      ...this.#entityFields().keys(),
      ...this.#discovered().names(),
    ];
  }

  #discovered(): DiscoveredMessage {
    return (this.#message ??= new DiscoveredMessage(this.#event.message, this.#event.logGroupName));
  }

  /** `@entity.KeyAttributes.Name`, `@entity.Attributes.PlatformType` */
  #entityFields(): ReadonlyMap<string, string> {
    const { entity } = this.#event;
    if (entity === undefined) return new Map();
    return new Map([
      ...prefixed(`${ENTITY_PREFIX}KeyAttributes.`, entity.keyAttributes),
      ...prefixed(`${ENTITY_PREFIX}Attributes.`, entity.attributes),
    ]);
  }
}

function prefixed(prefix: string, attributes: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(attributes).map(([key, value]) => [prefix + key, value]);
}

const trials = new AloneTrials();

/** What is discovered in a message; each part is looked for once, and only when it is asked for. */
class DiscoveredMessage {
  readonly #message: string;
  readonly #logGroupName: string | undefined;
  #json: JsonFields | null | undefined;
  #lambda: ReadonlyMap<string, Value> | undefined;
  #delimited: ReadonlyMap<string, Value> | undefined;
  #isLambda: boolean | undefined;
  /** The first field that was found without the others. */
  #askedName: string | undefined;
  #askedValue: Value = null;
  /** Asked for behind it. */
  #others = 0;

  constructor(message: string, logGroupName: string | undefined) {
    this.#message = message;
    this.#logGroupName = logGroupName;
  }

  get(name: string): Value {
    if (name.charCodeAt(0) === AT_SIGN) {
      // A log's own keys that start with @ have one more.
      return name.startsWith('@@') ? this.#fromJson(name.slice(1)) : (this.#lambdaFields().get(name) ?? null);
    }
    if (mayBeDelimited(this.#message) && isDelimitedField(name)) {
      const value = this.#delimitedFields().get(name);
      if (value !== undefined) return value;
    }
    return this.#fromJson(name);
  }

  names(): readonly string[] {
    const own = Array.from(this.#jsonFields()?.names() ?? [], (name) =>
      name.startsWith('@') ? `@${name}` : name,
    );
    return [...this.#lambdaFields().keys(), ...this.#delimitedFields().keys(), ...own];
  }

  #fromJson(name: string): Value {
    if (this.#json === undefined) {
      if (name === this.#askedName) return this.#askedValue;
      if (!this.#mayHold(name)) return null;
      const value = this.#alone(name);
      if (value !== undefined) return value;
    }
    return this.#jsonFields()?.get(name) ?? null;
  }

  /** The value of a field that is one of the first asked for, found without the others; undefined where it isn't. */
  #alone(name: string): Value | undefined {
    if (this.#askedName !== undefined) {
      const other = ++this.#others < MAX_MEMBERS_ALONE ? otherPlainMember(this.#message, name) : undefined;
      if (other === undefined) trials.several();
      return other;
    }
    if (!trials.isNext()) return undefined;
    const value = mayExceedLimit(this.#message) ? undefined : plainMember(this.#message, name);
    trials.tried(value !== undefined);
    if (value !== undefined) {
      this.#askedName = name;
      this.#askedValue = value;
    }
    return value;
  }

  /** Spares most events the parsing: a key that doesn't occur in the text can't be a field. */
  #mayHold(name: string): boolean {
    const { part, isKey } = soughtText(name);
    if (part === '') return true;
    const holds = isKey ? holdsQuoted(this.#message, part) : containsText(this.#message, part);
    return holds || this.#message.includes('\\u');
  }

  #jsonFields(): JsonFields | null {
    if (this.#json === undefined) {
      const fragment =
        parseJsonObject(this.#message) ?? (this.#fromLambda() ? findJsonFragment(this.#message) : undefined);
      this.#json = fragment === undefined ? null : new JsonFields(fragment.object, fragment.source);
    }
    return this.#json;
  }

  #lambdaFields(): ReadonlyMap<string, Value> {
    return (this.#lambda ??= this.#fromLambda() ? lambdaFields(this.#message) : new Map());
  }

  #delimitedFields(): ReadonlyMap<string, Value> {
    return (this.#delimited ??= delimitedFields(this.#message));
  }

  #fromLambda(): boolean {
    return (this.#isLambda ??= isLambdaEvent(this.#message, this.#logGroupName));
  }
}

/** What a message holds that has a field of some name, where it holds no `\u`. */
interface SoughtText {
  /** Empty where that is not known. */
  readonly part: string;
  /** The part is a key and its closing quote; the opening one stands before it, too. */
  readonly isKey: boolean;
}

/** Queries ask each event for the same few names. */
const MAX_SOUGHT = 1_000;
const soughtTexts = new Map<string, SoughtText>();
let lastSought: SoughtText = { part: '', isKey: false };
let lastSoughtName = '';

function soughtText(name: string): SoughtText {
  if (name === lastSoughtName) return lastSought;
  let sought = soughtTexts.get(name);
  if (sought === undefined) {
    const key = PLAIN_NAME.test(name) ? longestKey(name) : '';
    // Of a name with dots it is open which of them are those of keys.
    const isKey = key !== '' && !name.includes('.');
    sought = { part: isKey ? `${key}"` : key, isKey };
    if (soughtTexts.size >= MAX_SOUGHT) soughtTexts.clear();
    soughtTexts.set(name, sought);
  }
  lastSoughtName = name;
  lastSought = sought;
  return sought;
}

/** Whether a text holds a part with a quote before it. There are fewer places to look at than quotes. */
function holdsQuoted(text: string, part: string): boolean {
  // Where it stands at the beginning, there is none.
  for (let at = indexOfText(text, part, 1); at > 0; at = indexOfText(text, part, at + 1)) {
    if (text.charCodeAt(at - 1) === 0x22) return true;
  }
  return false;
}

/** Of the keys that a dotted name is made of, the longest that is no list position. */
function longestKey(name: string): string {
  if (!name.includes('.')) return /^\d+$/.test(name) ? '' : name;
  let longest = '';
  for (const key of name.split('.')) {
    if (key.length > longest.length && !/^\d+$/.test(key)) longest = key;
  }
  return longest;
}
