import { givenEndpoint } from './given-endpoint.js';

/** What tests need that only the embedded service offers, and why another endpoint can't run them. */
const NEEDS = {
  faults: 'it makes requests fail, as the embedded service does when it is told to',
  clock: 'it sets the service’s clock',
  alone: 'it sees all log groups of the account, where others may have some',
} as const;

const reasons = new WeakMap<Mocha.Test, string>();

/** A test that needs controls of the embedded service: it runs there, and is skipped with the reason elsewhere. */
export function itNeeds(need: keyof typeof NEEDS, title: string, run: () => Promise<void>): void {
  if (givenEndpoint() === undefined) it(title, run);
  else reasons.set(it.skip(title), NEEDS[need]);
}

/** Why a test is skipped; undefined for one that says no reason. */
export function reasonOf(test: Mocha.Test): string | undefined {
  return reasons.get(test);
}
