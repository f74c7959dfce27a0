import { AssertionError, expect } from 'chai';
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  PutLogEventsCommand,
  type CloudWatchLogsServiceException,
  type InputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';

/** What a case works with: a client, and names that no other case uses. */
export interface Bench {
  readonly client: CloudWatchLogsClient;
  /** The address of the service, for cases that speak HTTP themselves. */
  readonly endpoint: string;
  /** A new name for a log group; groups of such names are deleted after the case. */
  readonly groupName: () => string;
  /** Makes a log group. @returns its name */
  readonly group: () => Promise<string>;
  /** Makes a log group with a stream named `stream` that holds the events. @returns the group's name */
  readonly groupWith: (events: readonly InputLogEvent[]) => Promise<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends the case, uncounted, where the endpoint is not this package's local service. */
  readonly onlyLocal: (reason: string) => Promise<void>;
  /** Ends the case, uncounted, at AWS itself. */
  readonly notAtAws: (reason: string) => void;
}

/** Thrown by a case that says nothing about the endpoint. */
export class NotApplicable extends Error {}

/** One fact about the service, shown over HTTP. */
export interface ConformanceCase {
  /** The operation it is about, as the service names it. */
  readonly operation: string;
  /** The fact, in the present. */
  readonly fact: string;
  run(bench: Bench): Promise<void>;
}

/** Collects the cases of one operation. */
export function operation(
  name: string,
  facts: Record<string, (bench: Bench) => Promise<void>>,
): ConformanceCase[] {
  return Object.entries(facts).map(([fact, run]) => ({ operation: name, fact, run }));
}

/** Runs one case with names of its own and cleans up after it. */
export async function runCase(
  conformanceCase: ConformanceCase,
  { client, endpoint }: { client: CloudWatchLogsClient; endpoint: string },
): Promise<void> {
  const names: string[] = [];
  const run = Math.random().toString(36).slice(2, 10);
  const bench: Bench = {
    client,
    endpoint,
    groupName() {
      const name = `/conformance/${conformanceCase.operation}/${run}/${names.length}`;
      names.push(name);
      return name;
    },
    async group() {
      const logGroupName = bench.groupName();
      await client.send(new CreateLogGroupCommand({ logGroupName }));
      return logGroupName;
    },
    async groupWith(logEvents) {
      const logGroupName = await bench.group();
      const logStreamName = 'stream';
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      if (logEvents.length > 0) {
        await client.send(
          new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: [...logEvents] }),
        );
      }
      return logGroupName;
    },
    now: () => Date.now(),
    notAtAws(reason) {
      if (endpoint.includes('.amazonaws.com')) throw new NotApplicable(reason);
    },
    async onlyLocal(reason) {
      const answer = await fetch(new URL('/_control/clock', endpoint)).catch(() => undefined);
      const body = (await answer?.json().catch(() => undefined)) as { time?: unknown } | undefined;
      if (typeof body?.time !== 'number') throw new NotApplicable(reason);
    },
  };
  try {
    await conformanceCase.run(bench);
  } finally {
    for (const logGroupName of names) {
      await client.send(new DeleteLogGroupCommand({ logGroupName })).catch(() => undefined);
    }
  }
}

/** Expects the service to refuse, with the error's name and its message (a string is the whole of it). */
export async function refused(
  answer: Promise<unknown>,
  name: string | readonly string[],
  message?: string | RegExp,
): Promise<CloudWatchLogsServiceException> {
  let error: CloudWatchLogsServiceException;
  try {
    await answer;
  } catch (thrown) {
    error = thrown as CloudWatchLogsServiceException;
    expect(error.name, error.message).to.be.oneOf([name].flat());
    if (typeof message === 'string') expect(error.message).to.equal(message);
    if (message instanceof RegExp) expect(error.message).to.match(message);
    return error;
  }
  throw new AssertionError(`expected ${String(name)}, but the service took it`);
}

/** Asks again until the answer satisfies, for what the service makes visible with a delay. */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  satisfies: (answer: Answer) => boolean,
  { attempts = 40, delayMillis = 250 } = {},
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    if (satisfies(answer) || attempt === attempts) return answer;
    await new Promise((resolve) => setTimeout(resolve, delayMillis));
  }
}
