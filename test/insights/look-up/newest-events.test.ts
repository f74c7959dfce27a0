import { expect } from 'chai';
import { CorrelationEngine } from '../../../src/insights/index.js';
import { LocalService } from '../../simulation/local-service.js';
import { ScriptedClient } from '../scripted-client.js';

const AT = Date.UTC(2026, 2, 1, 12);
const GROUP = '/apps/orders';

interface Answered {
  readonly timestamp: number;
  readonly message: string;
  readonly eventId?: string;
}

/** What is read where the service answers so; `pages` says how many events each page has. */
async function readFrom(
  answer: (input: Record<string, unknown>) => { events: readonly Answered[]; nextToken?: string },
  limit?: number,
): Promise<string[]> {
  const { client } = new ScriptedClient(({ operation, input }) =>
    operation === 'DescribeLogGroups'
      ? { logGroups: [{ logGroupName: GROUP, arn: `arn:aws:logs:eu-west-1:1:log-group:${GROUP}:*` }] }
      : answer(input),
  );
  const engine = new CorrelationEngine({ client, logGroups: [GROUP], clock: () => AT });
  const { events } = await engine.newestEvents({ limit });
  return events.map(({ message }) => message);
}

describe('the newest events', () => {
  it('of one millisecond stand in the order in which their stream has them, those that are cut off too', async () => {
    const service = await LocalService.start();
    try {
      await service.createStream(GROUP);
      const steps = Array.from({ length: 25 }, (_, index) => `step ${index}`);
      await service.put(GROUP, [...steps.map((step) => [-1_000, step] as const), [-900, 'done']]);
      const engine = new CorrelationEngine({
        client: service.client,
        logGroups: ['*'],
        clock: () => service.time,
      });
      for (const limit of [undefined, 10]) {
        const { events } = await engine.newestEvents({ limit });
        const texts = events.map(({ message }) => message);
        expect(texts).to.deep.equal([...steps, 'done'].slice(limit === undefined ? 0 : -limit));
      }
    } finally {
      await service.stop();
    }
  });

  it('stay in order where the service answers the oldest first, whatever it was asked', async () => {
    const stored = ['b', 'a', 'd', 'c', 'e'].map((message, index) => ({
      timestamp: AT - 1_000,
      message,
      eventId: String(99_998 + index),
    }));
    expect(await readFrom(() => ({ events: stored }))).to.deep.equal(['b', 'a', 'd', 'c', 'e']);
    expect(await readFrom(() => ({ events: stored.toReversed() }))).to.deep.equal(['b', 'a', 'd', 'c', 'e']);

    const later = { timestamp: AT - 500, message: 'z' };
    const whole = [...stored, later];
    const oldestFirst = (input: Record<string, unknown>): ReturnType<Parameters<typeof readFrom>[0]> => {
      const wanted = whole.filter(
        ({ timestamp }) => timestamp >= Number(input.startTime) && timestamp <= Number(input.endTime),
      );
      const limit = Number(input.limit);
      return wanted.length > limit ? { events: [stored[0]!, later], nextToken: 'more' } : { events: wanted };
    };
    expect(await readFrom(oldestFirst, 3)).to.deep.equal(['c', 'e', 'z']);
  });
});
