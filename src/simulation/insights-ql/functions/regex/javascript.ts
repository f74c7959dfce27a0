import { type CharacterSet } from './character-set.js';
import { type Assertion, type RegexNode } from './tree.js';

const ASSERTIONS: Readonly<Record<Assertion, string>> = {
  'text start': '^',
  'text end': '$',
  'text end or last newline': '(?=\\n?$)',
  'line start': '(?<![^\\n])',
  'line end': '(?![^\\n])',
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

/**
 * An upper bound on the ways in which a backtracking matcher can go through a tree from one position of a
 * text of `length` units: what it costs to find that nothing matches.
 * @returns `Infinity` where it grows faster than a power of the length, as for `(a+)+`
 */
export function countPaths(node: RegexNode, length: number): number {
  switch (node.kind) {
    case 'Empty':
    case 'Set':
    case 'Assert':
      return 1;
    case 'Sequence':
      return node.nodes.reduce((product, item) => product * countPaths(item, length), 1);
    case 'Either':
      return node.nodes.reduce((sum, item) => sum + countPaths(item, length), 0);
    case 'Group':
      return countPaths(node.node, length);
    case 'Repeat': {
      const inner = countPaths(node.node, length);
      const times = Math.min(node.max, length);
      const choices = node.max === node.min ? 1 : times - Math.min(node.min, times) + 1;
      // JavaScript goes on where a round matches nothing, other matchers stop there.
      if (node.max > node.min && isNullable(node.node)) return Number.POSITIVE_INFINITY;
      if (inner === 1) return choices;
      return node.max > 100 ? Number.POSITIVE_INFINITY : choices * inner ** node.max;
    }
  }
}

/** Whether a tree can match nothing; repeated, that goes on without moving. */
function isNullable(node: RegexNode): boolean {
  switch (node.kind) {
    case 'Empty':
    case 'Assert':
      return true;
    case 'Set':
      return false;
    case 'Sequence':
      return node.nodes.every(isNullable);
    case 'Either':
      return node.nodes.some(isNullable);
    case 'Group':
      return isNullable(node.node);
    case 'Repeat':
      return node.min === 0 || isNullable(node.node);
  }
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
