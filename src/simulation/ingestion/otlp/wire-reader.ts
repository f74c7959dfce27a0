import { IngestionError } from '../ingestion-error.js';

/** A field as it stands on the wire. */
export type WireField =
  | { readonly number: number; readonly kind: 'varint' | 'fixed64'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'fixed32'; readonly value: number }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Buffer };

/** Groups inside groups that are skipped; nobody sends any. */
const MAX_GROUP_DEPTH = 16;

/**
 * Reads the fields of a message in the wire format of Protocol Buffers, in the order in which they stand.
 * Source: protobuf.dev, "Encoding".
 * @throws IngestionError when the bytes end too early or have no meaning
 */
export function* readWireFields(bytes: Buffer): Generator<WireField> {
  const reader = new WireReader(bytes);
  while (!reader.atEnd) {
    const field = reader.readField(0);
    if (field !== undefined) yield field;
  }
}

class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** @returns undefined for a group, which is skipped */
  readField(depth: number): WireField | undefined {
    const tag = Number(this.#readVarint());
    const number = Math.floor(tag / 8);
    if (number < 1 || number > 0x1fffffff) throw malformed('a field has no valid number');
    switch (tag % 8) {
      case 0:
        return { number, kind: 'varint', value: this.#readVarint() };
      case 1:
        return { number, kind: 'fixed64', value: this.#take(8).readBigUInt64LE() };
      case 2:
        return { number, kind: 'bytes', value: this.#take(Number(this.#readVarint())) };
      case 3:
        this.#skipGroup(number, depth);
        return undefined;
      case 5:
        return { number, kind: 'fixed32', value: this.#take(4).readUInt32LE() };
      default:
        throw malformed('a field has no valid wire type');
    }
  }

  #skipGroup(number: number, depth: number): void {
    if (depth >= MAX_GROUP_DEPTH) throw malformed('groups are nested too deep');
    for (;;) {
      const start = this.#at;
      const tag = Number(this.#readVarint());
      if (tag % 8 === 4) {
        if (Math.floor(tag / 8) !== number) throw malformed('a group ends that has not begun');
        return;
      }
      this.#at = start;
      this.readField(depth + 1);
    }
  }

  #readVarint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.atEnd) throw malformed('the message ends inside a number');
      const byte = this.#bytes[this.#at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed('a number is longer than ten bytes');
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw malformed('the message ends inside a field');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function malformed(reason: string): IngestionError {
  return new IngestionError(`The request body is not a valid protobuf message: ${reason}.`);
}
