import { OptionError } from '../../cloudwatch/errors.js';
import { nearestName } from '../../cloudwatch/nearest-name.js';
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
  readonly #operations: readonly string[] | undefined;
  #added = 0;

  /**
   * @param seed - a whole number
   * @param operations - names that rules may have; any when left out
   */
  constructor(seed = 1, operations?: readonly string[]) {
    this.#random = seededRandom(seed);
    this.#operations = operations;
  }

  /**
   * Checks a rule that came from outside.
   * @throws OptionError with the member that is wrong; a name that is no operation's would never strike
   */
  check(rule: unknown): FaultRule {
    const checked = checkFaultRule(rule);
    for (const member of ['operations', 'exceptOperations'] as const) {
      for (const name of checked[member] ?? []) {
        if (this.#operations?.some((operation) => nameMatches(name, operation)) ?? true) continue;
        const near = nearestName(name, this.#operations!);
        throw new OptionError(
          `fault.${member}`,
          `name operations, such as PutLogEvents or v1/logs${near ? ` (did you mean ${near}?)` : ''}`,
          name,
        );
      }
    }
    return checked;
  }

  /**
   * Puts a rule in force.
   * @returns its id, for {@link remove}
   * @throws OptionError for a rule that is wrong
   */
  add(rule: FaultRule): string {
    const checked = this.check(rule);
    const id = `fault-${++this.#added}`;
    this.#rules.set(id, { rule: checked, struck: 0 });
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
