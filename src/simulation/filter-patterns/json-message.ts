/** A number of a message, with the letters that spell it: `1`, `1.0` and `1e0` are told apart by some patterns. */
export interface SpelledNumber {
  readonly number: number;
  readonly text: string;
}

/** A value that a pattern can compare: objects and lists are none. */
export type Leaf = string | boolean | null | SpelledNumber;

/**
 * A value of a JSON text: a text with, perhaps, the colon behind a member's name, or a number. A text without an end,
 * which no valid JSON has, is taken whole, so that nothing is read twice.
 */
const TEXT_OR_NUMBER = /"[^"\\]*(?:\\[^][^"\\]*)*(?:"(?:\s*:)?|\\?$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const NUMBER_MARK = 'n';
const TEXT_MARK = 't';

/** A message that holds a JSON object. */
export class JsonMessage {
  readonly root: object;
  readonly #isMarked: boolean;

  private constructor(root: object, isMarked: boolean) {
    this.root = root;
    this.#isMarked = isMarked;
  }

  /**
   * @param keepsSpelling - numbers are wanted as the message spells them, which takes a second reading; without it
   * they have JavaScript's spelling
   * @returns undefined for a message that is no JSON object. Recorded: a list at the root matches nothing.
   */
  static parse(message: string, keepsSpelling: boolean): JsonMessage | undefined {
    // A look at the first character spares other messages the parsing.
    if (!/^\s*\{/.test(message)) return undefined;
    try {
      const root = JSON.parse(message) as object;
      return keepsSpelling
        ? new JsonMessage(JSON.parse(markValues(message)) as object, true)
        : new JsonMessage(root, false);
    } catch {
      return undefined;
    }
  }

  /** @returns undefined for an object or a list */
  leaf(value: unknown): Leaf | undefined {
    switch (typeof value) {
      case 'string':
        if (!this.#isMarked) return value;
        return value.startsWith(NUMBER_MARK) ? spelled(value.slice(1)) : value.slice(1);
      case 'number':
        return spelled(String(value));
      case 'boolean':
        return value;
      default:
        return value === null ? null : undefined;
    }
  }
}

function spelled(text: string): SpelledNumber {
  return { number: Number(text), text };
}

/** Makes texts of the numbers of a valid JSON text, and marks both kinds; members' names stay as they are. */
function markValues(json: string): string {
  return json.replace(TEXT_OR_NUMBER, (token) => {
    if (!token.startsWith('"')) return `"${NUMBER_MARK}${token}"`;
    return token.endsWith('"') ? `"${TEXT_MARK}${token.slice(1)}` : token;
  });
}
