import { type Program } from './program.js';
import { Left, ProgramGraph } from './program-graph.js';
import { ASK, DEAD, FULL, StateCache, stepKey } from './state-cache.js';

/** Positions whose states stay allocated between searches. */
const KEPT_POSITIONS = 1 << 16;

/** A cache that is full before so many characters were read for each of its states did not pay. */
const UNITS_PER_STATE = 10;
const MAX_BAD_CACHES = 3;

/** The automaton leaves a text to the linear matcher: it would need too many states. */
export const GAVE_UP = 'gave up';

let trail = new Int32Array(1024);

/** For searches of all matches, that are not in use. */
const spare: Int32Array[] = [];
const MAX_SPARE = 4;

function giveBack(states: Int32Array): void {
  if (states.length <= KEPT_POSITIONS && spare.length < MAX_SPARE) spare.push(states);
}

/**
 * Searches with an automaton that reads each text once, from its end, and knows at each position from which
 * instructions a match is reached. A second walk, from the first position at which one begins, needs to try nothing:
 * it finds the captures. The answers are those of `matcher.ts`.
 */
export class Automaton {
  readonly #graph: ProgramGraph;
  readonly #slotCount: number;
  #cache: StateCache;
  #unitsRead = 0;
  #badCaches = 0;

  private constructor(graph: ProgramGraph) {
    this.#graph = graph;
    this.#slotCount = graph.program.slotCount;
    this.#cache = new StateCache(graph);
  }

  /** @returns undefined for an expression that it can't take on */
  static of(program: Program): Automaton | undefined {
    const graph = ProgramGraph.of(program);
    return graph && new Automaton(graph);
  }

  /** Whether caches fill so fast that it is of no use for this expression. */
  get isRetired(): boolean {
    return this.#badCaches >= MAX_BAD_CACHES;
  }

  /**
   * Whether the text holds a match between two positions.
   * @param end - before the end of the text only for an expression without assertions
   */
  test(text: string, from = 0, end = text.length): boolean | typeof GAVE_UP {
    this.#unitsRead += end - from;
    const cache = this.#cache;
    const { ascii } = this.#graph.classes;
    let { table } = cache;
    let state = cache.initial;
    for (let at = end; at > from;) {
      const unit = text.charCodeAt(--at);
      let characterClass: number;
      if (unit < 128) {
        characterClass = ascii[unit]!;
      } else {
        if (isPair(text, at - 1, from)) at--;
        characterClass = this.#classAt(text, at);
      }
      let way = table[state + characterClass]!;
      if (way < 0) {
        if (way === -1) {
          way = cache.extend(state, characterClass);
          ({ table } = cache);
        }
        if (way === FULL) return this.#giveUp();
        if (way === DEAD) return false;
        if (way < 0) return true;
      }
      state = way;
    }
    return cache.accepts(state, this.#leftAt(text, from));
  }

  /**
   * The first match at `from` or after it that ends before `end`, or there.
   * @param end - as of {@link test}; no match ends behind it
   * @returns slots as `search` of `matcher.ts` gives them
   */
  find(text: string, from: number, end = text.length): Int32Array | undefined | typeof GAVE_UP {
    if (trail.length <= text.length) trail = new Int32Array(text.length + 1);
    const cache = this.#cache;
    const first = this.#read(text, from, end, trail);
    const slots = first === GAVE_UP ? GAVE_UP : first < 0 ? undefined : this.#walk(cache, text, first, trail);
    if (trail.length > KEPT_POSITIONS) trail = new Int32Array(1024);
    return slots;
  }

  /** Where the match of {@link find} begins, or -1. */
  findStart(text: string, from: number, end = text.length): number | typeof GAVE_UP {
    if (trail.length <= text.length) trail = new Int32Array(text.length + 1);
    const first = this.#read(text, from, end, trail);
    if (trail.length > KEPT_POSITIONS) trail = new Int32Array(1024);
    return first;
  }

  /** All matches between two positions as of {@link find}, each behind the one before, after one reading. */
  findAll(text: string, from = 0, end = text.length): Iterable<Int32Array> | typeof GAVE_UP {
    // Others may search while the caller is between two matches: these states are its own.
    const kept = spare.length > 0 && text.length < KEPT_POSITIONS ? spare.pop()! : undefined;
    const states =
      kept !== undefined && kept.length > text.length
        ? kept
        : new Int32Array(Math.max(1024, text.length + 1));
    const cache = this.#cache;
    const first = this.#read(text, from, end, states);
    if (first !== GAVE_UP && first >= 0) return this.#walkAll(cache, text, first, end, states);
    giveBack(states);
    return first === GAVE_UP ? GAVE_UP : [];
  }

  *#walkAll(
    cache: StateCache,
    text: string,
    first: number,
    last: number,
    states: Int32Array,
  ): Generator<Int32Array, void> {
    try {
      for (let at = first; at <= last;) {
        if (states[at]! >= 0) {
          at++;
          continue;
        }
        const slots = this.#walk(cache, text, at, states);
        yield slots;
        const end = slots[1]!;
        at = end > at ? end : end + 1;
      }
    } finally {
      giveBack(states);
    }
  }

  /**
   * Reads the text and writes down the state at each position, its complement where a match begins.
   * @returns the first position at which one begins, or -1
   */
  #read(text: string, from: number, end: number, states: Int32Array): number | typeof GAVE_UP {
    this.#unitsRead += end - from;
    const cache = this.#cache;
    const { ascii } = this.#graph.classes;
    let { table } = cache;
    let state = cache.initial;
    let first = -1;
    let at = end;
    while (at > from) {
      const position = at;
      const unit = text.charCodeAt(--at);
      let characterClass: number;
      if (unit < 128) {
        characterClass = ascii[unit]!;
      } else {
        if (isPair(text, at - 1, from)) states[at--] = 0;
        characterClass = this.#classAt(text, at);
      }
      states[position] = state;
      let way = table[state + characterClass]!;
      if (way < 0) {
        if (way === -1) {
          way = cache.extend(state, characterClass);
          ({ table } = cache);
        }
        if (way === FULL) return this.#giveUp();
        if (way === DEAD) {
          states.fill(0, from, position);
          return first;
        }
        if (way < 0) {
          states[position] = ~state;
          first = position;
          way = StateCache.nextOf(way);
        }
      }
      state = way;
    }
    const begins = cache.accepts(state, this.#leftAt(text, from));
    states[from] = begins ? ~state : state;
    return begins ? from : first;
  }

  #walk(cache: StateCache, text: string, first: number, states: Int32Array): Int32Array {
    const slots = new Int32Array(this.#slotCount).fill(-1);
    const { hasAssertions } = this.#graph;
    const { states: known, plainSteps, rowShift } = cache;
    let instruction = 0;
    let at = first;
    for (;;) {
      let state = states[at]!;
      if (state < 0) state = ~state;
      const plain = plainSteps[state >> rowShift]![instruction]!;
      if (plain !== ASK) {
        instruction = plain;
        at += text.charCodeAt(at) >= 0xd800 && isPair(text, at, at) ? 2 : 1;
        continue;
      }
      const left = hasAssertions ? this.#leftAt(text, at) : Left.other;
      const step =
        known[state >> rowShift]!.steps[stepKey(instruction, left)] ?? cache.step(state, left, instruction);
      if (step.slots.length > 0) for (const slot of step.slots) slots[slot] = at;
      if (step.next < 0) break;
      instruction = step.next;
      at += text.charCodeAt(at) >= 0xd800 && isPair(text, at, at) ? 2 : 1;
    }
    slots[0] = first;
    slots[1] = at;
    return slots;
  }

  #classAt(text: string, at: number): number {
    const { classes } = this.#graph;
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdbff) return classes.ofUnit(unit);
    return classes.ofPoint(text.codePointAt(at)!);
  }

  #leftAt(text: string, at: number): number {
    const { hasAssertions, classes, leftOfClass } = this.#graph;
    if (!hasAssertions) return Left.other;
    if (at === 0) return Left.start;
    const unit = text.charCodeAt(at - 1);
    return unit < 128 ? leftOfClass[classes.ascii[unit]!]! : Left.other;
  }

  /** Begins a new cache; texts that come later may need fewer states. */
  #giveUp(): typeof GAVE_UP {
    if (this.#unitsRead < UNITS_PER_STATE * this.#cache.size) this.#badCaches++;
    this.#unitsRead = 0;
    this.#cache = new StateCache(this.#graph);
    return GAVE_UP;
  }
}

/** Whether one character is written as two units from here on. @param from - where the text is looked at from */
function isPair(text: string, at: number, from: number): boolean {
  if (at < from) return false;
  const first = text.charCodeAt(at);
  if (first < 0xd800 || first > 0xdbff) return false;
  const second = text.charCodeAt(at + 1);
  return second >= 0xdc00 && second <= 0xdfff;
}
