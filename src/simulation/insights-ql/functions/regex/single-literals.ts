import { indexOfText } from '../../../text-matching/text-search.js';
import { overlap } from './backtracking-cost.js';
import { onlyCharacter, type CharacterSet } from './character-set.js';
import { type RegexNode } from './tree.js';

/** Shorter texts are found at many places. */
const MIN_LENGTH = 2;

type Item =
  | { readonly kind: 'Set'; readonly set: CharacterSet }
  | { readonly kind: 'Repeat'; readonly set: CharacterSet; readonly min: number };

/**
 * An expression of texts and repetitions of one character each. Where a text stands at one place only, a repetition
 * before it has one end, and a match that begins with it one beginning: a backtracking matcher has few ways to try.
 */
export class SingleLiterals {
  readonly #items: readonly Item[];
  readonly #literals: readonly string[];

  private constructor(items: readonly Item[], literals: readonly string[]) {
    this.#items = items;
    this.#literals = literals;
  }

  /** @returns undefined for any other expression */
  static of(node: RegexNode): SingleLiterals | undefined {
    const items = itemsOf(node);
    if (items === undefined) return undefined;
    const literals: string[] = [];
    for (let index = 0; index < items.length; index++) {
      if (index > 0 && (items[index - 1]!.kind === 'Set' || endsBefore(items, index))) continue;
      const literal = literalAt(items, index);
      if (literal.length >= MIN_LENGTH) literals.push(literal);
    }
    return literals.length === 0 ? undefined : new SingleLiterals(items, literals);
  }

  /** Whether the text has each of the expression's texts at one place only, from a position on. */
  standIn(text: string, from: number): boolean {
    for (const literal of this.#literals) {
      const at = indexOfText(text, literal, from);
      if (at < 0 || indexOfText(text, literal, at + 1) >= 0) return false;
    }
    return true;
  }

  /** As `backtrackingSteps`, for texts in which the literals {@link standIn}. */
  steps(length: number): number {
    const isFixed = literalAt(this.#items, 0).length >= MIN_LENGTH;
    let paths = isFixed ? 1 : length;
    let steps = length;
    for (const [index, item] of this.#items.entries()) {
      if (item.kind === 'Set') {
        steps += paths;
        continue;
      }
      if (endsBefore(this.#items, index + 1)) {
        steps += paths * (length + 1);
        continue;
      }
      const literal = literalAt(this.#items, index + 1);
      // At each end the next text is begun with.
      steps += paths * (length + 1) * (1 + literal.length);
      if (literal.length < MIN_LENGTH) paths *= length + 1;
    }
    return steps;
  }
}

/** Whether a repetition has one end, as it takes nothing with which the item behind it begins. */
function endsBefore(items: readonly Item[], index: number): boolean {
  const repeat = items[index - 1]!;
  const next = items[index];
  if (next === undefined || (next.kind === 'Repeat' && next.min === 0)) return false;
  return !overlap(repeat.set, next.set);
}

function itemsOf(node: RegexNode): Item[] | undefined {
  switch (node.kind) {
    case 'Empty':
      return [];
    case 'Set':
      return [node];
    case 'Group':
      return itemsOf(node.node);
    case 'Sequence': {
      const items: Item[] = [];
      for (const inner of node.nodes) {
        const more = itemsOf(inner);
        if (more === undefined) return undefined;
        items.push(...more);
      }
      return items;
    }
    case 'Repeat':
      return node.node.kind === 'Set' ? [{ kind: 'Repeat', set: node.node.set, min: node.min }] : undefined;
    default:
      return undefined;
  }
}

/** The text of the characters from an item on. */
function literalAt(items: readonly Item[], from: number): string {
  let text = '';
  for (let index = from; index < items.length; index++) {
    const item = items[index]!;
    const character = item.kind === 'Set' ? onlyCharacter(item.set) : undefined;
    if (character === undefined) break;
    text += character;
  }
  return text;
}
