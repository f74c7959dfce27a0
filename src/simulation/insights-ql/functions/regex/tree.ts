import { type CharacterSet } from './character-set.js';

/** What a position must be like. */
export type Assertion =
  | 'text start'
  | 'text end'
  | 'text end or last newline'
  | 'line start'
  | 'line end'
  | 'word boundary'
  | 'no word boundary';

/** The tree of a regular expression. */
export type RegexNode =
  | { readonly kind: 'Empty' }
  | { readonly kind: 'Set'; readonly set: CharacterSet }
  | { readonly kind: 'Assert'; readonly assertion: Assertion }
  | { readonly kind: 'Sequence'; readonly nodes: readonly RegexNode[] }
  | { readonly kind: 'Either'; readonly nodes: readonly RegexNode[] }
  | { readonly kind: 'Group'; readonly index: number; readonly node: RegexNode }
  | {
      readonly kind: 'Repeat';
      readonly node: RegexNode;
      readonly min: number;
      /** `Infinity` where there is none. */
      readonly max: number;
      readonly greedy: boolean;
    };

/** A parsed regular expression. */
export interface RegexTree {
  readonly node: RegexNode;
  /** Capturing groups, the whole match not counted. */
  readonly groupCount: number;
  /** Index of each named group, in the order in which they open. */
  readonly groupNames: ReadonlyMap<string, number>;
}

/** A regular expression that the service doesn't take. */
export class RegexError extends Error {
  /** Position of the fault in the expression, in UTF-16 units. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'RegexError';
    this.offset = offset;
  }
}

/** Whether a node can match no character. */
export function isNullable(node: RegexNode): boolean {
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

/** Whether a node asks what a position is like. */
export function asks(node: RegexNode): boolean {
  return holdsKind(node, 'Assert');
}

/** Whether there are groups in a node, or it is one. */
export function hasGroups(node: RegexNode): boolean {
  return holdsKind(node, 'Group');
}

function holdsKind(node: RegexNode, kind: RegexNode['kind']): boolean {
  if (node.kind === kind) return true;
  switch (node.kind) {
    case 'Group':
    case 'Repeat':
      return holdsKind(node.node, kind);
    case 'Sequence':
    case 'Either':
      return node.nodes.some((item) => holdsKind(item, kind));
    default:
      return false;
  }
}
