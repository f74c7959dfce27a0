import { indexOfText } from '../../../text-matching/text-search.js';
import { onlyCharacter } from './character-set.js';
import { type RegexNode } from './tree.js';

/** The longest of the texts that every match holds, or an empty one: a text without it needs no search. */
export function longestOf(literals: readonly string[]): string {
  return literals.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}

/** Whether a text holds all of these, each behind the one before, from a position on. */
export function holdsInOrder(text: string, literals: readonly string[], from: number): boolean {
  let at = from;
  for (const literal of literals) {
    at = indexOfText(text, literal, at);
    if (at < 0) return false;
    at += literal.length;
  }
  return true;
}

/** The texts that every match holds, each behind the one before. */
export function requiredLiterals(node: RegexNode): string[] {
  const runs: string[] = [];
  let run = '';
  const close = (): void => {
    runs.push(run);
    run = '';
  };
  const walk = (item: RegexNode): void => {
    switch (item.kind) {
      case 'Set': {
        const character = onlyCharacter(item.set);
        if (character === undefined) close();
        else run += character;
        break;
      }
      case 'Sequence':
        item.nodes.forEach(walk);
        break;
      case 'Group':
        walk(item.node);
        break;
      case 'Repeat':
        close();
        if (item.min > 0) walk(item.node);
        close();
        break;
      case 'Either':
        close();
        break;
      default:
        break;
    }
  };
  walk(node);
  close();
  return runs.filter((text) => text !== '');
}
