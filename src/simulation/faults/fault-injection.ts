import { checkText } from '../../cloudwatch/check-values.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { nearestName } from '../../cloudwatch/nearest-name.js';
import { seededRandom } from '../seeded-random.js';
import { matchesGlob, parseGlob } from '../text-matching/glob.js';
import { checkFaultRule, type FaultKind, type FaultRule } from './fault-rule.js';

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
  readonly #rules = new Map<
    string,
    { rule: FaultRule; concerns: (operation: string) => boolean; struck: number }
  >();
  readonly #seed: number;
  #random: () => number;
  readonly #operations: readonly string[] | undefined;
  #added = 0;

  /**
   * @param seed - a whole number
   * @param operations - names that rules may have; any when left out
   */
  constructor(seed = 1, operations?: readonly string[]) {
    if (!Number.isSafeInteger(seed)) throw new OptionError('faultSeed', 'be a whole number', seed);
    this.#seed = seed;
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
        if (this.#operations?.some(matcherOf([name])) ?? true) continue;
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
    this.#rules.set(id, { rule: checked, concerns: concernsOf(checked), struck: 0 });
    return id;
  }

  /** @returns whether there was such a rule. @throws OptionError for what is no id */
  remove(id: string): boolean {
    checkText('id', id);
    return this.#rules.delete(id);
  }

  /** Takes all rules out of force. */
  clear(): void {
    this.#rules.clear();
  }

  /** As it was when it was made: without rules, and with the same dice to come. */
  reset(): void {
    this.clear();
    this.#added = 0;
    this.#random = seededRandom(this.#seed);
  }

  /** The faults that may still strike, in the order in which they were added. */
  list(): readonly ActiveFault[] {
    return [...this.#rules].map(([id, { rule, struck }]) => ({ id, rule, struck }));
  }

  /** Throws the dice for one request. @param now - milliseconds since 1970 */
  strike(operation: string, now: number): Strike {
    let delayMillis = 0;
    for (const active of this.#rules.values()) {
      const { rule } = active;
      if (!isInForce(rule, now) || !active.concerns(operation) || active.struck >= (rule.count ?? Infinity))
        continue;
      if (this.#random() >= (rule.probability ?? 1)) continue;
      active.struck++;
      if (rule.kind !== 'delay') return { delayMillis, fault: rule };
      delayMillis += rule.delayMillis ?? 1000;
    }
    return { delayMillis, fault: undefined };
  }
}

function isInForce({ from, until }: FaultRule, now: number): boolean {
  return now >= (from ?? -Infinity) && now < (until ?? Infinity);
}

/** Kinds that are for one operation. */
const ONLY: Readonly<Partial<Record<FaultKind, string>>> = {
  'reject-partially': 'PutLogEvents',
  'slow-query': 'StartQuery',
};

/** Makes the test whether a rule is for an operation: names are read once, not for each request. */
function concernsOf({ kind, operations, exceptOperations }: FaultRule): (operation: string) => boolean {
  const included = operations ? matcherOf(operations) : () => true;
  const excluded = exceptOperations ? matcherOf(exceptOperations) : () => false;
  return (operation) =>
    (ONLY[kind] ?? operation) === operation && included(operation) && !excluded(operation);
}

/** @param names - with `*` for any letters, in whatever case */
function matcherOf(names: readonly string[]): (operation: string) => boolean {
  const globs = names.map((name) => parseGlob(name.toLowerCase()));
  return (operation) => {
    const lowered = operation.toLowerCase();
    return globs.some((glob) => matchesGlob(glob, lowered));
  };
}
