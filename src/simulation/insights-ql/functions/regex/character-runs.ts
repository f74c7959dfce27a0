import { type RegexNode } from './tree.js';

/** Longer texts, and results, are made otherwise. */
const MAX_TEXT_LENGTH = 16_384;
const MAX_RESULT_LENGTH = 65_536;

/** Of a text; where it is not of ASCII alone it takes up to three bytes a unit. */
const input = Buffer.alloc(3 * MAX_TEXT_LENGTH);
const output = Buffer.alloc(MAX_RESULT_LENGTH);

/**
 * An expression of one set of characters, as `[0-9]`, or of as many of it as there are, as `[0-9]+`. Its matches in a
 * text of ASCII alone are seen by looking at each character once.
 */
export class CharacterRuns {
  readonly #holds: Uint8Array;
  /** Whether characters beside each other are one match. */
  readonly #areJoined: boolean;

  private constructor(holds: Uint8Array, areJoined: boolean) {
    this.#holds = holds;
    this.#areJoined = areJoined;
  }

  /** @returns undefined for any other expression */
  static of(node: RegexNode): CharacterRuns | undefined {
    const areJoined = node.kind === 'Repeat' && node.greedy && node.min === 1 && node.max === Infinity;
    const one = areJoined ? node.node : node;
    if (one.kind !== 'Set') return undefined;
    const holds = new Uint8Array(128);
    for (const [first, last] of one.set) if (first < 128) holds.fill(1, first, Math.min(last, 127) + 1);
    return new CharacterRuns(holds, areJoined);
  }

  /**
   * The text with a replacement, as it is written, in the place of each match.
   * @returns undefined where it, or the replacement, is not of ASCII alone, or too long
   */
  replace(text: string, replacement: string): string | undefined {
    const { length } = text;
    if (length > MAX_TEXT_LENGTH || length * (1 + replacement.length) > MAX_RESULT_LENGTH) return undefined;
    if (input.write(text) !== length || !isAscii(replacement)) return undefined;
    const holds = this.#holds;
    const replacing = replacement.length === 1 ? replacement.charCodeAt(0) : -1;
    let end = 0;
    let follows = 0;
    for (let at = 0; at < length; at++) {
      const unit = input[at]!;
      if (holds[unit] === 0) {
        output[end++] = unit;
        follows = 0;
      } else if (follows === 0) {
        if (replacing >= 0) output[end++] = replacing;
        else end += output.write(replacement, end, 'latin1');
        follows = this.#areJoined ? 1 : 0;
      }
    }
    return output.toString('latin1', 0, end);
  }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false;
  return true;
}
