import { spawn } from 'node:child_process';
import { type LogRecordMessage, readGroup } from './read-group.js';

/** How an application is started, and against which service. */
export interface ApplicationRun {
  /** The application's main file. */
  readonly file: string;
  /** Working directory; packages on the command line resolve from it. */
  readonly directory: string;
  /** The service to send to. */
  readonly endpoint: string;
  readonly logGroupName: string;
  /** Arguments of Node.js before the file, for example `--import`, `opentelemetry-cloudwatch-logs/register`. */
  readonly nodeArguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The Node.js to run; by default the one that runs the test. */
  readonly node?: string;
  /** Sent once the application has written something to standard output. */
  readonly signal?: NodeJS.Signals;
}

/** What came of it. */
export interface ApplicationResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The messages in the log group; empty where there is no such group. */
  readonly records: readonly LogRecordMessage[];
}

/** Runs an application to its end and reads what it has sent. */
export async function runApplication(run: ApplicationRun): Promise<ApplicationResult> {
  const child = spawn(run.node ?? process.execPath, [...run.nodeArguments, run.file], {
    cwd: run.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutTelemetry(process.env),
      AWS_ENDPOINT_URL: run.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      OTEL_SERVICE_NAME: 'register-test',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: run.logGroupName,
      ...run.environment,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (stdout === '' && run.signal) child.kill(run.signal);
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, by) => {
      resolve([code, by]);
    });
  });
  const records = await readGroup(run.endpoint, run.logGroupName);
  return { exitCode, signal, stdout, stderr, records };
}

/** The environment without what would change the application's telemetry. */
function withoutTelemetry(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(?:OTEL_|AWS_|NODE_OPTIONS$)/.test(name)),
  );
}
