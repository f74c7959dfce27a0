/** How JSON is laid out. */
export interface JsonLayout {
  /** Blanks of one level; 0 writes all on one line. Default 0. */
  readonly indent?: number | undefined;
}

/**
 * Levels that stand on lines of their own. What lies deeper stands on one line: of a chain of thousands of
 * spans the blanks alone would be gigabytes.
 */
const MAX_INDENTED_LEVELS = 40;

/** Characters that are handed on at once. */
const PIECE_LENGTH = 65_536;

/** A list or object that is being written. */
interface OpenValue {
  readonly value: object;
  /** Of an object. */
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  next: number;
  isEmpty: boolean;
}

/**
 * Writes a value as JSON.stringify does, but at any depth, where that ends in a RangeError, and in pieces, so
 * that no length is too long for one string.
 * @param write - given pieces of the text, none of which cuts a string or a number
 * @throws TypeError for a value that holds itself, and for a BigInt
 */
export function writeJson(
  value: unknown,
  write: (piece: string) => void,
  { indent = 0 }: JsonLayout = {},
): void {
  const open: OpenValue[] = [];
  const within = new Set<object>();
  let piece = '';
  const add = (text: string): void => {
    piece += text;
    if (piece.length < PIECE_LENGTH) return;
    write(piece);
    piece = '';
  };
  const lineBreak = (level: number): string =>
    indent === 0 || level > MAX_INDENTED_LEVELS ? '' : `\n${' '.repeat(indent * level)}`;
  /** Writes a value that holds no others, or the beginning of one that does. */
  const begin = (one: unknown): void => {
    if (typeof one !== 'object' || one === null) {
      add(isWritten(one) ? JSON.stringify(one) : 'null');
      return;
    }
    if (within.has(one)) throw new TypeError('a value that holds itself is no JSON');
    within.add(one);
    const keys = Array.isArray(one) ? undefined : Object.keys(one);
    add(keys ? '{' : '[');
    open.push({
      value: one,
      keys,
      length: keys ? keys.length : (one as unknown[]).length,
      next: 0,
      isEmpty: true,
    });
  };

  begin(converted(value, ''));
  for (let top = open.at(-1); top; top = open.at(-1)) {
    if (top.next === top.length) {
      open.pop();
      within.delete(top.value);
      // The line breaks of an inner level are as many as its outer one begins.
      if (!top.isEmpty && open.length < MAX_INDENTED_LEVELS) add(lineBreak(open.length));
      add(top.keys ? '}' : ']');
      continue;
    }
    const key = top.keys?.[top.next] ?? String(top.next);
    const member = converted((top.value as Record<string, unknown>)[key], key);
    top.next++;
    if (top.keys && !isWritten(member)) continue;
    add(top.isEmpty ? lineBreak(open.length) : `,${lineBreak(open.length)}`);
    top.isEmpty = false;
    if (top.keys) {
      const isSpaced = indent > 0 && open.length <= MAX_INDENTED_LEVELS;
      add(`${JSON.stringify(key)}:${isSpaced ? ' ' : ''}`);
    }
    begin(member);
  }
  write(piece);
}

/** The same as one text. @throws RangeError where it is longer than a string can be */
export function toJsonText(value: unknown, layout?: JsonLayout): string {
  const pieces: string[] = [];
  writeJson(value, (piece) => pieces.push(piece), layout);
  return pieces.join('');
}

/** What `toJSON` makes of a value, as of a date. */
function converted(value: unknown, key: string): unknown {
  const { toJSON } = (typeof value === 'object' && value !== null ? value : {}) as { toJSON?: unknown };
  return typeof toJSON === 'function' ? (toJSON as (key: string) => unknown).call(value, key) : value;
}

/** JSON.stringify leaves these out of objects. */
function isWritten(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
