import { holds, type Program } from './program.js';
import { type Assertion } from './tree.js';

/** Words of the scratch table that stay allocated between searches. */
const KEPT_WORDS = 1 << 16;

/** Positions and instructions still to try, as triples. */
const stack: number[] = [];
/** All zero between searches: after one, only what it touched is cleared. */
let scratch = new Uint32Array(1024);
let furthest = 0;

/**
 * Searches a text by backtracking that never goes twice through the same instruction at the same position,
 * so that it takes time in proportion to instructions times length, whatever the expression (as RE2's
 * bit-state matcher).
 * @param start - the position at which a match may begin, and after it
 * @returns start and end of the match and of each group, -1 for a group that took no part
 */
export function search(program: Program, text: string, start: number): Int32Array | undefined {
  const words = Math.ceil((program.joinCount * (text.length + 1 - start)) / 32);
  if (scratch.length < words) scratch = new Uint32Array(words);
  furthest = start;
  const slots = new Int32Array(program.slotCount).fill(-1);
  const found = searchFrom(program, text, { base: start, visited: scratch }, start, slots);
  if (scratch.length > KEPT_WORDS) scratch = new Uint32Array(1024);
  else scratch.fill(0, 0, Math.ceil((program.joinCount * (furthest + 1 - start)) / 32));
  return found ? slots : undefined;
}

/**
 * All matches of a text, each behind the one before. Where a match was looked for in vain is remembered from one to
 * the next, so that all of them together take time in proportion to instructions times length.
 * @returns slots as {@link search} does, one after the other
 */
export function* searchAll(program: Program, text: string): Generator<Int32Array, void> {
  const { joinCount } = program;
  const visited = new Uint32Array(Math.ceil((joinCount * (text.length + 1)) / 32));
  for (let start = 0; start <= text.length;) {
    const slots = new Int32Array(program.slotCount).fill(-1);
    if (!searchFrom(program, text, { base: 0, visited }, start, slots)) return;
    yield slots;
    const [index, end] = slots as unknown as [number, number];
    // Whoever came to a place behind the end failed there. At the end itself some may have been turned away only
    // because the path of the match went through.
    clearBits(visited, end * joinCount, (end + 1) * joinCount);
    start = end > index ? end : end + (isHighSurrogate(text, end) ? 2 : 1);
  }
}

function clearBits(words: Uint32Array, from: number, to: number): void {
  for (let bit = from; bit < to; bit++) {
    const word = Math.floor(bit / 32);
    words[word] = words[word]! & ~(1 << (bit % 32));
  }
}

/** A bit for each place where paths meet, at each position from `base` on: whether one was there. */
interface Visits {
  readonly base: number;
  readonly visited: Uint32Array;
}

function searchFrom(
  program: Program,
  text: string,
  visits: Visits,
  start: number,
  slots: Int32Array,
): boolean {
  for (let from = start; from <= text.length; from++) {
    if (from > start && isLowSurrogate(text, from)) continue;
    const end = run(program, text, visits, from, slots);
    if (end >= 0) {
      slots[0] = from;
      slots[1] = end;
      return true;
    }
  }
  return false;
}

/** @returns the end of the match that begins at `from`, or -1 */
function run(
  { instructions, joins, joinCount }: Program,
  text: string,
  { base, visited }: Visits,
  from: number,
  slots: Int32Array,
): number {
  stack.length = 0;
  stack.push(0, from, -1);
  while (stack.length > 0) {
    const previous = stack.pop()!;
    let at = stack.pop()!;
    let next = stack.pop()!;
    if (next < 0) {
      // An entry that undoes what a path saved before it failed.
      slots[-next - 1] = previous;
      continue;
    }
    for (;;) {
      const join = joins[next]!;
      if (join >= 0) {
        const bit = (at - base) * joinCount + join;
        const word = Math.floor(bit / 32);
        const mask = 1 << (bit % 32);
        if ((visited[word]! & mask) !== 0) break;
        visited[word] = visited[word]! | mask;
        if (at > furthest) furthest = at;
      }
      const instruction = instructions[next]!;
      if (instruction.kind === 'set') {
        const unit = text.charCodeAt(at);
        if (unit < 128) {
          if (instruction.ascii[unit] !== 1) break;
          at++;
        } else {
          if (at >= text.length) break;
          const point = text.codePointAt(at)!;
          if (!holds(instruction.set, point)) break;
          at += point > 0xffff ? 2 : 1;
        }
        next++;
      } else if (instruction.kind === 'split') {
        stack.push(instruction.second, at, -1);
        next = instruction.first;
      } else if (instruction.kind === 'jump') {
        next = instruction.to;
      } else if (instruction.kind === 'save') {
        stack.push(-instruction.slot - 1, 0, slots[instruction.slot]!);
        slots[instruction.slot] = at;
        next++;
      } else if (instruction.kind === 'assert') {
        if (!isAt(instruction.assertion, text, at)) break;
        next++;
      } else {
        return at;
      }
    }
  }
  return -1;
}

function isAt(assertion: Assertion, text: string, at: number): boolean {
  switch (assertion) {
    case 'text start':
      return at === 0;
    case 'text end':
      return at === text.length;
    case 'text end or last newline':
      return at === text.length || (at === text.length - 1 && text.charCodeAt(at) === 0x0a);
    case 'line start':
      return at === 0 || text.charCodeAt(at - 1) === 0x0a;
    case 'line end':
      return at === text.length || text.charCodeAt(at) === 0x0a;
    case 'word boundary':
      return isWord(text, at - 1) !== isWord(text, at);
    case 'no word boundary':
      return isWord(text, at - 1) === isWord(text, at);
  }
}

function isWord(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (
    (unit >= 0x61 && unit <= 0x7a) ||
    (unit >= 0x41 && unit <= 0x5a) ||
    (unit >= 0x30 && unit <= 0x39) ||
    unit === 0x5f
  );
}

/** The second half of a pair: no code point begins there. */
function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  // At the end of the text the unit is NaN, which is neither below nor above.
  if (!(unit >= 0xdc00 && unit <= 0xdfff)) return false;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

/** The first half of a pair. */
function isHighSurrogate(text: string, at: number): boolean {
  return at < text.length && text.codePointAt(at)! > 0xffff;
}
