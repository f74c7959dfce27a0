import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import fc from 'fast-check';
import { readExporterOptions } from '../../src/options/options.js';
import { ExporterCore } from '../../src/exporter/exporter-core.js';
import { type ExporterStatus } from '../../src/exporter/exporter-status.js';
import { type FaultRule, LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { ReadableMetrics } from '../observability/read-metrics.js';
import { at, listeningDiagnostics, record } from '../encoding/records.js';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What can go wrong with a request without hiding whether the events were stored. */
const fault = fc.constantFrom<FaultRule>(
  { kind: 'throttle', operations: ['PutLogEvents'], count: 2 },
  { kind: 'error', operations: ['PutLogEvents'], count: 2 },
  { kind: 'reset-before', operations: ['PutLogEvents'], count: 1 },
  { kind: 'expired-token', operations: ['PutLogEvents'], count: 1 },
  { kind: 'deny', operations: ['PutLogEvents'], count: 1 },
  { kind: 'reject-partially', operations: ['PutLogEvents'], count: 1, fraction: 0.3 },
);

const step = fc.oneof(
  fc.record({ kind: fc.constant('export' as const), count: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ kind: fc.constant('fault' as const), rule: fault }),
  fc.record({ kind: fc.constant('old' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('flush' as const) }),
);

describe('what becomes of records while the service fails', () => {
  let local: LocalCloudWatchLogs;
  let client: CloudWatchLogsClient;
  let runs = 0;

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    client = new CloudWatchLogsClient({
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
  });

  after(async () => {
    client.destroy();
    await local.stop();
  });

  function expectSum(status: ExporterStatus): void {
    // Delivery counts what it holds by itself; nothing is being encoded between the steps.
    expect(status.kept).to.equal(status.heldEvents);
    expect(status.emitted).to.equal(status.delivered + status.heldEvents + status.dropped);
    const byReason = Object.values(status.droppedByReason).reduce((sum, count) => sum + count, 0);
    expect(status.dropped).to.equal(byReason);
  }

  async function stored(logGroupName: string): Promise<number> {
    let count = 0;
    let nextToken: string | undefined;
    do {
      const page = await client.send(new FilterLogEventsCommand({ logGroupName, nextToken }));
      count += page.events?.length ?? 0;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return count;
  }

  it('is delivered, held or dropped for a reason, after every step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const logGroupName = `/accounting/${++runs}`;
        const metrics = new ReadableMetrics();
        const settings = readExporterOptions(
          {
            client,
            logGroupName,
            logStreamName: 's',
            retry: { initialDelayMillis: 1, maxDelayMillis: 5 },
            meterProvider: metrics.provider,
          },
          {},
        );
        const exporter = new ExporterCore(settings, { diagnostics: listeningDiagnostics().diagnostics });
        let emitted = 0;
        const send = async (count: number, age: number): Promise<void> => {
          emitted += count;
          const records = Array.from({ length: count }, () => record({ hrTime: at(Date.now() - age) }));
          await new Promise((resolve) => {
            exporter.export(records, resolve);
          });
        };
        for (const one of steps) {
          if (one.kind === 'export') await send(one.count, 0);
          else if (one.kind === 'old') await send(one.count, 15 * 24 * 60 * 60 * 1000);
          else if (one.kind === 'fault') local.faults.add(one.rule);
          else await exporter.forceFlush();
          expect(exporter.status().emitted).to.equal(emitted);
          expectSum(exporter.status());
        }
        local.faults.clear();
        await exporter.shutdown();
        const status = exporter.status();
        expectSum(status);
        expect(status.kept).to.equal(0);
        if (emitted > 0) expect(await stored(logGroupName)).to.equal(status.delivered);
        expect(await metrics.valuesOf('cloudwatch_logs.exporter.dropped')).to.deep.equal(
          status.droppedByReason,
        );
        expect((await metrics.valuesOf('otel.sdk.exporter.log.exported'))['']).to.equal(status.delivered);
      }),
      { seed: 20261121, numRuns: 25 },
    );
  });
});
