import { OptionError } from '../../cloudwatch/errors.js';
import { checkFaultRule, type FaultRule } from './fault-rule.js';

/** A rule that is in force, and how often it struck. */
export interface ActiveFault {
  readonly id: string;
  readonly rule: FaultRule;
  readonly struck: number;
}

/** The faults of one request. */
export interface Strike {
  /** Milliseconds by which delays put it off. */
  readonly delayMillis: number;
  /** The one other fault that struck it. */
  readonly fault: FaultRule | undefined;
}

/**
 * Decides which requests fail. A rule is asked in the order in which it was added; a request is struck by one
 * of them at the most, delays apart. The same seed and the same requests give the same faults.
 */
export class FaultInjection {
  readonly #rules = new Map<string, { rule: FaultRule; struck: number }>();
  readonly #random: () => number;
  #added = 0;

  /** @param seed - a whole number */
  constructor(seed = 1) {
    this.#random = seededRandom(seed);
  }

  /**
   * Puts a rule in force.
   * @returns its id, for {@link remove}
   * @throws OptionError for a rule that is wrong
   */
  add(rule: FaultRule): string {
    const id = `fault-${++this.#added}`;
    this.#rules.set(id, { rule: checkFaultRule(rule), struck: 0 });
    return id;
  }

  /** @returns whether there was such a rule */
  remove(id: string): boolean {
    return this.#rules.delete(id);
  }

  /** Takes all rules out of force. */
  clear(): void {
    this.#rules.clear();
  }

  list(): readonly ActiveFault[] {
    return [...this.#rules].map(([id, { rule, struck }]) => ({ id, rule, struck }));
  }

  /** Throws the dice for one request. @param now - milliseconds since 1970 */
  strike(operation: string, now: number): Strike {
    let delayMillis = 0;
    for (const active of this.#rules.values()) {
      const { rule } = active;
      if (!applies(rule, operation, now) || active.struck >= (rule.count ?? Infinity)) continue;
      if (this.#random() >= (rule.probability ?? 1)) continue;
      active.struck++;
      if (rule.kind !== 'delay') return { delayMillis, fault: rule };
      delayMillis += rule.delayMillis ?? 1000;
    }
    return { delayMillis, fault: undefined };
  }
}

function applies(rule: FaultRule, operation: string, now: number): boolean {
  if (now < (rule.from ?? -Infinity) || now >= (rule.until ?? Infinity)) return false;
  if (rule.kind === 'reject-partially' && operation !== 'PutLogEvents') return false;
  if (rule.operations && !rule.operations.some((name) => nameMatches(name, operation))) return false;
  return !rule.exceptOperations?.some((name) => nameMatches(name, operation));
}

function nameMatches(pattern: string, operation: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(operation);
}

/** Mulberry32: 32 bits of state are enough for dice, and the run can be repeated. */
function seededRandom(seed: number): () => number {
  if (!Number.isSafeInteger(seed)) throw new OptionError('faultSeed', 'be a whole number', seed);
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
