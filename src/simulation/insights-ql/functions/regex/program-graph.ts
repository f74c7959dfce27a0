import { CharacterClasses } from './character-classes.js';
import { WORD, type CharacterSet } from './character-set.js';
import { holds, type Program } from './program.js';
import { type Assertion } from './tree.js';

/** What stands before a position, as far as assertions ask. */
export const Left = { start: 0, newline: 1, word: 2, other: 3 } as const;
export const LEFT_COUNT = 4;

/** What stands at a position, as far as assertions ask. */
export const Right = { end: 0, lastNewline: 1, newline: 2, word: 3, other: 4 } as const;
const INNER_RIGHTS = [Right.newline, Right.word, Right.other];

const NEWLINE: CharacterSet = [[0x0a, 0x0a]];

/** The instructions of an expression, to be walked backwards. */
export class ProgramGraph {
  readonly program: Program;
  readonly classes: CharacterClasses;
  /** Instructions that read a character. */
  readonly readers: readonly number[];
  readonly hasAssertions: boolean;
  /** Whether a match can end only where the text does: where nothing led to its end, nothing else will. */
  readonly endsWithText: boolean;
  /** {@link Left} and {@link Right} of each class; one and the same for all in an expression without assertions. */
  readonly leftOfClass: Uint8Array;
  readonly rightOfClass: Uint8Array;
  /** For each reader, whether it takes each class. */
  readonly #takes: readonly Uint8Array[];
  readonly #before: readonly (readonly number[])[];

  private constructor(program: Program, classes: CharacterClasses, sets: readonly CharacterSet[]) {
    const { instructions } = program;
    this.program = program;
    this.classes = classes;
    this.hasAssertions = instructions.some(({ kind }) => kind === 'assert');
    this.leftOfClass = Uint8Array.from(classes.examples, (point) => this.#contextOf(point, Left));
    this.rightOfClass = Uint8Array.from(classes.examples, (point) => this.#contextOf(point, Right));
    const taken = new Map(
      sets.map((set) => [set, Uint8Array.from(classes.examples, (point) => (holds(set, point) ? 1 : 0))]),
    );
    const readers: number[] = [];
    const takes: Uint8Array[] = [];
    const before: number[][] = instructions.map(() => []);
    for (const [at, instruction] of instructions.entries()) {
      if (instruction.kind === 'set') {
        readers.push(at);
        takes[at] = taken.get(instruction.set)!;
      } else if (instruction.kind === 'split') {
        before[instruction.first]!.push(at);
        before[instruction.second]!.push(at);
      } else if (instruction.kind === 'jump') {
        before[instruction.to]!.push(at);
      } else if (instruction.kind !== 'match') {
        before[at + 1]!.push(at);
      }
    }
    this.readers = readers;
    this.#takes = takes;
    this.#before = before;
    this.endsWithText = INNER_RIGHTS.every((right) =>
      Object.values(Left).every((left) => this.#isClosed(this.reach([], left, right))),
    );
  }

  /** @returns undefined where the expression's sets divide the characters into too many classes */
  static of(program: Program): ProgramGraph | undefined {
    const sets = new Set<CharacterSet>();
    let hasAssertions = false;
    for (const instruction of program.instructions) {
      if (instruction.kind === 'set') sets.add(instruction.set);
      hasAssertions ||= instruction.kind === 'assert';
    }
    const asked = hasAssertions ? [...sets, WORD, NEWLINE] : [...sets];
    const classes = CharacterClasses.of(asked);
    return classes && new ProgramGraph(program, classes, [...sets]);
  }

  takes(reader: number, characterClass: number): boolean {
    return this.#takes[reader]![characterClass] === 1;
  }

  /**
   * From which instructions a match is reached, at a position with this on both its sides.
   * @param readers - those that take the character at the position and lead on to a match
   * @returns a bit for each instruction
   */
  reach(readers: readonly number[], left: number, right: number): Uint32Array {
    const { instructions } = this.program;
    const reached = new Uint32Array((instructions.length + 31) >> 5);
    const waiting = [instructions.length - 1, ...readers];
    for (const at of waiting) reached[at >> 5]! |= 1 << (at & 31);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const at of this.#before[next]!) {
        if (hasBit(reached, at)) continue;
        const instruction = instructions[at]!;
        if (instruction.kind === 'assert' && !isMet(instruction.assertion, left, right)) continue;
        reached[at >> 5]! |= 1 << (at & 31);
        waiting.push(at);
      }
    }
    return reached;
  }

  /** Whether neither a character before leads on to these nor the expression begins with them. */
  #isClosed(reached: Uint32Array): boolean {
    return !hasBit(reached, 0) && this.readers.every((reader) => !hasBit(reached, reader + 1));
  }

  #contextOf(
    point: number,
    side: { readonly newline: number; readonly word: number; readonly other: number },
  ): number {
    if (!this.hasAssertions) return side.other;
    if (point === 0x0a) return side.newline;
    return holds(WORD, point) ? side.word : side.other;
  }
}

export function hasBit(bits: Uint32Array, bit: number): boolean {
  return ((bits[bit >> 5]! >>> (bit & 31)) & 1) === 1;
}

function isMet(assertion: Assertion, left: number, right: number): boolean {
  switch (assertion) {
    case 'text start':
      return left === Left.start;
    case 'text end':
      return right === Right.end;
    case 'text end or last newline':
      return right === Right.end || right === Right.lastNewline;
    case 'line start':
      return left === Left.start || left === Left.newline;
    case 'line end':
      return right === Right.end || right === Right.lastNewline || right === Right.newline;
    case 'word boundary':
      return (left === Left.word) !== (right === Right.word);
    case 'no word boundary':
      return (left === Left.word) === (right === Right.word);
  }
}
