import { type CharacterSet } from './character-set.js';
import { type Assertion, type RegexNode } from './tree.js';

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

/** Writes a tree as a JavaScript expression (flag `u`) that matches the same. */
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
  return `\\u{${point.toString(16)}}`;
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
