import { type CharacterSet } from './character-set.js';
import { isNullable, type Assertion, type RegexNode } from './tree.js';

const ASSERTIONS: Readonly<Record<Assertion, string>> = {
  'text start': '^',
  'text end': '$',
  'text end or last newline': '(?=\\n?$)',
  // Not as what must not be there: V8 tries the middle of a surrogate pair, where no character is.
  'line start': '(?<=^|\\n)',
  'line end': '(?=\\n|$)',
  'word boundary': '\\b',
  'no word boundary': '\\B',
};

/** Up to here a character is one unit that is no half of a pair, and is written alike with the flag `u` and without. */
const LAST_PLAIN_POINT = 0xd7ff;

/**
 * Whether an expression without the flag `u`, which is quicker, matches the same: it reads no character of two units,
 * nor half of one, and no match is empty, so none begins between the halves of a pair.
 */
export function isOfUnits(node: RegexNode): boolean {
  return !isNullable(node) && readsUnits(node);
}

function readsUnits(node: RegexNode): boolean {
  switch (node.kind) {
    case 'Set':
      return node.set.every(([, last]) => last <= LAST_PLAIN_POINT);
    case 'Group':
    case 'Repeat':
      return readsUnits(node.node);
    case 'Sequence':
    case 'Either':
      return node.nodes.every(readsUnits);
    default:
      return true;
  }
}

/** Writes a tree as a JavaScript expression (flag `u`, see {@link isOfUnits}) that matches the same. */
export function toJavaScript(node: RegexNode): string {
  switch (node.kind) {
    case 'Empty':
      return '(?:)';
    case 'Set':
      return setSource(node.set);
    case 'Assert':
      return ASSERTIONS[node.assertion];
    case 'Sequence':
      return node.nodes.map(toJavaScript).join('');
    case 'Either':
      return `(?:${node.nodes.map(toJavaScript).join('|')})`;
    case 'Group':
      return `(${toJavaScript(node.node)})`;
    case 'Repeat':
      return `(?:${toJavaScript(node.node)})${quantifierSource(node)}`;
  }
}

function quantifierSource({ min, max, greedy }: Extract<RegexNode, { kind: 'Repeat' }>): string {
  const range = max === Number.POSITIVE_INFINITY ? `{${min},}` : `{${min},${max}}`;
  return greedy ? range : `${range}?`;
}

function setSource(set: CharacterSet): string {
  // An empty set, as [^\s\S] is, matches nothing.
  return `[${set.map(([first, last]) => `${pointSource(first)}-${pointSource(last)}`).join('')}]`;
}

function pointSource(point: number): string {
  const digits = point.toString(16);
  return point <= LAST_PLAIN_POINT ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`;
}

/** Whether a group stands inside a repetition: there JavaScript forgets what an earlier round captured. */
export function repeatsGroups(node: RegexNode, repeated = false): boolean {
  switch (node.kind) {
    case 'Group':
      return repeated || repeatsGroups(node.node, false);
    case 'Repeat':
      return repeatsGroups(node.node, true);
    case 'Sequence':
    case 'Either':
      return node.nodes.some((item) => repeatsGroups(item, repeated));
    default:
      return false;
  }
}
