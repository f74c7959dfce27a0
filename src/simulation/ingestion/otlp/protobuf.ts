import { IngestionError } from '../ingestion-error.js';
import { MAX_MESSAGE_DEPTH, messageSchemaOf, type Message, type MessageValue } from './message.js';
import { type FieldSchema, type MessageSchema } from './schema.js';
import { readWireFields, type WireField } from './wire-reader.js';

const UTF8 = new TextDecoder('utf-8');

/**
 * Decodes a message from protobuf; unknown fields are passed over.
 * @throws IngestionError for bytes that are no such message
 */
export function decodeProtobuf(bytes: Uint8Array, schema: MessageSchema): Message {
  return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), schema, 0);
}

function decode(bytes: Buffer, schema: MessageSchema, depth: number): Message {
  if (depth > MAX_MESSAGE_DEPTH) throw new IngestionError('The request body is nested too deep.');
  const message = new Map<string, MessageValue>();
  for (const wire of readWireFields(bytes)) {
    const field = schema.fields[wire.number];
    if (field === undefined) continue;
    const value = valueOf(wire, field, depth);
    if (field.repeated !== true) {
      message.set(field.name, value);
      continue;
    }
    const list = message.get(field.name) as MessageValue[] | undefined;
    if (list === undefined) message.set(field.name, [value]);
    else list.push(value);
  }
  return message;
}

function valueOf(wire: WireField, field: FieldSchema, depth: number): MessageValue {
  const schema = messageSchemaOf(field);
  if (schema !== undefined) return decode(bytesOf(wire, field), schema, depth + 1);
  switch (field.type) {
    case 'string':
      return UTF8.decode(bytesOf(wire, field));
    case 'id':
      return bytesOf(wire, field).toString('hex');
    case 'bytes':
      return bytesOf(wire, field).toString('base64');
    case 'bool':
      return longOf(wire, field) !== 0n;
    case 'double':
      return doubleOf(wire, field);
    case 'int64':
      return BigInt.asIntN(64, longOf(wire, field));
    case 'fixed64':
      return longOf(wire, field);
    case 'enum':
      return Number(BigInt.asIntN(32, longOf(wire, field)));
    default:
      return Number(BigInt.asUintN(32, longOf(wire, field)));
  }
}

function bytesOf(wire: WireField, field: FieldSchema): Buffer {
  return wire.kind === 'bytes' ? wire.value : wrongType(field);
}

function longOf(wire: WireField, field: FieldSchema): bigint {
  return wire.kind === 'bytes' ? wrongType(field) : BigInt(wire.value);
}

function doubleOf(wire: WireField, field: FieldSchema): number {
  if (wire.kind !== 'fixed64') return wrongType(field);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(wire.value);
  return bytes.readDoubleLE();
}

function wrongType(field: FieldSchema): never {
  throw new IngestionError(
    `The request body is not a valid protobuf message: '${field.name}' has a wrong wire type.`,
  );
}
