import { OptionError } from '../../cloudwatch/errors.js';
import { LocalCloudWatchLogs } from '../local-cloudwatch-logs.js';
import type { LocalCloudWatchLogsOptions } from '../local-options.js';

/** A runner's hook: `before` of mocha and node:test, `beforeAll` of vitest and jest. */
export type TestHook = (action: () => Promise<void>) => unknown;

/** The hooks of whichever runner. */
export interface TestHooks {
  readonly beforeAll: TestHook;
  readonly beforeEach: TestHook;
  readonly afterAll: TestHook;
}

/** A local service that lives as long as a suite. */
export interface LocalLogsFixture {
  /** The service. @throws OptionError before the suite has begun */
  readonly local: LocalCloudWatchLogs;
}

/**
 * Starts a local service before a suite's tests, empties it before each, and stops it after them.
 * @param hooks - the runner's own: `{ beforeAll: before, beforeEach, afterAll: after }` for mocha and node:test, `{
 * beforeAll, beforeEach, afterAll }` for vitest and jest
 * @example
 * const logs = localLogsFixture({ beforeAll, beforeEach, afterAll });
 * it('logs', () => expectRecords(logs.local).toContain({ body: 'started' }));
 */
export function localLogsFixture(
  { beforeAll, beforeEach, afterAll }: TestHooks,
  options: LocalCloudWatchLogsOptions = {},
): LocalLogsFixture {
  let local: LocalCloudWatchLogs | undefined;
  beforeAll(async () => {
    local = await LocalCloudWatchLogs.start(options);
  });
  beforeEach(async () => {
    await local?.reset();
  });
  afterAll(async () => {
    await local?.stop();
  });
  return {
    get local() {
      if (local) return local;
      throw new OptionError('local', 'be read in tests and hooks: the service starts before the first test');
    },
  };
}
