import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { createTailLiveSource } from '../../src/cli/tail-live-source.js';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { type LiveBatch } from '../../src/dashboards/index.js';
import { LogEventBuilder } from '../../src/insights/index.js';
import { handlerFor, ask } from '../dashboards/handler-for.js';
import { LocalService } from '../simulation/local-service.js';

const message = (body: string): string => new LogEventBuilder().body(body).build().message;

describe('createTailLiveSource', () => {
  let service: LocalService;
  let client: CloudWatchLogsClient;
  const leaving = new AbortController();

  before(async () => {
    // Live tail pushes by the system's time.
    service = await LocalService.start({ clock: Date.now });
    client = createCloudWatchLogsClient({
      endpoint: service.local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await service.createStream('/apps/a');
    await service.createStream('/apps/b');
    await put('/apps/a', 'first', 'second');
  });
  after(async () => {
    leaving.abort();
    client.destroy();
    await service.stop();
  });

  async function put(group: string, ...bodies: readonly string[]): Promise<void> {
    service.time = Date.now();
    await service.put(
      group,
      bodies.map((body, index) => [index, message(body)]),
    );
  }

  function source(kind: 'auto' | 'polling'): ReturnType<typeof createTailLiveSource> {
    return createTailLiveSource({ client, logGroups: ['/apps/*'], source: kind });
  }

  for (const kind of ['auto', 'polling'] as const) {
    it(`gives the newest events, then those that come, each once: ${kind}`, async () => {
      const left = new AbortController();
      const seen: string[] = [];
      const batches: LiveBatch[] = [];
      const late = `late by ${kind}`;
      let isPut = false;
      const follow = source(kind).follow({ backlog: 100, signal: left.signal });
      for await (const batch of follow) {
        batches.push(batch);
        seen.push(...batch.events.map(({ message: text }) => (JSON.parse(text) as { body: string }).body));
        if (!isPut && batch.logGroups.length === 2) {
          isPut = true;
          await put('/apps/b', late);
        }
        // Leaving ends the tail.
        if (seen.includes(late)) break;
      }
      expect(batches[0]).to.deep.equal({ events: [], logGroups: [], notes: [] });
      expect(seen.filter((body) => !body.startsWith('late')).sort()).to.deep.equal(['first', 'second']);
      expect(seen.filter((body) => body === late)).to.have.length(1);
      expect(
        batches
          .at(-1)!
          .logGroups.map((name) => name.replace(/^.*:/, ''))
          .sort(),
      ).to.deep.equal(['/apps/a', '/apps/b']);
    });
  }

  it('says what is not there', async () => {
    const left = new AbortController();
    const follow = source('polling').follow({ logGroups: ['/apps/none'], backlog: 1, signal: left.signal });
    for await (const { notes } of follow) {
      if (notes.length === 0) continue;
      expect(notes).to.deep.equal(['/apps/none is not there']);
      break;
    }
  });

  it('ends with the signal', async () => {
    const left = new AbortController();
    const follow = source('polling').follow({ backlog: 1, signal: left.signal });
    const iterator = follow[Symbol.asyncIterator]();
    await iterator.next();
    left.abort(new Error('gone'));
    let error: unknown;
    try {
      while (!(await iterator.next()).done);
    } catch (caught) {
      error = caught;
    }
    expect(error).to.be.an('error').with.property('message', 'gone');
  });

  it('is a source of the handler', async () => {
    const handler = handlerFor(service, { live: source('auto') });
    const answer = await ask(handler, '/api/live', { signal: leaving.signal });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes('second')) break;
    }
    expect(text).to.match(/event: events\ndata: \{/);
  });
});
