import { OptionError } from '../cloudwatch/errors.js';
import { USD_PER_SCANNED_GIGABYTE } from '../cloudwatch/prices.js';
import { type CorrelationEngine, type KnownLogGroup } from '../insights/index.js';
import { type CommandIo } from './command-io.js';
import { formatBytes, formatCount, formatUsd } from './format-amounts.js';
import { tell } from './tell.js';

/** Bytes that are scanned without a question: five cents' worth, in us-east-1. */
export const ASK_FROM_BYTES = 10e9;
const DAY_MILLIS = 86_400_000;

/** What decides whether to ask. */
export interface ScanPlan {
  readonly from: number;
  readonly to: number;
  /** `--yes` */
  readonly isAgreed: boolean;
  /** `--max-bytes-scanned`: a look-up that stops by itself needs no question. */
  readonly maxBytesScanned: number | undefined;
  /** Where scanning costs nothing. */
  readonly isLocal: boolean;
}

/**
 * Says how many log groups a look-up reads for which none was named, and asks where that may scan much.
 * @returns false where the answer is no
 * @throws OptionError where nobody can be asked
 */
export async function mayScan(
  engine: Pick<CorrelationEngine, 'listLogGroups'>,
  plan: ScanPlan,
  io: Pick<CommandIo, 'stderr' | 'signal' | 'epochMillis' | 'ask'>,
): Promise<boolean> {
  const { groups } = await engine.listLogGroups({ signal: io.signal });
  const bytes = groups.reduce((sum, group) => sum + bytesInRange(group, plan, io.epochMillis()), 0);
  const isBounded = plan.maxBytesScanned !== undefined && plan.maxBytesScanned <= ASK_FROM_BYTES;
  const which = groups.length === 1 ? 'the one log group' : `all ${formatCount(groups.length, 'log group')}`;
  if (plan.isLocal) {
    tell(io.stderr, `no --log-group is given: ${which} will be searched`);
    return true;
  }
  // What is stored is compressed, what is scanned is not.
  const amount = isBounded
    ? `at most ${formatBytes(plan.maxBytesScanned)} are scanned`
    : `about ${formatBytes(bytes)} of theirs are stored in the range, which costs ${formatUsd((bytes / 1e9) * USD_PER_SCANNED_GIGABYTE)} or more where no index helps`;
  tell(io.stderr, `no --log-group is given: ${which} will be searched; ${amount}`);
  if (plan.isAgreed || isBounded || bytes <= ASK_FROM_BYTES) return true;
  if (io.ask) return io.ask('Search them? [y/N] ');
  throw new OptionError(
    '--log-group',
    `be given where so much may be scanned, or --yes, or --max-bytes-scanned (up to ${formatBytes(ASK_FROM_BYTES)} need neither)`,
  );
}

/** The part of a group's bytes that lies in the range, as if they had come evenly. */
function bytesInRange(group: KnownLogGroup, { from, to }: ScanPlan, nowMillis: number): number {
  const { storedBytes = 0, creationMillis = 0, retentionInDays } = group;
  const keptFrom = retentionInDays === undefined ? 0 : nowMillis - retentionInDays * DAY_MILLIS;
  const begin = Math.max(creationMillis, keptFrom);
  const life = nowMillis - begin;
  if (life <= 0) return storedBytes;
  const inRange = Math.min(to, nowMillis) - Math.max(from, begin);
  return storedBytes * Math.max(0, Math.min(1, inRange / life));
}
