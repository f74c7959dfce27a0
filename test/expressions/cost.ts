import { type HostileInput } from './hostile-inputs.js';

/** Characters of the longest input. */
const MAX_CHARACTERS = 262_144;

/**
 * Characters that show whether an input is worth more: behind them it goes on only where it costs more than a
 * pass over it, and seems to grow faster than it does.
 */
const TELLING_CHARACTERS = 8_192;
const MICROS_OF_A_PASS = 150;

/** Microseconds that can be measured well, and that a square soon reaches. */
const NOTICEABLE_MICROS = 4_000;

/** Sixteen times the length is sixteen times the cost, or 256 times where the cost is its square: between both. */
const GROWTH = 16;
const MAX_COST_GROWTH = 64;

/**
 * Says how the cost of an expression grows with an input, where that is faster than the input does.
 * It goes on from small inputs, so that an exponential cost shows before it is for ever.
 * @returns undefined for a cost that grows as the input
 */
export function superlinearCost(expression: RegExp, input: HostileInput): string | undefined {
  for (let length = 16; length <= MAX_CHARACTERS; length = Math.ceil(length * (length < 64 ? 1.25 : 2))) {
    const micros = microsOf(expression, textOf(input, length));
    if (micros >= NOTICEABLE_MICROS) {
      const growth = growthAt(length, expression, input);
      if (growth > MAX_COST_GROWTH) {
        return `${length} characters cost ${micros.toFixed(0)} µs, ${growth.toFixed(0)} times as much as a sixteenth of them`;
      }
    } else if (length >= TELLING_CHARACTERS) {
      if (micros < MICROS_OF_A_PASS) return undefined;
      if (growthAt(length, expression, input) < MAX_COST_GROWTH / 2) return undefined;
    }
  }
  return undefined;
}

/** How much more an input costs than a sixteenth of it; of several runs of each the fastest counts. */
function growthAt(length: number, expression: RegExp, input: HostileInput): number {
  const [long, short] = [textOf(input, length), textOf(input, length / GROWTH)];
  return (
    bestOf(5, () => microsOf(expression, long)) /
    Math.max(
      1,
      bestOf(20, () => microsOf(expression, short)),
    )
  );
}

function textOf({ before, repeated, behind }: HostileInput, length: number): string {
  return before + repeated.repeat(Math.ceil(length / repeated.length)) + behind;
}

/** Of the processor, so that what others do on a busy machine does not count. All matches of a global expression. */
function microsOf(expression: RegExp, text: string): number {
  // A copy: `lastIndex` is a state.
  const own = new RegExp(expression);
  const before = process.cpuUsage();
  // Nothing is kept of what matches: the work of the garbage collector would be measured too.
  for (let last = -1; own.test(text) && own.global; last = own.lastIndex) {
    if (own.lastIndex === last) own.lastIndex++;
  }
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function bestOf(runs: number, measure: () => number): number {
  return Math.min(...Array.from({ length: runs }, measure));
}
