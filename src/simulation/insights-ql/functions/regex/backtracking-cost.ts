import { ANYTHING, union, type CharacterSet } from './character-set.js';
import { asks, isNullable, type RegexNode } from './tree.js';

/** What may stand behind a node. */
interface Follow {
  /** Characters with which the rest may begin. */
  readonly set: CharacterSet;
  /** The rest can be left out: whoever gets here has matched, nothing is tried again. */
  readonly accepts: boolean;
  /** Steps of what has matched by then are not counted: no later search takes them again. */
  readonly isFound?: boolean;
}

interface Cost {
  /** Ways through the node from one position, after which the rest is tried. */
  readonly paths: number;
  /** Steps to try all of them. */
  readonly steps: number;
}

const MATCHED: Follow = { set: [], accepts: true };
const FOUND: Follow = { ...MATCHED, isFound: true };
const NEVER: Cost = { paths: Number.POSITIVE_INFINITY, steps: Number.POSITIVE_INFINITY };

/**
 * An upper bound on the steps in which a backtracking matcher finds that a text of `length` units holds no
 * match. A repetition whose characters can't begin what follows it, as in `\w+ `, has one end only and is
 * not tried again; any other may be for each of its ends.
 * @returns `Infinity` where it grows faster than a power of the length, as for `(a+)+$`, and where JavaScript
 * matches otherwise: it goes on where a round of a repetition matches nothing, others stop there
 */
export function backtrackingSteps(node: RegexNode, length: number): number {
  return length * costOf(node, MATCHED, length).steps;
}

/**
 * Whether a backtracking matcher can be slow in common texts: its steps grow faster than the text, and the expression
 * begins with what is found at many places, each of which it would try.
 */
export function isOftenSlow(node: RegexNode): boolean {
  const grows = !(failingSteps(node, 2048) <= 3 * failingSteps(node, 1024));
  return grows && rareStart(node).length < RARE_LENGTH;
}

/** As {@link backtrackingSteps}, without the steps of tries that find a match. */
function failingSteps(node: RegexNode, length: number): number {
  return length * costOf(node, FOUND, length).steps;
}

/** Characters with few others in their place, this many in a row, are rare in a text. */
const RARE_LENGTH = 3;
const FEW_CHARACTERS = 3;

/** How many characters in a row each match begins with that are one of few. */
function rareStart(node: RegexNode): { readonly length: number; readonly isWhole: boolean } {
  switch (node.kind) {
    case 'Empty':
    case 'Assert':
      return { length: 0, isWhole: true };
    case 'Set': {
      const isRare = node.set.reduce((sum, [first, last]) => sum + last - first + 1, 0) <= FEW_CHARACTERS;
      return { length: isRare ? 1 : 0, isWhole: isRare };
    }
    case 'Group':
      return rareStart(node.node);
    case 'Repeat':
      return { length: node.min > 0 ? rareStart(node.node).length : 0, isWhole: false };
    case 'Either':
      return { length: Math.min(...node.nodes.map((item) => rareStart(item).length)), isWhole: false };
    case 'Sequence': {
      let length = 0;
      for (const item of node.nodes) {
        const start = rareStart(item);
        length += start.length;
        if (!start.isWhole) return { length, isWhole: false };
      }
      return { length, isWhole: true };
    }
  }
}

function costOf(node: RegexNode, follow: Follow, length: number): Cost {
  switch (node.kind) {
    case 'Empty':
    case 'Set':
    case 'Assert':
      return { paths: 1, steps: 1 };
    case 'Group':
      return costOf(node.node, follow, length);
    case 'Either': {
      const costs = node.nodes.map((item) => costOf(item, follow, length));
      return {
        // Of alternatives that begin differently no two go through.
        paths: beginDifferently(node.nodes)
          ? Math.max(...costs.map(({ paths }) => paths))
          : costs.reduce((sum, { paths }) => sum + paths, 0),
        steps: costs.reduce((sum, { steps }) => sum + steps, 0),
      };
    }
    case 'Sequence':
      return costOfSequence(node.nodes, follow, length);
    case 'Repeat':
      return costOfRepeat(node, follow, length);
  }
}

function costOfSequence(nodes: readonly RegexNode[], follow: Follow, length: number): Cost {
  const follows: Follow[] = [];
  let behind = follow;
  for (const node of [...nodes].reverse()) {
    follows.unshift(behind);
    behind = followedBy(node, behind);
  }
  let paths = 1;
  let steps = 0;
  nodes.forEach((node, index) => {
    const cost = costOf(node, follows[index]!, length);
    steps += paths * cost.steps;
    paths *= cost.paths;
  });
  return { paths, steps };
}

function costOfRepeat(
  { node, min, max }: Extract<RegexNode, { kind: 'Repeat' }>,
  follow: Follow,
  length: number,
): Cost {
  if (max > min && isNullable(node)) return NEVER;
  // As in `\d+` at the end: one character that it takes is a match.
  if (follow.isFound && min <= 1 && isOneCharacter(node)) return { paths: 1, steps: 1 };
  const first = firstOf(node);
  // Only behind its first round can a repetition be left for a match.
  const inside: Follow = { set: union(first, follow.set), accepts: follow.accepts && min <= 1 };
  const round = costOf(node, max > 1 ? inside : follow, length);
  const times = Math.min(max, length);
  const oneEnd = max === min || follow.accepts || !overlap(first, follow.set);
  const ends = oneEnd ? 1 : times + 1;
  if (round.paths === 1) return { paths: ends, steps: times * round.steps + 1 };
  if (max > 100) return NEVER;
  const paths = ends * round.paths ** max;
  return { paths, steps: paths * round.steps };
}

function beginDifferently(nodes: readonly RegexNode[]): boolean {
  return nodes.every(
    (node, index) =>
      !isNullable(node) && nodes.slice(0, index).every((other) => !overlap(firstOf(node), firstOf(other))),
  );
}

/** What may stand behind the node before this one. */
function followedBy(node: RegexNode, behind: Follow): Follow {
  const set = firstOf(node);
  // A position that is asked for can fail without a character.
  if (!isNullable(node) || asks(node)) return { set, accepts: false };
  return { ...behind, set: union(set, behind.set) };
}

/** Characters with which a match of the node may begin, or those behind it where that is not known. */
function firstOf(node: RegexNode): CharacterSet {
  switch (node.kind) {
    case 'Empty':
      return [];
    case 'Set':
      return node.set;
    case 'Assert':
      return ANYTHING;
    case 'Group':
    case 'Repeat':
      return firstOf(node.node);
    case 'Either':
      return union(...node.nodes.map(firstOf));
    case 'Sequence': {
      const sets: CharacterSet[] = [];
      for (const item of node.nodes) {
        sets.push(firstOf(item));
        if (!isNullable(item)) break;
      }
      return union(...sets);
    }
  }
}

function isOneCharacter(node: RegexNode): boolean {
  return node.kind === 'Group' ? isOneCharacter(node.node) : node.kind === 'Set';
}

/** Whether two sets have a character in common. */
export function overlap(left: CharacterSet, right: CharacterSet): boolean {
  return left.some(([first, last]) => right.some(([from, to]) => first <= to && from <= last));
}
