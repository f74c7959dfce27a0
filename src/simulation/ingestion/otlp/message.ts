import { type FieldSchema, type MessageSchema } from './schema.js';

/** Messages inside messages; values nested deeper are refused, so that no request uses up the stack. */
export const MAX_MESSAGE_DEPTH = 64;

/** A value of a message: numbers of 64 bits are bigints, ids hexadecimal digits, enumerations numbers. */
export type MessageValue = string | boolean | number | bigint | Message | readonly MessageValue[];

/** A decoded message: fields by their JSON names; fields that were not sent are missing. */
export type Message = ReadonlyMap<string, MessageValue>;

/** The schema of a field that is a message. */
export function messageSchemaOf({ type }: FieldSchema): MessageSchema | undefined {
  if (typeof type === 'string') return undefined;
  return typeof type === 'function' ? type() : type;
}

export function textField(message: Message | undefined, name: string): string | undefined {
  const value = message?.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberField(message: Message | undefined, name: string): number | undefined {
  const value = message?.get(name);
  return typeof value === 'number' ? value : undefined;
}

/** A number of 64 bits; undefined for 0, which stands for "not known" in all of OTLP's times. */
export function longField(message: Message | undefined, name: string): bigint | undefined {
  const value = message?.get(name);
  return typeof value === 'bigint' && value !== 0n ? value : undefined;
}

export function messageField(message: Message | undefined, name: string): Message | undefined {
  const value = message?.get(name);
  return value instanceof Map ? (value as Message) : undefined;
}

export function messagesField(message: Message | undefined, name: string): readonly Message[] {
  const value = message?.get(name);
  return Array.isArray(value) ? (value as readonly Message[]) : [];
}
