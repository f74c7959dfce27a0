/**
 * The program that sends what a process had not delivered when it ended. It is started by that process, which stands
 * still meanwhile: its input comes over standard input, what became of it goes to standard output.
 */
import { readFileSync, writeSync } from 'node:fs';
import { createCloudWatchLogsClient } from '../cloudwatch/client.js';
import { describeError } from '../cloudwatch/describe-error.js';
import { createDelivery } from '../delivery/create-delivery.js';
import { Deadline } from '../delivery/deadline.js';
import { type AllSentAtOnce, type Delivery, type DeliverySettings } from '../delivery/delivery.js';
import { type EventKeeper, type LogEventBatch } from '../delivery/encoded-event.js';
import { spoolOfExitSender } from '../delivery/shutdown-plan.js';
import { within } from '../delivery/time-limit.js';
import { Diagnostics } from '../observability/diagnostics.js';
import { Losses } from '../observability/losses.js';
import { type LastDelivery, readLastDelivery } from './last-delivery.js';

/** Keeps nothing: records that did not get through go back to the process that ends, and are not lost here. */
const PARENT: EventKeeper = {
  sending: () => undefined,
  release: () => undefined,
  finish: () => undefined,
  giveBack: ({ length }) => length,
};

/** Milliseconds, far more than there are: whoever delivers waits until all is settled. */
const UNTIL_SETTLED_MILLIS = 3_600_000;

const input = readLastDelivery(readFileSync(0, 'utf8'));
if (input) {
  // A terminal sends its signals to all; this one ends by its time.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  void send(input).then((sent) => {
    writeSync(1, JSON.stringify(sent));
    process.exit(0);
  });
}

interface Input {
  readonly delivery: LastDelivery;
  readonly batches: readonly LogEventBatch[];
}

async function send({ delivery, batches }: Input): Promise<AllSentAtOnce> {
  Object.assign(process.env, delivery.environment);
  const { credentials, settings } = delivery;
  const client = createCloudWatchLogsClient({ ...delivery.client, ...(credentials && { credentials }) });
  const deadline = Deadline.after(delivery.endsAtMillis - Date.now());
  const diagnostics = new Diagnostics({
    logger: { error: ignore, warn: ignore, info: ignore, debug: ignore },
  });
  const losses = new Losses();
  const create = (spool: DeliverySettings['spool'], lost: Losses): Delivery =>
    createDelivery(
      { client, losses: lost, diagnostics },
      { ...settings, spool, deliveryTimeoutMillis: UNTIL_SETTLED_MILLIS },
    );
  let spooled: number | undefined;
  if (settings.spool) {
    // What is lost there is not of those whom this process counts.
    const old = create(settings.spool, new Losses());
    const isRead = await isDoneWithin(spoolOfExitSender(deadline), old.ready?.());
    await old.forceFlush(spoolOfExitSender(deadline));
    await old.shutdown(spoolOfExitSender(deadline));
    // There may be more in it than was found in time.
    if (isRead) spooled = old.status().spool?.events;
    // In their order: what is behind it goes to the spool too.
    if (spooled !== 0) return { batches: [], lostByReason: {}, spooled, problem: problemOf(old) };
  }
  // Without a spool: only the process that ends stores what is left, so that nothing is stored twice.
  const sender = create(undefined, losses);
  const results = batches.map((batch) => sender.deliver([{ ...batch, keeper: PARENT }]));
  await sender.shutdown(deadline);
  const sent = (await Promise.all(results)).map(({ delivered, lost }) => ({ delivered, lost }));
  return { batches: sent, lostByReason: losses.byReason(), spooled, problem: problemOf(sender) };
}

function problemOf(delivery: Delivery): string | undefined {
  const { lastError } = delivery.status();
  return lastError && describeError(lastError);
}

/** Tells whether something that never rejects is done in time. */
async function isDoneWithin(deadline: Deadline, what: Promise<void> | undefined): Promise<boolean> {
  let isDone = false;
  await within(
    deadline,
    Promise.resolve(what).then(() => (isDone = true)),
  );
  return isDone;
}

function ignore(): void {
  // Nobody reads it.
}
