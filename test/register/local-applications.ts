import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { type ApplicationResult, type ApplicationRun, runApplication } from './run-application.js';

/** The folder of this repository, in which the package finds itself and its peers. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));
export const REGISTER = 'opentelemetry-cloudwatch-logs/register';
export const AUTO = '@opentelemetry/auto-instrumentations-node/register';

/** Applications that send to a local service of their suite's own. */
export interface LocalApplications {
  readonly endpoint: string;
  /** Names a log group that no application has sent to. */
  nextLogGroup(): string;
  /**
   * Runs an application in this repository with `register` by `--import`, against a new log group.
   * @param file - under test/fixtures/register, or an absolute path
   * @param settings - what is otherwise
   */
  run(file: string, settings?: Partial<Omit<ApplicationRun, 'file'>>): Promise<ApplicationResult>;
}

/**
 * For tests in which the other instrumentations make no difference: loading all of them takes a quarter of an application's start,
 * and there are hundreds of starts.
 */
export const FEW_INSTRUMENTATIONS = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pino,winston,bunyan,http' };

/**
 * Starts a local service before the tests of the suite that is being described, and stops it after them.
 * @param groupPrefix - what the names of its log groups begin with
 * @param environment - of each application, unless its own says otherwise
 */
export function describeLocalApplications(
  groupPrefix: string,
  environment: Readonly<Record<string, string>> = {},
): LocalApplications {
  let local: LocalCloudWatchLogs;
  let groups = 0;
  before(async () => {
    local = await LocalCloudWatchLogs.start();
  });
  after(() => local.stop());

  const nextLogGroup = (): string => `${groupPrefix}/${groups++}`;
  return {
    get endpoint() {
      return local.endpoint;
    },
    nextLogGroup,
    run: (file, settings = {}) =>
      runApplication({
        file: resolve(root, 'test/fixtures/register', file),
        directory: root,
        endpoint: local.endpoint,
        logGroupName: settings.logGroupName ?? nextLogGroup(),
        nodeArguments: ['--import', REGISTER],
        ...settings,
        environment: { ...environment, ...settings.environment },
      }),
  };
}
