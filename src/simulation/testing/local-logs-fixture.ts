import { OptionError } from '../../cloudwatch/errors.js';
import { LocalCloudWatchLogs } from '../local-cloudwatch-logs.js';
import { checkOptions, type LocalCloudWatchLogsOptions } from '../local-options.js';

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
 * @throws OptionError for a wrong option
 * @example
 * const logs = localLogsFixture({ beforeAll, beforeEach, afterAll });
 * it('logs', () => expectRecords(logs.local).toContain({ body: 'started' }));
 */
export function localLogsFixture(
  hooks: TestHooks,
  options: LocalCloudWatchLogsOptions = {},
): LocalLogsFixture {
  checkHooks(hooks);
  const { beforeAll, beforeEach, afterAll } = hooks;
  // Now rather than in the hook, whose error names no line of the test.
  checkOptions(options);
  let local: LocalCloudWatchLogs | undefined;
  beforeAll(async () => {
    local = await LocalCloudWatchLogs.start(options);
    // node:test calls `before` in a file without a test, and `after` only once nothing is left that goes on.
    local.unref();
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

function checkHooks(hooks: unknown): void {
  const { beforeAll, beforeEach, afterAll } = (hooks ?? {}) as Partial<TestHooks>;
  if (beforeAll && beforeEach && afterAll) return;
  throw new OptionError('hooks', 'have beforeAll, beforeEach and afterAll of the test runner', hooks);
}
