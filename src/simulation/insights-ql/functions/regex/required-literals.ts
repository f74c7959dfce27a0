import { type RegexNode } from './tree.js';

/**
 * The longest text that every match holds: a text without it needs no search.
 * @returns an empty text where there is none
 */
export function requiredLiteral(node: RegexNode): string {
  const runs: string[] = [];
  let run = '';
  const close = (): void => {
    runs.push(run);
    run = '';
  };
  const walk = (item: RegexNode): void => {
    switch (item.kind) {
      case 'Set': {
        const [pair] = item.set;
        if (item.set.length === 1 && pair![0] === pair![1]) run += String.fromCodePoint(pair![0]);
        else close();
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
  return runs.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}
