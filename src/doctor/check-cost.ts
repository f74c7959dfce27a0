import { filteredPages } from '../cloudwatch/filtered-pages.js';
import { DEFAULT_RANGE_MILLIS } from '../cloudwatch/default-range.js';
import { isObject } from '../cloudwatch/is-object.js';
import { EVENT_OVERHEAD_BYTES } from '../cloudwatch/limits.js';
import { USD_PER_INGESTED_GIGABYTE, usdPerMillion } from '../cloudwatch/prices.js';
import { type FindParts } from './find-test-event.js';
import { type Finding } from './finding.js';
import { TEST_BODY } from './test-record.js';

const MAX_EVENTS = 1_000;
/** Pages may be empty while the service searches on. */
const MAX_PAGES = 5;
/** The part of an event from which on its resource is worth a word. */
const NOTABLE_PART = 0.4;

/**
 * Says what a million events such as those of the last hours cost to ingest, and how much of that is their resource.
 * @returns undefined where there are none, where the caller lacks the right to read them, and for a log group of class
 *   INFREQUENT_ACCESS: only queries read its events, and a diagnosis should cost nothing
 * @throws the signal's reason
 */
export async function checkCost(parts: FindParts, logGroupName: string): Promise<Finding | undefined> {
  try {
    const messages = await recentMessages(parts, logGroupName);
    if (messages.length === 0) return undefined;
    const mean = (sizes: readonly number[]): number =>
      sizes.reduce((sum, size) => sum + size, 0) / messages.length;
    const bytes = EVENT_OVERHEAD_BYTES + mean(messages.map((message) => Buffer.byteLength(message)));
    const ofResource = mean(messages.map(resourceBytes));
    const usd = usdPerMillion(bytes);
    const resource = ofResource < 1 ? '' : `, ${Math.round(ofResource)} of them the resource`;
    return {
      check: 'cost',
      status: 'ok',
      message:
        `${messages.length === 1 ? 'a recent event is' : `${messages.length} recent events are`} billed as ${Math.round(bytes)} bytes${messages.length === 1 ? '' : ' each'}${resource}: ` +
        `${usd.toFixed(2)} USD to ingest a million, at ${USD_PER_INGESTED_GIGABYTE.toFixed(2)} USD a GB (class STANDARD, us-east-1)`,
      remedy:
        ofResource > bytes * NOTABLE_PART
          ? "resourceAttributes says which resource attributes each event carries: 'essential' leaves out what detectors find"
          : undefined,
    };
  } catch {
    parts.signal.throwIfAborted();
    return undefined;
  }
}

/** Messages of the application's own events; tests of this diagnosis are none. */
async function recentMessages(
  { client, signal, epochMillis }: FindParts,
  logGroupName: string,
): Promise<string[]> {
  const input = { logGroupName, startTime: epochMillis() - DEFAULT_RANGE_MILLIS, limit: MAX_EVENTS };
  const messages: string[] = [];
  let pages = 0;
  for await (const { events } of filteredPages(client, input, { signal })) {
    const texts = events.map(({ message = '' }) => message);
    messages.push(...texts.filter((message) => !message.includes(TEST_BODY)));
    if (messages.length >= MAX_EVENTS || ++pages === MAX_PAGES) break;
  }
  return messages.slice(0, MAX_EVENTS);
}

/** Bytes of the member `resource`, as both JSON layouts write it. */
function resourceBytes(message: string): number {
  try {
    const event: unknown = JSON.parse(message);
    if (!isObject(event) || event.resource === undefined) return 0;
    return Buffer.byteLength(`"resource":${JSON.stringify(event.resource)},`);
  } catch {
    return 0;
  }
}
