import { type JsonValue } from './json-value.js';
import { messageField, messagesField, textField, type Message } from './message.js';

/** An AnyValue as JSON; null for one without a value. Of several kinds the last counts, as in protobuf. */
export function anyValueOf(value: Message | undefined): JsonValue {
  const sent = [...(value ?? [])].at(-1);
  if (sent === undefined) return null;
  const [kind, content] = sent;
  if (kind === 'arrayValue') return messagesField(content as Message, 'values').map(anyValueOf);
  if (kind === 'kvlistValue') return attributesOf(messagesField(content as Message, 'values'));
  return content;
}

/** KeyValues as an object; of two with one key the last counts. */
export function attributesOf(attributes: readonly Message[]): ReadonlyMap<string, JsonValue> {
  return new Map(
    attributes.map((attribute) => [
      textField(attribute, 'key') ?? '',
      anyValueOf(messageField(attribute, 'value')),
    ]),
  );
}

/** The `attributes` of a message; undefined where there are none. */
export function attributesField(message: Message | undefined): ReadonlyMap<string, JsonValue> | undefined {
  const attributes = messagesField(message, 'attributes');
  return attributes.length === 0 ? undefined : attributesOf(attributes);
}

/** `{"attributes": …}` */
export function resourceOf(resource: Message | undefined): JsonValue {
  return new Map([['attributes', attributesField(resource) ?? new Map<string, JsonValue>()]]);
}

/** `{"name": …, "version": …, "attributes": …}`; undefined for a scope that says nothing. */
export function scopeOf(scope: Message | undefined): JsonValue | undefined {
  const members: [string, JsonValue | undefined][] = [
    ['name', textField(scope, 'name')],
    ['version', textField(scope, 'version')],
    ['attributes', attributesField(scope)],
  ];
  return members.some(([, value]) => value !== undefined) ? new Map(members) : undefined;
}

/** A number that is not 0. */
export function nonZero(number: number | undefined): number | undefined {
  return number === 0 ? undefined : number;
}

/** An id that is not made of zeros, which stand for none. */
export function idField(message: Message, name: string): string | undefined {
  const id = textField(message, name);
  return id === undefined || /^0*$/.test(id) ? undefined : id;
}

/** Nanoseconds as milliseconds. */
export function toMillis(nanos: bigint): number {
  return Number(nanos / 1_000_000n);
}
