import { writeJson, toJsonText } from '../cloudwatch/write-json.js';
import { type TextSink } from './command-io.js';

/**
 * A value as JSON that is safe on a terminal: what JSON leaves as it is but a terminal obeys (C1 controls,
 * DEL, bidirectional and invisible characters) is escaped, which changes nothing for a reader of JSON.
 */
export function toSafeJson(value: unknown): string {
  return escaped(toJsonText(value, { indent: 2 }));
}

/** As {@link toSafeJson}, on one line with its end. */
export function toSafeJsonLine(value: unknown): string {
  return `${escaped(toJsonText(value))}\n`;
}

/** Writes the same, and a line feed, in pieces: all of it may be longer than a string can be. */
export function printJson(to: TextSink, value: unknown): void {
  writeJson(value, (piece) => to.write(escaped(piece)), { indent: 2 });
  to.write('\n');
}

function escaped(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu,
    (character) =>
      character
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
  );
}
