import { spawnSync } from 'node:child_process';
import { type ClientOptions } from '../cloudwatch/client.js';
import { type AllSentAtOnce, type DeliverySettings, type SendAtOnce } from '../delivery/delivery.js';
import { Deadline } from '../delivery/deadline.js';
import { answersOfExitSender, lifeOfExitSender } from '../delivery/shutdown-plan.js';
import { type Credentials } from './credentials-at-hand.js';
import { readSent, writeLastDelivery } from './last-delivery.js';

/** Variables that a Node.js needs to start, and to trust the certificates that this one trusts. */
const START_VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'SYSTEMROOT',
  'SystemRoot',
];

/** Besides AWS's own, what the AWS SDK looks for to find its files, and the program that a profile names. */
const SDK_VARIABLES = new Set(['HOME', 'USERPROFILE', 'HOMEDRIVE', 'HOMEPATH', 'PATH', 'Path']);

/** The parts with which the sender is started. */
export interface ExitSenderParts {
  /** The program of last-sender.ts. */
  readonly senderFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly client: Pick<ClientOptions, 'region' | 'endpoint' | 'maxAttempts' | 'retryMode'>;
  readonly credentials: () => Credentials | undefined;
  readonly settings: DeliverySettings;
}

/**
 * Sends batches by a second Node.js, for which this process stands still: so it works where nothing asynchronous
 * happens any more. It loads none of the application's preloads. Credentials go to its standard input alone, where
 * no list of processes shows them.
 * @param timeoutMillis - for all of the end of the process
 */
export function createExitSender(parts: ExitSenderParts, timeoutMillis: number): SendAtOnce {
  return (batches, { isSpoolLeft }): AllSentAtOnce => {
    const deadline = Deadline.after(timeoutMillis);
    const input = writeLastDelivery(
      {
        endsAtMillis: Date.now() + answersOfExitSender(deadline).leftMillis,
        client: parts.client,
        credentials: parts.credentials(),
        settings: isSpoolLeft ? parts.settings : { ...parts.settings, spool: undefined },
        environment: ofSdk(parts.environment),
      },
      batches,
    );
    const { stdout } = spawnSync(process.execPath, [parts.senderFile], {
      input,
      env: pick(parts.environment, START_VARIABLES),
      timeout: Math.max(1, Math.floor(lifeOfExitSender(deadline).leftMillis)),
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'ignore'],
      encoding: 'utf8',
      windowsHide: true,
      // In a session of its own: Ctrl+C in a terminal is for all processes of this one's.
      ...{ detached: true },
    }) as { stdout: string | null };
    return readSent(stdout ?? '') ?? { batches: [], lostByReason: {}, spooled: undefined };
  };
}

/** Why this process can't start another one; undefined where it can, as far as that can be said before. */
export function exitSenderProblem(senderFile: string | undefined): string | undefined {
  const { permission } = process as { permission?: { has(scope: string, of?: string): boolean } };
  if (permission && !permission.has('child')) return '--permission is given without --allow-child-process';
  if (senderFile === undefined) return 'its sender is not found beside it, as in a bundle';
  return undefined;
}

function ofSdk(environment: ExitSenderParts['environment']): Record<string, string> {
  const names = Object.keys(environment).filter((name) => name.startsWith('AWS_') || SDK_VARIABLES.has(name));
  return pick(environment, names);
}

function pick(environment: ExitSenderParts['environment'], names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = environment[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
