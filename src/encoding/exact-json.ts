import { randomBytes } from 'node:crypto';

/** A JSON value in which numbers that a double would change keep their digits. */
export type ExactJson = null | boolean | number | string | NumberToken | ExactJson[] | ExactObject;
export interface ExactObject {
  [key: string]: ExactJson;
}

/** A number as it is written, such as 1795246667123456789. */
export class NumberToken {
  constructor(readonly text: string) {}
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Reads JSON, exact to the digit.
 * @throws SyntaxError for what is no JSON
 */
export function parseExactJson(text: string): ExactJson {
  const plain = JSON.parse(text) as ExactJson;
  // No text of the message begins with it, as it is made after the message.
  const mark = randomBytes(16).toString('hex');
  const marked = markNumbers(text, mark);
  if (marked === undefined) return plain;
  return JSON.parse(marked, (_, value: ExactJson) =>
    typeof value === 'string' && value.startsWith(mark) ? new NumberToken(value.slice(mark.length)) : value,
  ) as ExactJson;
}

/** Makes marked texts of the numbers that would change. @returns undefined where none would */
function markNumbers(json: string, mark: string): string | undefined {
  let marked = '';
  let hasMarks = false as boolean; // set by the closure, which the compiler does not see
  const markOne = (token: string): string => {
    if (String(Number(token)) === token) return token;
    hasMarks = true;
    return `"${mark}${token}"`;
  };
  for (let index = 0; index < json.length;) {
    const quote = json.indexOf('"', index);
    const end = quote === -1 ? json.length : quote;
    marked += json.slice(index, end).replace(NUMBER, markOne);
    index = quote === -1 ? end : endOfText(json, quote);
    marked += json.slice(end, index);
  }
  return hasMarks ? marked : undefined;
}

/** Where a JSON text ends that begins at a quote. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(json: string, index: number): boolean {
  let backslashes = 0;
  while (json[index - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

/** Writes what {@link parseExactJson} reads. */
export function exactJsonText(value: ExactJson): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof NumberToken) return value.text;
  if (Array.isArray(value)) return `[${value.map(exactJsonText).join(',')}]`;
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${exactJsonText(item)}`);
  return `{${members.join(',')}}`;
}
