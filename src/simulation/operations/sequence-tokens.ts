import { createHash, randomInt } from 'node:crypto';
import { ServiceError } from '../service-error.js';
import type { IncomingEvent } from '../store/event-store.js';
import { type SequenceTokenDocument, sequenceTokensOf } from './collections.js';
import type { ServiceContext } from './service-context.js';

/** Of a put: the stream, and the token that it came with. */
export interface TokenedPut {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly sequenceToken?: string | undefined;
  readonly logEvents: readonly IncomingEvent[];
}

/** Recorded length: 56 digits. */
const RANDOM_DIGITS = 40;
const COUNTER_DIGITS = 14;

/**
 * The tokens of an endpoint of before 2023. Source: PutLogEvents of then: a new stream takes no token, each later put
 * the one that the put before it was answered with. The texts are those that were seen then.
 * @throws ServiceError `InvalidSequenceTokenException`, `DataAlreadyAcceptedException`
 */
export function expectSequenceToken(context: ServiceContext, put: TokenedPut): void {
  const known = tokenOf(context, put);
  if (put.sequenceToken === known?.token) return;
  const expectedSequenceToken = known?.token;
  if (known && put.sequenceToken === known.previous && digestOf(put.logEvents) === known.digest) {
    throw new ServiceError(
      'DataAlreadyAcceptedException',
      `The given batch of log events has already been accepted. The next batch can be sent with sequenceToken: ${known.token}`,
      { members: { expectedSequenceToken } },
    );
  }
  throw new ServiceError(
    'InvalidSequenceTokenException',
    `The given sequenceToken is invalid. The next expected sequenceToken is: ${expectedSequenceToken ?? 'null'}`,
    { members: { expectedSequenceToken } },
  );
}

/** Notes a put that was accepted. @returns the token for the next one */
export function nextSequenceToken(context: ServiceContext, put: TokenedPut): string {
  const known = tokenOf(context, put);
  const token = known
    ? following(known.token)
    : `49${digits(RANDOM_DIGITS)}${'0'.repeat(COUNTER_DIGITS - 1)}1`;
  const document: SequenceTokenDocument = {
    token,
    previous: known?.token,
    digest: digestOf(put.logEvents),
  };
  context.catalog.put(sequenceTokensOf(put.logGroupName), put.logStreamName, document);
  return token;
}

function tokenOf(
  { catalog }: ServiceContext,
  { logGroupName, logStreamName }: TokenedPut,
): SequenceTokenDocument | undefined {
  return catalog.get<SequenceTokenDocument>(sequenceTokensOf(logGroupName), logStreamName);
}

function following(token: string): string {
  const counter = Number(token.slice(-COUNTER_DIGITS)) + 1;
  return token.slice(0, -COUNTER_DIGITS) + String(counter).padStart(COUNTER_DIGITS, '0');
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}

function digestOf(events: readonly IncomingEvent[]): string {
  const hash = createHash('sha256');
  for (const { timestamp, message } of events) hash.update(`${timestamp} ${message.length} ${message}`);
  return hash.digest('base64');
}
