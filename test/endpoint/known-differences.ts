import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { checkMembers } from '../../src/cloudwatch/check-members.js';

/** What is run against an endpoint: `conformance`, `integration` and `e2e` of package.json. */
export const SUITES = ['conformance', 'integration', 'e2e'] as const;
export type Suite = (typeof SUITES)[number];

/** What became of a case. */
export interface Outcome {
  readonly name: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  /** Why it failed. */
  readonly error?: string;
}

/** One way in which a target differs from the service, and the cases that show it. */
export interface Difference {
  readonly id: string;
  /** What the service does. */
  readonly service: string;
  /** What the target does instead. */
  readonly target: string;
  /** Where that is to be seen: the address of a source, or the run that showed it. */
  readonly source: string;
  /** `source`: concluded from the target's source code; `recorded`: a run has shown it. */
  readonly derived: 'source' | 'recorded';
  /** The names of the cases that have to fail for it, by what runs them. */
  readonly cases: Readonly<Partial<Record<Suite, readonly string[]>>>;
}

interface Listed {
  /** The target's name and version. */
  readonly target: string;
  readonly differences: readonly Difference[];
}

/**
 * What a target is known to do otherwise than the service. The list has to stay true: a case that is listed has to fail,
 * and one that is not has to pass.
 */
export class KnownDifferences {
  readonly #file: string;
  readonly #listed: Listed;

  private constructor(file: string, listed: Listed) {
    this.#file = file;
    this.#listed = listed;
  }

  /** @throws Error for what is no such list, or lists a case twice */
  static read(file: string): KnownDifferences {
    const listed = JSON.parse(readFileSync(file, 'utf8')) as Listed;
    try {
      check(listed);
    } catch (error) {
      throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
    }
    return new KnownDifferences(file, listed);
  }

  get differences(): readonly Difference[] {
    return this.#listed.differences;
  }

  /** The difference for which a case has to fail. */
  differenceOf(suite: Suite, name: string): Difference | undefined {
    return this.#listed.differences.find(({ cases }) => cases[suite]?.includes(name));
  }

  /**
   * How the outcomes differ from what is known, as sentences that say which line to add or remove; none where they don't.
   * @param isWhole - whether these are all cases of the suite, so that a name that is not among them is wrong
   */
  compare(suite: Suite, outcomes: readonly Outcome[], { isWhole = true } = {}): string[] {
    const surprises: string[] = [];
    for (const { name, verdict } of outcomes) {
      const difference = this.differenceOf(suite, name);
      if (verdict === 'failed' && difference === undefined) {
        surprises.push(
          `unlisted: ${name}\n  It failed, and is no known difference. If that is right, add "${name}" to the "${suite}" cases of the difference that explains it in ${this.#file}.`,
        );
      }
      if (verdict === 'passed' && difference !== undefined) {
        surprises.push(
          `no difference any more: ${name}\n  It passed. Remove "${name}" from the "${suite}" cases of "${difference.id}" in ${this.#file}.`,
        );
      }
    }
    const names = new Set(outcomes.map(({ name }) => name));
    for (const { id, cases } of isWhole ? this.#listed.differences : []) {
      for (const name of cases[suite] ?? []) {
        if (names.has(name)) continue;
        surprises.push(
          `no case: ${name}\n  Nothing of that name is run. Remove "${name}" from the "${suite}" cases of "${id}" in ${this.#file}.`,
        );
      }
    }
    return surprises;
  }

  /**
   * Writes what a run has shown into a list, which is made where it is missing: cases that failed are recorded, new ones
   * each as a difference of its own; what passed, and what is no case any more, goes.
   */
  static record(file: string, suite: Suite, outcomes: readonly Outcome[], endpoint: string): void {
    const known = existsSync(file)
      ? KnownDifferences.read(file)
      : new KnownDifferences(file, { target: endpoint, differences: [] });
    const verdicts = new Map(outcomes.map(({ name, verdict }) => [name, verdict]));
    const source = `a run against ${endpoint}`;
    const kept = known.differences.map((difference): Difference => {
      const names = difference.cases[suite] ?? [];
      const left = names.filter((name) => ['failed', 'skipped'].includes(verdicts.get(name) ?? ''));
      const { [suite]: _, ...others } = difference.cases;
      const hasShown = left.some((name) => verdicts.get(name) === 'failed');
      return {
        ...difference,
        derived: hasShown ? 'recorded' : difference.derived,
        cases: left.length > 0 ? { ...others, [suite]: left } : others,
      };
    });
    const added = outcomes
      .filter(({ name, verdict }) => verdict === 'failed' && known.differenceOf(suite, name) === undefined)
      .map(({ name, error = 'fails' }): Difference => ({
        id: `${suite}: ${name}`,
        service: name,
        target: error.split('\n')[0]!,
        source,
        derived: 'recorded',
        cases: { [suite]: [name] },
      }));
    const differences = [...kept, ...added].filter(({ cases }) => Object.keys(cases).length > 0);
    writeFileSync(file, `${JSON.stringify({ ...known.#listed, differences }, undefined, 2)}\n`);
  }
}

function check(listed: Listed): void {
  checkMembers('', listed, { target: true, differences: true });
  if (typeof listed.target !== 'string') throw new Error('target must be a text');
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const difference of listed.differences) {
    const { id, derived, cases } = difference;
    checkMembers(`${id}.`, difference, {
      id: true,
      service: true,
      target: true,
      source: true,
      derived: true,
      cases: true,
    });
    for (const text of [id, difference.service, difference.target, difference.source]) {
      if (typeof text !== 'string' || text === '')
        throw new Error(`${id} wants id, service, target and source`);
    }
    if (!['source', 'recorded'].includes(derived))
      throw new Error(`${id}: derived is "source" or "recorded"`);
    if (ids.has(id)) throw new Error(`${id} is there twice`);
    ids.add(id);
    checkMembers(`${id}.cases.`, cases, { conformance: true, integration: true, e2e: true });
    for (const [suite, listedNames] of Object.entries(cases)) {
      for (const name of listedNames) {
        const key = `${suite}: ${name}`;
        if (names.has(key)) throw new Error(`${key} is listed twice`);
        names.add(key);
      }
    }
  }
}
