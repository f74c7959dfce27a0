import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect } from 'chai';
import { CloudWatchLogExporter } from '../../src/exporter/cloudwatch-log-exporter.js';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { CorrelationEngine } from '../../src/insights/index.js';
import { LogResources } from '../../src/resources/index.js';
import { tailLogs } from '../../src/tail/index.js';
import { givenDifferences } from '../endpoint/given-endpoint.js';
import { KnownDifferences } from '../endpoint/known-differences.js';
import { Target } from './target.js';

/** The service shows what it took within seconds; a test waits for that, and no longer than this. */
const PATIENCE_MILLIS = 90_000;
const DAY = 86_400_000;

describe('against a CloudWatch Logs service, end to end', function () {
  this.timeout(2 * PATIENCE_MILLIS);
  let target: Target;
  const file = givenDifferences();
  const known = file === undefined ? undefined : KnownDifferences.read(file);

  before(async () => {
    target = await Target.open(process.env);
  });
  after(() => target.close());

  /** A test that has to fail where the service is known to differ: a list that is not true any more is of no use. */
  function fact(title: string, check: () => Promise<void>): void {
    const difference = known?.differenceOf('e2e', title);
    it(difference === undefined ? title : `differs: ${title}`, async () => {
      if (difference === undefined) {
        await check();
        return;
      }
      const verdict = await check().then(
        () => 'passed' as const,
        () => 'failed' as const,
      );
      expect(known!.compare('e2e', [{ name: title, verdict }], { isWhole: false })).to.deep.equal([]);
    });
  }

  async function messagesOf(logGroupName: string): Promise<string[]> {
    const messages: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await target.client.send(new FilterLogEventsCommand({ logGroupName, nextToken }));
      messages.push(...(page.events ?? []).map(({ message }) => message!));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return messages;
  }

  /** Asks until the answer is as it should be; the last failure is the test's. */
  async function eventually(check: () => Promise<void>): Promise<void> {
    const patience = process.env.CLOUDWATCH_E2E_TESTS === 'true' ? PATIENCE_MILLIS : 5_000;
    const end = Date.now() + patience;
    for (;;) {
      try {
        await check();
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
      }
      await sleep(500);
    }
  }

  fact('the exporter makes group and stream and delivers batches of any size', async () => {
    const logGroupName = `${target.prefix}/exporter`;
    const options = {
      ...target.connection,
      logGroupName,
      logStreamName: 's',
      layout: 'body',
      retentionInDays: 1,
    } as const;
    const exporter = new CloudWatchLogExporter(options);
    await exporter.prepare();
    const provider = new LoggerProvider({
      processors: [new BatchLogRecordProcessor({ exporter, maxExportBatchSize: 512 })],
    });
    const bodies = Array.from(
      { length: 2_000 },
      (_, index) => `${index} ${'x'.repeat((index % 7) * 100)} ünï→😀`,
    );
    for (const body of bodies) {
      provider.getLogger('e2e').emit({ body });
      if (Number.parseInt(body, 10) % 500 === 499) await provider.forceFlush();
    }
    await provider.shutdown();
    expect(exporter.status()).to.include({ emitted: 2_000, delivered: 2_000, dropped: 0 });
    await eventually(async () => {
      expect((await messagesOf(logGroupName)).toSorted()).to.deep.equal(bodies.toSorted());
    });
  });

  fact('what the service refuses for its time is counted with its reason', async () => {
    const logGroupName = `${target.prefix}/times`;
    const exporter = new CloudWatchLogExporter({ ...target.connection, logGroupName, logStreamName: 's' });
    const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter })] });
    const logger = provider.getLogger('e2e');
    for (const timestamp of [Date.now() - 15 * DAY, Date.now() + 0.5 * DAY, Date.now()])
      logger.emit({ body: 'x', timestamp });
    await provider.shutdown();
    expect(exporter.status().droppedByReason).to.deep.equal({ too_old: 1, too_new: 1 });
    expect(exporter.status().delivered).to.equal(1);
  });

  fact('what a spool kept in an outage is delivered by the next process', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'e2e-spool-'));
    // Nothing answers there any more.
    const gone = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => gone.once('listening', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const options = {
      logGroupName: `${target.prefix}/spool`,
      logStreamName: 's',
      layout: 'body',
      spool: { directory },
    } as const;
    try {
      const down = new CloudWatchLogRecordProcessor({
        ...options,
        ...target.connection,
        endpoint: `http://127.0.0.1:${port}`,
        region: target.connection.region ?? process.env.AWS_REGION,
        shutdownTimeoutMillis: 1_000,
      });
      new LoggerProvider({ processors: [down] }).getLogger('e2e').emit({ body: 'kept' });
      await down.shutdown();
      expect(down.status()).to.include({ delivered: 0, dropped: 0 });
      const up = new CloudWatchLogRecordProcessor({ ...options, ...target.connection });
      await up.forceFlush();
      await up.shutdown();
      expect(up.status()).to.include({ delivered: 1, dropped: 0 });
      await eventually(async () => {
        expect(await messagesOf(options.logGroupName)).to.deep.equal(['kept']);
      });
      expect(readdirSync(directory)).to.deep.equal([]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  fact('a trace is found over several log groups, and nothing else', async () => {
    const traceId = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex');
    for (const name of ['gateway', 'orders']) {
      const resource = resourceFromAttributes({ 'service.name': name });
      const processor = new CloudWatchLogRecordProcessor({
        ...target.connection,
        logGroupName: `${target.prefix}/trace/{service.name}`,
      });
      await processor.prepare(resource);
      const provider = new LoggerProvider({ processors: [processor], resource });
      const context = trace.setSpanContext(ROOT_CONTEXT, {
        traceId,
        spanId: 'eee19b7ec3c1b174',
        traceFlags: 1,
      });
      provider.getLogger('e2e').emit({ body: `${name} of the trace`, context });
      provider.getLogger('e2e').emit({ body: `${name} of none` });
      await provider.shutdown();
    }
    const engine = new CorrelationEngine({
      client: target.client,
      logGroups: [`${target.prefix}/trace/*`],
      spans: false,
      // By queries alone: FilterLogEvents would show it at once.
      freshMillis: 0,
    });
    await eventually(async () => {
      const { events } = await engine.correlateByTrace(traceId);
      expect(events.map(({ text }) => text).toSorted()).to.deep.equal([
        'gateway of the trace',
        'orders of the trace',
      ]);
    });
  });

  fact('a tail shows what comes', async () => {
    const logGroupName = `${target.prefix}/tail`;
    const processor = new CloudWatchLogRecordProcessor({
      ...target.connection,
      logGroupName,
      layout: 'body',
    });
    await processor.prepare();
    const stop = new AbortController();
    const seen: string[] = [];
    const provider = new LoggerProvider({ processors: [processor] });
    let count = 0;
    const timer = setInterval(() => {
      provider.getLogger('e2e').emit({ body: `live ${count++}` });
    }, 500);
    const patience = setTimeout(() => {
      stop.abort();
    }, PATIENCE_MILLIS);
    try {
      for await (const item of tailLogs({
        client: target.client,
        logGroups: [logGroupName],
        follow: true,
        signal: stop.signal,
      })) {
        if (item.kind === 'event') seen.push(item.event.message);
        if (seen.length >= 2) break;
      }
    } finally {
      clearInterval(timer);
      clearTimeout(patience);
      await provider.shutdown();
    }
    expect(seen.length).to.be.at.least(2);
    expect(seen[0]).to.match(/^live \d+$/);
  });

  fact('groups, retention, tags and filters are made, found and removed', async () => {
    const resources = new LogResources({ client: target.client });
    const logGroupName = `${target.prefix}/resources`;
    await resources.logGroups.ensure({ logGroupName, retentionInDays: 7, tags: { team: 'e2e' } });
    await resources.metricFilters.ensure({
      logGroupName,
      filterName: 'errors',
      filterPattern: '{ $.severity_number >= 17 }',
      metric: { metricNamespace: 'E2E', metricName: 'Errors', metricValue: '1' },
    });
    expect(await resources.logGroups.get(logGroupName)).to.include({ retentionInDays: 7 });
    const filters: string[] = [];
    for await (const { filterName } of resources.metricFilters.list(logGroupName)) filters.push(filterName);
    expect(filters).to.deep.equal(['errors']);
    await resources.logGroups.delete(logGroupName);
    expect(await resources.logGroups.get(logGroupName)).to.equal(undefined);
  });
});
