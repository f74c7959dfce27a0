import { hasBit, LEFT_COUNT, Right, type ProgramGraph } from './program-graph.js';

/** States kept at most, and the numbers and bits that they may take together. */
const MAX_STATES = 4096;
const MAX_NUMBERS = 1 << 18;
const MAX_BITS = 1 << 24;

/** The way on from a state was not asked for yet. */
const UNKNOWN = -1;
/** No match begins here or before. */
export const DEAD = -2;
/** The next state would be one too many. */
export const FULL = -3;
/** A way on below zero tells that a match begins at the position: this less the next state. */
const ACCEPTING = -4;

/** The walk has to be asked for its step: it sets slots, is the last one, or was not asked for yet. */
export const ASK = -1;

/** A step of the walk that finds captures: which slots get the position, and which instruction reads on. */
export interface Step {
  readonly slots: readonly number[];
  /** Behind the instruction that reads the character; -1 at the end of the match. */
  readonly next: number;
}

export interface State {
  /** Instructions that take the character at the position and lead on to a match. */
  readonly readers: readonly number[];
  readonly right: number;
  /** For each {@link Left}: from where a match is reached. */
  readonly reached: (Uint32Array | undefined)[];
  /** By {@link stepKey}. */
  readonly steps: (Step | undefined)[];
}

/** Where a state keeps how a match goes on from an instruction. */
export function stepKey(instruction: number, left: number): number {
  return instruction * LEFT_COUNT + left;
}

/**
 * The states of an automaton that reads a text from its end, made when they are first met. A state is known by its
 * row in the table of ways on. It says, for the text from a position on, from which instructions a match is reached.
 */
export class StateCache {
  readonly #graph: ProgramGraph;
  /** A row of the table has a power of two of numbers, so that no search has to divide. */
  readonly rowShift: number;
  readonly #maxStates: number;
  /** By their row in the table, shifted by {@link rowShift}. */
  readonly states: State[] = [];
  /**
   * As {@link states}: the steps that set no slots, by their instruction, where no assertion asks what stands before;
   * {@link ASK} for others.
   */
  readonly plainSteps: Int32Array[] = [];
  readonly #noSteps: Int32Array;
  readonly #numbers = new Map<string, number>();
  /** For each state and class: the state before the character, or one of the constants above. */
  table: Int32Array;
  /** At the end of a text. */
  readonly initial: number;

  constructor(graph: ProgramGraph) {
    this.#graph = graph;
    this.rowShift = Math.ceil(Math.log2(graph.classes.examples.length));
    const bits = graph.program.instructions.length * (graph.hasAssertions ? LEFT_COUNT : 1);
    this.#maxStates = Math.max(
      8,
      Math.min(MAX_STATES, MAX_NUMBERS >> this.rowShift, Math.floor(MAX_BITS / bits)),
    );
    this.#noSteps = new Int32Array(graph.program.instructions.length).fill(ASK);
    this.table = new Int32Array(16 << this.rowShift).fill(UNKNOWN);
    this.initial = this.#intern([], graph.hasAssertions ? Right.end : Right.other);
  }

  /** States made so far. */
  get size(): number {
    return this.states.length;
  }

  /** The next state of a way on that tells of a match. */
  static nextOf(accepting: number): number {
    return ACCEPTING - accepting;
  }

  /** Finds a way on that the table did not know. @returns also {@link FULL} */
  extend(row: number, characterClass: number): number {
    const graph = this.#graph;
    const state = this.#stateAt(row);
    const reached = this.#reachedAt(state, graph.leftOfClass[characterClass]!);
    const readers = graph.readers.filter(
      (reader) => hasBit(reached, reader + 1) && graph.takes(reader, characterClass),
    );
    let right = graph.rightOfClass[characterClass]!;
    if (right === Right.newline && state.right === Right.end) right = Right.lastNewline;
    const accepts = hasBit(reached, 0);
    const isInner = right !== Right.lastNewline;
    let way = DEAD;
    if (accepts || readers.length > 0 || !isInner || !graph.endsWithText) {
      const next = this.#intern(readers, right);
      if (next === FULL) return FULL;
      way = accepts ? ACCEPTING - next : next;
    }
    this.table[row + characterClass] = way;
    return way;
  }

  /** Whether a match begins at a position of this state. */
  accepts(row: number, left: number): boolean {
    return hasBit(this.#reachedAt(this.#stateAt(row), left), 0);
  }

  /** How the match goes on from an instruction, at a position of this state from which a match is reached. */
  step(row: number, left: number, instruction: number): Step {
    const state = this.#stateAt(row);
    const step = (state.steps[stepKey(instruction, left)] ??= this.#findStep(
      this.#reachedAt(state, left),
      instruction,
    ));
    if (step.slots.length === 0 && !this.#graph.hasAssertions) {
      const index = row >> this.rowShift;
      if (this.plainSteps[index] === this.#noSteps) this.plainSteps[index] = this.#noSteps.slice();
      this.plainSteps[index]![instruction] = step.next;
    }
    return step;
  }

  #stateAt(row: number): State {
    return this.states[row >> this.rowShift]!;
  }

  #reachedAt(state: State, left: number): Uint32Array {
    return (state.reached[left] ??= this.#graph.reach(state.readers, left, state.right));
  }

  #intern(readers: readonly number[], right: number): number {
    const key = `${right}:${readers.join(',')}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.states.length >= this.#maxStates) return FULL;
    const row = this.states.length << this.rowShift;
    this.states.push({ readers, right, reached: [], steps: [] });
    this.plainSteps.push(this.#noSteps);
    this.#numbers.set(key, row);
    if (this.table.length < row + (1 << this.rowShift)) {
      const wider = new Int32Array(this.table.length * 2).fill(UNKNOWN);
      wider.set(this.table);
      this.table = wider;
    }
    return row;
  }

  /**
   * The ways of the expression in its own order, as the linear matcher goes them; those that reach no match are
   * left out, so what reads a character first is what the match does.
   */
  #findStep(reached: Uint32Array, from: number): Step {
    const { instructions } = this.#graph.program;
    const visited = new Set<number>();
    const ways: { readonly at: number; readonly slots: readonly number[] }[] = [{ at: from, slots: [] }];
    for (;;) {
      const { at, slots } = ways.pop()!;
      if (visited.has(at) || !hasBit(reached, at)) continue;
      visited.add(at);
      const instruction = instructions[at]!;
      switch (instruction.kind) {
        case 'set':
          return { slots, next: at + 1 };
        case 'match':
          return { slots, next: -1 };
        case 'split':
          ways.push({ at: instruction.second, slots }, { at: instruction.first, slots });
          break;
        case 'jump':
          ways.push({ at: instruction.to, slots });
          break;
        case 'save':
          ways.push({ at: at + 1, slots: [...slots, instruction.slot] });
          break;
        case 'assert':
          ways.push({ at: at + 1, slots });
          break;
      }
    }
  }
}
