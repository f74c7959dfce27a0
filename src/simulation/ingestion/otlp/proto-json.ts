import { parsePlainJson, type PlainJson } from '../../insights-ql/values/json.js';
import { IngestionError } from '../ingestion-error.js';
import { MAX_MESSAGE_DEPTH, messageSchemaOf, type Message, type MessageValue } from './message.js';
import { type FieldSchema, type MessageSchema } from './schema.js';

/** Fields by the names that JSON may use: lowerCamelCase, or as in the .proto file. */
const fieldsByName = new WeakMap<MessageSchema, ReadonlyMap<string, FieldSchema>>();

/**
 * Decodes a message from JSON as OTLP writes it: the JSON mapping of Protocol Buffers, but with ids as
 * hexadecimal digits and enumerations as numbers (names are read too). Unknown members are passed over.
 * Source: OTLP specification, "JSON Protobuf Encoding".
 * @throws IngestionError for a text that is no such message
 */
export function decodeProtoJson(text: string, schema: MessageSchema): Message {
  const plain = parsePlainJson(text);
  if (plain === undefined) throw new IngestionError('The request body is not valid JSON.');
  return decode(plain, schema, 'The request body', 0);
}

function decode(plain: PlainJson, schema: MessageSchema, name: string, depth: number): Message {
  if (depth > MAX_MESSAGE_DEPTH) throw new IngestionError('The request body is nested too deep.');
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) throw wrong(name, 'an object');
  const message = new Map<string, MessageValue>();
  const fields = fieldsOf(schema);
  for (const [key, member] of Object.entries(plain as Readonly<Record<string, PlainJson>>)) {
    const field = fields.get(key);
    if (field === undefined || member === null) continue;
    message.set(field.name, fieldValue(member, field, depth));
  }
  return message;
}

function fieldsOf(schema: MessageSchema): ReadonlyMap<string, FieldSchema> {
  let fields = fieldsByName.get(schema);
  if (fields === undefined) {
    fields = new Map(
      Object.values(schema.fields).flatMap((field): [string, FieldSchema][] => [
        [field.name, field],
        [field.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), field],
      ]),
    );
    fieldsByName.set(schema, fields);
  }
  return fields;
}

function fieldValue(plain: PlainJson, field: FieldSchema, depth: number): MessageValue {
  if (field.repeated !== true) return valueOf(plain, field, depth);
  if (!Array.isArray(plain)) throw wrong(field.name, 'a list');
  return (plain as readonly PlainJson[]).map((item) => valueOf(item, field, depth));
}

function valueOf(plain: PlainJson, field: FieldSchema, depth: number): MessageValue {
  const schema = messageSchemaOf(field);
  if (schema !== undefined) return decode(plain, schema, field.name, depth + 1);
  switch (field.type) {
    case 'string':
      return typeof plain === 'string' ? plain : fail(field, 'a string');
    case 'id':
      if (typeof plain !== 'string' || !/^(?:[0-9a-fA-F]{2})*$/.test(plain)) {
        return fail(field, 'a string of hexadecimal digits');
      }
      return plain.toLowerCase();
    case 'bytes':
      return typeof plain === 'string' ? toBase64(plain, field) : fail(field, 'a string in Base64');
    case 'bool':
      return typeof plain === 'boolean' ? plain : fail(field, 'true or false');
    case 'double':
      return doubleOf(plain, field);
    case 'enum':
      return enumOf(plain, field);
    case 'int64':
      return wholeOf(plain, field, -(2n ** 63n), 2n ** 63n - 1n);
    case 'fixed64':
      return wholeOf(plain, field, 0n, 2n ** 64n - 1n);
    default:
      return Number(wholeOf(plain, field, 0n, 2n ** 32n - 1n));
  }
}

/** Base64 in either alphabet, written in the usual one. */
function toBase64(text: string, field: FieldSchema): string {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return fail(field, 'a string in Base64');
  return Buffer.from(text, 'base64').toString('base64');
}

function doubleOf(plain: PlainJson, field: FieldSchema): number {
  if (typeof plain === 'number') return plain;
  if (typeof plain !== 'string' || plain.trim() === '') return fail(field, 'a number');
  const number = Number(plain);
  return Number.isNaN(number) && plain !== 'NaN' ? fail(field, 'a number') : number;
}

function enumOf(plain: PlainJson, field: FieldSchema): number {
  if (typeof plain === 'string' && field.names !== undefined) {
    const name = plain.startsWith(field.namePrefix ?? '') ? plain.slice(field.namePrefix?.length) : plain;
    const number = field.names.indexOf(name);
    if (number >= 0) return number;
  }
  return Number(wholeOf(plain, field, -(2n ** 31n), 2n ** 31n - 1n));
}

/** A whole number, as number or text; `1.0` and `1e3` are whole as well. */
function wholeOf(plain: PlainJson, field: FieldSchema, min: bigint, max: bigint): bigint {
  const number = wholeNumber(plain);
  return number !== undefined && number >= min && number <= max
    ? number
    : fail(field, `a whole number from ${min.toString()} to ${max.toString()}`);
}

function wholeNumber(plain: PlainJson): bigint | undefined {
  if (typeof plain === 'string' && /^-?\d{1,20}$/.test(plain)) return BigInt(plain);
  const number = typeof plain === 'string' && plain.trim() !== '' ? Number(plain) : plain;
  return typeof number === 'number' && Number.isInteger(number) ? BigInt(number) : undefined;
}

function fail(field: FieldSchema, expected: string): never {
  throw wrong(`'${field.name}'`, expected);
}

function wrong(name: string, expected: string): IngestionError {
  return new IngestionError(`${name} must be ${expected}.`);
}
