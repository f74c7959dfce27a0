/** JSON with whole numbers of 64 bits, and members in order. */
export type JsonValue =
  | null
  | string
  | boolean
  | number
  | bigint
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue | undefined>;

/** Writes a value as JSON text; members that are undefined are left out. */
export function writeJson(value: JsonValue): string {
  if (value instanceof Map) {
    const members: string[] = [];
    for (const [key, member] of value as ReadonlyMap<string, JsonValue | undefined>) {
      if (member !== undefined) members.push(`${JSON.stringify(key)}:${writeJson(member)}`);
    }
    return `{${members.join(',')}}`;
  }
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(writeJson).join(',')}]`;
  if (typeof value === 'bigint') return value.toString();
  // The JSON mapping of Protocol Buffers names the numbers that JSON has none for.
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  return JSON.stringify(value);
}
