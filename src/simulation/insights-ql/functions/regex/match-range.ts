import { indexOfText } from '../../../text-matching/text-search.js';
import { onlyCharacter } from './character-set.js';
import { toJavaScript } from './javascript.js';
import { holdsInOrder } from './required-literals.js';
import { asks, type RegexNode } from './tree.js';

/** Longer texts are not searched for from the end: there JavaScript's own search compares all of it at each place. */
const MAX_SUFFIX_LENGTH = 32;

/** One character is found near the end of most texts. */
const MIN_SUFFIX_LENGTH = 2;

/** Of a piece so many characters at most, of so few kinds each, so that its search takes few steps at each place. */
const MAX_PIECE_LENGTH = 16;
const MIN_PIECE_LENGTH = 3;
const MAX_KINDS = 4;
const MAX_WORDS = 8;
const MAX_PIECES = 4;

/** Searches for pieces go on where they spare one text in so many. */
const TRIES = 64;
const MIN_SPARED = 8;

/** A search for the end goes on where behind it so many units are left on average. */
const MIN_SPARED_UNITS = 48;

/**
 * Where in a text the matches of an expression lie: behind the first place of the text with which each begins, before
 * the last place of that with which each ends. Most of a text is often outside, and most texts lack what a match holds.
 */
export class MatchRange {
  /** Of the text that {@link find} was asked for. */
  start = 0;
  end = 0;
  readonly #literals: readonly string[];
  readonly #prefix: string;
  /** Units of the prefix behind which the literals are looked for. */
  readonly #found: number;
  #suffix: string;
  #suffixTries = 0;
  #suffixSpared = 0;
  /** What stands between the literals in two cases, or is one of a few words: each behind the one before. */
  readonly #pieces: readonly Piece[];
  #tries = 0;
  #spared = 0;
  #isWorthPieces: boolean;

  /** @param literals - what each match holds, each text behind the one before */
  constructor(node: RegexNode, literals: readonly string[]) {
    this.#prefix = edgeOf(node, 'start').text;
    // What is found as the beginning is not looked for again.
    const isFound = this.#prefix !== '' && literals[0] === this.#prefix;
    this.#literals = isFound ? literals.slice(1) : literals;
    this.#found = isFound ? this.#prefix.length : 0;
    const suffix = asks(node) ? '' : edgeOf(node, 'end').text;
    this.#suffix = suffix.length < MIN_SUFFIX_LENGTH ? '' : suffix;
    this.#pieces = piecesOf(node);
    this.#isWorthPieces = this.#pieces.length > 0;
  }

  /** @returns false where the text holds no match at `from` or after it */
  find(text: string, from: number): boolean {
    this.start = from;
    this.end = text.length;
    let behind = from;
    if (this.#prefix !== '') {
      this.start = indexOfText(text, this.#prefix, from);
      if (this.start < 0) return false;
      behind = this.start + this.#found;
    }
    if (this.#suffix !== '') {
      const last = text.lastIndexOf(this.#suffix);
      this.end = last + this.#suffix.length;
      if (last < this.start) return false;
      this.#suffixSpared += text.length - this.end;
      if (++this.#suffixTries === TRIES) {
        if (this.#suffixSpared < TRIES * MIN_SPARED_UNITS) this.#suffix = '';
        this.#suffixTries = 0;
        this.#suffixSpared = 0;
      }
    }
    return holdsInOrder(text, this.#literals, behind) && (!this.#isWorthPieces || this.#holdsPieces(text));
  }

  #holdsPieces(text: string): boolean {
    const holds = holdsAll(text, this.#pieces, this.start);
    if (!holds) this.#spared++;
    if (++this.#tries === TRIES) {
      this.#isWorthPieces = this.#spared >= MIN_SPARED;
      this.#tries = 0;
      this.#spared = 0;
    }
    return holds;
  }
}

interface Piece {
  readonly expression: RegExp;
  /** UTF-16 units by which one that begins where this one was found may be shorter. */
  readonly slack: number;
}

function holdsAll(text: string, pieces: readonly Piece[], from: number): boolean {
  let at = from;
  for (const { expression, slack } of pieces) {
    expression.lastIndex = at;
    if (!expression.test(text)) return false;
    at = expression.lastIndex - slack;
  }
  return true;
}

interface Edge {
  readonly text: string;
  /** The text is all that the node matches. */
  readonly isWhole: boolean;
}

const NOTHING: Edge = { text: '', isWhole: false };

/** The text with which each match begins, or ends. */
function edgeOf(node: RegexNode, side: 'start' | 'end'): Edge {
  switch (node.kind) {
    case 'Empty':
    case 'Assert':
      return { text: '', isWhole: true };
    case 'Set': {
      const text = onlyCharacter(node.set);
      return text === undefined ? NOTHING : { text, isWhole: true };
    }
    case 'Group':
      return edgeOf(node.node, side);
    case 'Repeat':
      return node.min > 0 ? { ...edgeOf(node.node, side), isWhole: false } : NOTHING;
    case 'Either':
      return NOTHING;
    case 'Sequence': {
      let text = '';
      for (const item of side === 'start' ? node.nodes : [...node.nodes].reverse()) {
        const edge = edgeOf(item, side);
        if (side === 'end' && text.length + edge.text.length > MAX_SUFFIX_LENGTH) {
          return { text, isWhole: false };
        }
        text = side === 'start' ? text + edge.text : edge.text + text;
        if (!edge.isWhole) return { text, isWhole: false };
      }
      return { text, isWhole: true };
    }
  }
}

/** The text that is all that a node matches; undefined for one that matches others too, or nothing but at some places. */
export function textAlone(node: RegexNode): string | undefined {
  const { text, isWhole } = edgeOf(node, 'start');
  return isWhole && text !== '' && text.isWellFormed() && !asks(node) ? text : undefined;
}

/** What each match holds beside texts: a run of characters of few kinds, as of both cases, or one of a few words. */
function piecesOf(node: RegexNode): Piece[] {
  const pieces: Piece[] = [];
  let run: RegexNode[] = [];
  const close = (): void => {
    // Texts are searched for by themselves.
    const isText = run.every((item) => sizeOf(item) === 1);
    if (run.length >= MIN_PIECE_LENGTH && !isText) {
      pieces.push(pieceOf([run.slice(0, MAX_PIECE_LENGTH)]));
    }
    run = [];
  };
  const walk = (item: RegexNode): void => {
    switch (item.kind) {
      case 'Empty':
        break;
      case 'Set':
        if (sizeOf(item) <= MAX_KINDS) run.push(item);
        else close();
        break;
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
      case 'Either': {
        close();
        const words = item.nodes.map(wordOf);
        if (words.length <= MAX_WORDS && words.every((word) => word !== undefined)) {
          pieces.push(pieceOf(words));
        }
        break;
      }
      case 'Assert':
        close();
        break;
    }
  };
  walk(node);
  close();
  return pieces.slice(0, MAX_PIECES);
}

function pieceOf(words: readonly (readonly RegexNode[])[]): Piece {
  const nodes = words.map((word): RegexNode => ({ kind: 'Sequence', nodes: word }));
  const lengths = words.map((word) => word.length);
  return {
    expression: new RegExp(toJavaScript({ kind: 'Either', nodes }), 'ug'),
    // A character takes one unit or two.
    slack: 2 * Math.max(...lengths) - Math.min(...lengths),
  };
}

/** The characters of a node that are of few kinds alone, in a row. */
function wordOf(node: RegexNode): readonly RegexNode[] | undefined {
  if (node.kind === 'Group') return wordOf(node.node);
  if (node.kind !== 'Sequence' || node.nodes.length < MIN_PIECE_LENGTH) return undefined;
  if (node.nodes.length > MAX_PIECE_LENGTH) return undefined;
  return node.nodes.every((item) => sizeOf(item) <= MAX_KINDS) ? node.nodes : undefined;
}

/** How many characters a set holds; more than any for other nodes. */
function sizeOf(node: RegexNode): number {
  if (node.kind !== 'Set') return Infinity;
  return node.set.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
