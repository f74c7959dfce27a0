import { type CharacterSet } from './character-set.js';
import { RegexError, type Assertion, type RegexNode, type RegexTree } from './tree.js';

/** Instructions of one expression; counted repetitions are written out. */
const MAX_INSTRUCTIONS = 10_000;

/** Places where paths meet: each costs a bit for each position of the text. */
const MAX_JOINS = 1000;

/** A step of the matcher. */
export type Instruction =
  | { readonly kind: 'set'; readonly ascii: Uint8Array; readonly set: CharacterSet }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'save'; readonly slot: number }
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'match' };

/** An expression as instructions. */
export interface Program {
  readonly instructions: readonly Instruction[];
  /** For each instruction its number among those that several paths reach, or -1. */
  readonly joins: Int32Array;
  readonly joinCount: number;
  readonly slotCount: number;
}

/** @throws {@link RegexError} when the expression is too large */
export function compileProgram(tree: RegexTree): Program {
  const instructions: Instruction[] = [];
  emit(tree.node, instructions);
  instructions.push({ kind: 'match' });
  const joins = numberJoins(instructions);
  const joinCount = joins.reduce((count, join) => Math.max(count, join + 1), 0);
  if (joinCount > MAX_JOINS) throw tooLarge();
  return { instructions, joins, joinCount, slotCount: (tree.groupCount + 1) * 2 };
}

function tooLarge(): RegexError {
  return new RegexError('the regular expression is too large', 0);
}

function emit(node: RegexNode, out: Instruction[]): void {
  if (out.length > MAX_INSTRUCTIONS) throw tooLarge();
  switch (node.kind) {
    case 'Empty':
      break;
    case 'Set':
      out.push({ kind: 'set', ascii: asciiTable(node.set), set: node.set });
      break;
    case 'Assert':
      out.push({ kind: 'assert', assertion: node.assertion });
      break;
    case 'Sequence':
      for (const item of node.nodes) emit(item, out);
      break;
    case 'Group':
      out.push({ kind: 'save', slot: node.index * 2 });
      emit(node.node, out);
      out.push({ kind: 'save', slot: node.index * 2 + 1 });
      break;
    case 'Either':
      emitEither(node.nodes, out);
      break;
    case 'Repeat':
      emitRepeat(node, out);
      break;
  }
}

function emitEither(nodes: readonly RegexNode[], out: Instruction[]): void {
  const jumps: { to: number }[] = [];
  nodes.forEach((node, index) => {
    if (index === nodes.length - 1) {
      emit(node, out);
      return;
    }
    const split = { kind: 'split' as const, first: out.length + 1, second: 0 };
    out.push(split);
    emit(node, out);
    const jump = { kind: 'jump' as const, to: 0 };
    out.push(jump);
    jumps.push(jump);
    split.second = out.length;
  });
  for (const jump of jumps) jump.to = out.length;
}

function emitRepeat(
  { node, min, max, greedy }: Extract<RegexNode, { kind: 'Repeat' }>,
  out: Instruction[],
): void {
  for (let count = 0; count < min; count++) emit(node, out);
  const split = (): { kind: 'split'; first: number; second: number } => {
    const instruction = { kind: 'split' as const, first: 0, second: 0 };
    out.push(instruction);
    return instruction;
  };
  const aim = (instruction: { first: number; second: number }, inside: number, behind: number): void => {
    instruction.first = greedy ? inside : behind;
    instruction.second = greedy ? behind : inside;
  };
  if (max === Number.POSITIVE_INFINITY) {
    const head = out.length;
    const instruction = split();
    emit(node, out);
    out.push({ kind: 'jump', to: head });
    aim(instruction, head + 1, out.length);
    return;
  }
  const splits: { instruction: ReturnType<typeof split>; inside: number }[] = [];
  for (let count = min; count < max; count++) {
    splits.push({ instruction: split(), inside: out.length });
    emit(node, out);
  }
  for (const { instruction, inside } of splits) aim(instruction, inside, out.length);
}

function numberJoins(instructions: readonly Instruction[]): Int32Array {
  const ways = new Int32Array(instructions.length);
  // The search enters the first instruction at every position.
  ways[0] = 1;
  instructions.forEach((instruction, at) => {
    for (const next of successors(instruction, at)) ways[next] = (ways[next] ?? 0) + 1;
  });
  let count = 0;
  return ways.map((number) => (number > 1 ? count++ : -1));
}

function successors(instruction: Instruction, at: number): readonly number[] {
  switch (instruction.kind) {
    case 'split':
      return [instruction.first, instruction.second];
    case 'jump':
      return [instruction.to];
    case 'match':
      return [];
    default:
      return [at + 1];
  }
}

function asciiTable(set: CharacterSet): Uint8Array {
  const table = new Uint8Array(128);
  for (const [first, last] of set) {
    if (first < 128) table.fill(1, first, Math.min(last, 127) + 1);
  }
  return table;
}

/** Whether a set holds a code point; for those outside ASCII. */
export function holds(set: CharacterSet, point: number): boolean {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = set[middle]!;
    if (point < first) high = middle - 1;
    else if (point > last) low = middle + 1;
    else return true;
  }
  return false;
}
