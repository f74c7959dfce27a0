import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { runCommandLine } from '../../src/cli/program.js';
import { type LookupHandler } from '../../src/dashboards/index.js';
import { type LocalService } from '../simulation/local-service.js';
import { ask, askJson, handlerFor } from './handler-for.js';
import { choose, PageWorld } from './page/page-world.js';
import { GROUPS, ID_FORMS, LOG_COUNT, SPAN_COUNT, TRACE_ID } from './story.js';

/** What every way must find: group and message, in one order. */
interface StoredEvent {
  readonly logGroup: string;
  readonly message: string;
}

const wholeOf = (events: readonly StoredEvent[]): string[] =>
  events.map(({ logGroup, message }) => `${logGroup} ${message}`).sort();

/** All that was written of the trace, read without any look-up. */
async function writtenOf(service: LocalService): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (const logGroup of [...GROUPS, 'aws/spans']) {
    const found = await service.client.send(new FilterLogEventsCommand({ logGroupName: logGroup }));
    for (const { message = '' } of found.events ?? []) {
      // The end of the id is the same in W3C's and in X-Ray's form.
      if (message.includes(TRACE_ID.slice(8))) events.push({ logGroup, message });
    }
  }
  return events;
}

async function byCommand(service: LocalService, id: string): Promise<StoredEvent[]> {
  let stdout = '';
  const io = {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: () => true },
    env: { AWS_ENDPOINT_URL: service.local.endpoint },
    signal: new AbortController().signal,
    epochMillis: () => service.time,
    setExitCode: () => undefined,
  };
  await runCommandLine(['trace', id, '--json'], io, '1.2.3', []);
  return (JSON.parse(stdout) as { events: StoredEvent[] }).events;
}

async function byNdjson(handler: LookupHandler, path: string): Promise<StoredEvent[]> {
  const text = await (await ask(handler, `${path}?format=ndjson&view=stored`)).text();
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as StoredEvent & { type: string });
  return lines.filter(({ type }) => type === 'event');
}

describe('a trace over four groups in four layouts, two of them without spans', function () {
  this.timeout(180_000);
  const world = new PageWorld();
  let written: string[];

  before(async function () {
    await world.start(this);
    written = wholeOf(await writtenOf(world.service));
    expect(written).to.have.length(LOG_COUNT + SPAN_COUNT);
  });
  afterEach(() => world.endTest());
  after(() => world.stop());

  for (const id of ID_FORMS) {
    it(`is found whole by ${JSON.stringify(id)}, in page, command, handler and the shapes of Infinity`, async () => {
      const { service } = world;
      const handler = handlerFor(service);
      const path = `/api/trace/${encodeURIComponent(id)}`;
      const { events } = await askJson<{ events: (StoredEvent & Shown)[] }>(handler, path);
      expect(wholeOf(events), 'JSON').to.deep.equal(written);
      expect(wholeOf(await byNdjson(handler, path)), 'NDJSON').to.deep.equal(written);
      expect(wholeOf(await byCommand(service, id)), 'command').to.deep.equal(written);

      const shown = events
        .map(({ timeMillis, logGroup, text }) => `${timeMillis} ${logGroup} ${text}`)
        .sort();
      expect(await byInfinityLogs(handler, path), 'logs').to.deep.equal(shown);
      expect(await byInfinityTrace(handler, path), 'trace').to.deep.equal(shown);

      const permissions = ['clipboard-read', 'clipboard-write'];
      const page = await world.openFound(`/trace/${encodeURIComponent(id)}`, { permissions });
      expect(await page.locator('.records .row').count(), 'rows').to.equal(written.length);
      await choose(page, /^copy/, 'NDJSON');
      await page.getByText(/^Copied/).waitFor();
      const copied = await page.evaluate<string>('navigator.clipboard.readText()');
      const records = copied.split('\n').map((line) => JSON.parse(line) as StoredEvent);
      expect(wholeOf(records), 'page').to.deep.equal(written);
    });
  }
});

interface Shown {
  readonly timeMillis: number;
  readonly text: string;
}

async function byInfinityLogs(handler: LookupHandler, path: string): Promise<string[]> {
  const rows = await askJson<{ timestamp: number; body: string; labels: Record<string, string> }[]>(
    handler,
    `${path}?format=logs`,
  );
  return rows.map(({ timestamp, body, labels }) => `${timestamp} ${labels.log_group!} ${body}`).sort();
}

interface KeyAndValue {
  readonly key: string;
  readonly value: string;
}

const valueOf = (pairs: readonly KeyAndValue[], wanted: string): string =>
  pairs.find(({ key }) => key === wanted)?.value ?? '';

/** The log records of all spans, and the spans that were stored themselves. */
async function byInfinityTrace(handler: LookupHandler, path: string): Promise<string[]> {
  const spans = await askJson<
    {
      startTime: number;
      operationName: string;
      tags: KeyAndValue[];
      logs: { timestamp: number; fields: KeyAndValue[] }[];
    }[]
  >(handler, `${path}?format=trace`);
  const logs = spans.flatMap((span) => span.logs);
  return [
    ...logs.map(
      ({ timestamp, fields }) => `${timestamp} ${valueOf(fields, 'log_group')} ${valueOf(fields, 'message')}`,
    ),
    ...spans
      .filter(({ tags }) => valueOf(tags, 'log_group') === 'aws/spans')
      .map(({ startTime, operationName }) => `${startTime} aws/spans ${operationName}`),
  ].sort();
}
