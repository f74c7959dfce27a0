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

/** From where a fact is known, the surest first. */
export const EVIDENCE = ['recorded', 'documented', 'public sample', 'ours'] as const;

/**
 * From where a fact is known:
 * - `recorded`: an answer of the real service that somebody published, or a measurement of it;
 * - `documented`: AWS's guides, the API reference or the service's model;
 * - `public sample`: a request that AWS or a public project runs, so that it must be taken, with an answer that follows
 *   from the documentation;
 * - `ours`: no source says it; this package decides.
 */
export type Evidence = (typeof EVIDENCE)[number];

type Run = (bench: Bench) => Promise<void>;

/** How a fact is shown, and from where it is known. */
export interface Fact {
  readonly evidence: Evidence;
  readonly run: Run;
}

/** One fact about the service, shown over HTTP. */
export interface ConformanceCase extends Fact {
  /** The operation it is about, as the service names it. */
  readonly operation: string;
  /** The fact, in the present. */
  readonly fact: string;
}

/**
 * Collects the cases of one operation.
 * @param facts - by their sentences; a plain function claims no source, so it counts as `ours`
 */
export function operation(name: string, facts: Record<string, Fact | Run>): ConformanceCase[] {
  return Object.entries(facts).map(([fact, shown]) => ({
    operation: name,
    fact,
    ...(typeof shown === 'function' ? ours(shown) : shown),
  }));
}

/** A fact that an answer of the real service shows. */
export function recorded(run: Run): Fact {
  return { evidence: 'recorded', run };
}

/** A fact that AWS's documentation states. */
export function documented(run: Run): Fact {
  return { evidence: 'documented', run };
}

/** A request that AWS or a public project runs. */
export function publicSample(run: Run): Fact {
  return { evidence: 'public sample', run };
}

/** A fact that no source states. */
export function ours(run: Run): Fact {
  return { evidence: 'ours', run };
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
      const answer = await fetch(new URL('/health', endpoint)).catch(() => undefined);
      const body = (await answer?.json().catch(() => undefined)) as { status?: unknown } | undefined;
      if (body?.status !== 'ok') throw new NotApplicable(reason);
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

/** The most attempts of {@link eventually}, and milliseconds between two. */
let mostPatience = { attempts: Infinity, delayMillis: Infinity };

/** Bounds how long {@link eventually} asks, for an emulator, which shows at once what it took. */
export function setPatience(patience: { attempts: number; delayMillis: number }): void {
  mostPatience = patience;
}

/** Asks again until the answer satisfies, for what the service makes visible with a delay. */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  satisfies: (answer: Answer) => boolean,
  { attempts = 40, delayMillis = 250 } = {},
): Promise<Answer> {
  const last = Math.min(attempts, mostPatience.attempts);
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    if (satisfies(answer) || attempt === last) return answer;
    await new Promise((resolve) => setTimeout(resolve, Math.min(delayMillis, mostPatience.delayMillis)));
  }
}
