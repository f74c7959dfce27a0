import { indexOfText } from '../../../text-matching/text-search.js';
import { ANYTHING, NOT_NEWLINE, onlyCharacter, type CharacterSet } from './character-set.js';
import { holdsInOrder } from './required-literals.js';
import { type RegexNode } from './tree.js';

/** Longer texts are not searched for from the end: there JavaScript's own search compares all of it at each place. */
const MAX_TEXT_LENGTH = 32;

/** Where a group opens or closes: in which of the texts, behind how many of its units. */
interface Mark {
  readonly slot: number;
  readonly text: number;
  readonly offset: number;
}

/**
 * An expression of texts with `.*` or `.*?` between them, and groups around any of these: its matches are found by
 * searches for the texts, from the left where a gap is lazy, from the right where it takes what it can. Of the places of
 * a text the last one that leaves room for the texts behind is the same wherever the match begins.
 */
export class TextSequence {
  /** The first is empty where the expression begins with a gap. */
  readonly #texts: readonly string[];
  /** For each text but the first: whether the gap before it is greedy. */
  readonly #greedy: readonly boolean[];
  readonly #marks: readonly Mark[];
  readonly #slotCount: number;
  /** Where a gap ends at a newline, texts with one are not searched here. */
  readonly #isOfLines: boolean;

  private constructor(reader: Reader, slotCount: number) {
    this.#texts = reader.texts;
    this.#greedy = reader.greedy;
    this.#marks = reader.marks;
    this.#isOfLines = reader.isOfLines;
    this.#slotCount = slotCount;
  }

  /** @returns undefined for any other expression, and for one without a gap */
  static of(node: RegexNode, groupCount: number): TextSequence | undefined {
    const reader = new Reader();
    if (!reader.read(node) || reader.greedy.length === 0) return undefined;
    if (reader.texts.some((text) => text.length > MAX_TEXT_LENGTH)) return undefined;
    return new TextSequence(reader, (groupCount + 1) * 2);
  }

  /**
   * Whether all gaps are lazy: then a backtracking matcher finds the match of a text that has one at its first try, as
   * each text is taken at the first place behind the one before.
   */
  get isLazy(): boolean {
    return !this.#greedy.includes(true);
  }

  takes(text: string): boolean {
    return !this.#isOfLines || !text.includes('\n');
  }

  test(text: string): boolean {
    return holdsInOrder(text, this.#texts, 0);
  }

  /** @returns slots as `search` of `matcher.ts` gives them */
  find(text: string): Int32Array | undefined {
    const texts = this.#texts;
    const first = indexOfText(text, texts[0]!);
    if (first < 0) return undefined;
    // Where each text begins, at the last place that is possible.
    const places: number[] = [];
    let end = text.length;
    for (let index = texts.length - 1; index > 0; index--) {
      const sought = texts[index]!;
      const place = end < sought.length ? -1 : text.lastIndexOf(sought, end - sought.length);
      if (place < 0) return undefined;
      places[index] = place;
      end = place;
    }
    places[0] = first;
    if (end < first + texts[0]!.length) return undefined;
    for (let index = 1; index < texts.length; index++) {
      if (this.#greedy[index - 1]) continue;
      places[index] = text.indexOf(texts[index]!, places[index - 1]! + texts[index - 1]!.length);
    }
    const slots = new Int32Array(this.#slotCount);
    const last = texts.length - 1;
    slots[0] = first;
    slots[1] = places[last]! + texts[last]!.length;
    for (const mark of this.#marks) slots[mark.slot] = places[mark.text]! + mark.offset;
    return slots;
  }
}

/** Reads the nodes of an expression in their order. */
class Reader {
  readonly texts: string[] = [''];
  readonly greedy: boolean[] = [];
  readonly marks: Mark[] = [];
  isOfLines = false;

  /** @returns false for what is neither a text nor a gap */
  read(node: RegexNode): boolean {
    switch (node.kind) {
      case 'Empty':
        return true;
      case 'Set': {
        const character = onlyCharacter(node.set);
        if (character === undefined) return false;
        this.texts[this.texts.length - 1]! += character;
        return true;
      }
      case 'Sequence':
        return node.nodes.every((item) => this.read(item));
      case 'Group': {
        this.#mark(node.index * 2);
        if (!this.read(node.node)) return false;
        this.#mark(node.index * 2 + 1);
        return true;
      }
      case 'Repeat': {
        if (node.min !== 0 || node.max !== Infinity || node.node.kind !== 'Set') return false;
        const isOfLine = isSameSet(node.node.set, NOT_NEWLINE);
        if (!isOfLine && !isSameSet(node.node.set, ANYTHING)) return false;
        this.isOfLines ||= isOfLine;
        this.greedy.push(node.greedy);
        this.texts.push('');
        return true;
      }
      default:
        return false;
    }
  }

  #mark(slot: number): void {
    const text = this.texts.length - 1;
    this.marks.push({ slot, text, offset: this.texts[text]!.length });
  }
}

function isSameSet(left: CharacterSet, right: CharacterSet): boolean {
  return (
    left.length === right.length &&
    left.every(([first, last], index) => right[index]![0] === first && right[index]![1] === last)
  );
}
