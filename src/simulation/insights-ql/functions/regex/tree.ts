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
