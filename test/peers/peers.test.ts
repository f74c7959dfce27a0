import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { context, trace, TraceFlags } from '@opentelemetry/api';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { createService, type Service } from '../../src/simulation/service.js';
import { AdjustableClock } from '../../src/simulation/faults/adjustable-clock.js';
import { type FaultRule } from '../../src/simulation/faults/fault-rule.js';
import { answerAwsJson } from '../../src/simulation/operations/dispatch.js';
import { type HttpServer, startHttpServer } from '../../src/simulation/protocol/http-server.js';
import { type LocalCloudWatchLogsOptions } from '../../src/simulation/local-options.js';
import { CloudWatchLogRecordProcessor } from '../../src/exporter/cloudwatch-log-record-processor.js';
import { QueueingProcessor } from '../../src/exporter/queueing-processor.js';
import { type CloudWatchLogRecordProcessorOptions, readProcessorOptions } from '../../src/options/options.js';
import { ExporterCore } from '../../src/exporter/exporter-core.js';
import { LOSS_REASONS, LOSSES } from '../../src/observability/losses.js';
import { fakeClient, listeningDiagnostics } from '../encoding/records.js';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** The local service with a list of what was asked of it, and what was stored. */
class WatchedService {
  readonly operations: string[] = [];
  readonly messages: string[] = [];
  readonly endpoint: string;
  readonly #server: HttpServer;
  readonly #service: Service;
  readonly #arrivals: (() => void)[] = [];

  private constructor(server: HttpServer, service: Service, operations: string[]) {
    this.#server = server;
    this.#service = service;
    this.operations = operations;
    this.endpoint = `http://127.0.0.1:${server.port}`;
    service.context.feed.subscribe(({ events }) => {
      for (const { message } of events) this.messages.push(message);
      for (const arrived of this.#arrivals.splice(0)) arrived();
    });
  }

  static async start(options: LocalCloudWatchLogsOptions = {}): Promise<WatchedService> {
    const service = createService(options, new AdjustableClock(Date.now));
    const operations: string[] = [];
    const server = await startHttpServer(
      { port: 0, allowedHosts: [], epochMillis: Date.now },
      async (exchange) => {
        operations.push(String(exchange.request.headers['x-amz-target']).split('.')[1]!);
        await answerAwsJson(service.context, exchange);
      },
    );
    return new WatchedService(server, service, operations);
  }

  fail(rule: FaultRule): void {
    this.#service.context.faults.add(rule);
  }

  /** Bodies of what is stored, of the `body` layout or the `collector` one. */
  get bodies(): string[] {
    return this.messages.map((message) => {
      if (!message.startsWith('{')) return message;
      return (JSON.parse(message) as { body: string }).body;
    });
  }

  /** Resolves when something is stored. */
  arrival(): Promise<void> {
    return new Promise((resolve) => this.#arrivals.push(resolve));
  }

  async stop(): Promise<void> {
    await this.#server.close();
    await this.#service.close();
  }
}

describe("peers' complaints", () => {
  const started: WatchedService[] = [];
  const providers: LoggerProvider[] = [];
  afterEach(async () => {
    for (const provider of providers.splice(0)) await provider.shutdown();
    for (const service of started.splice(0)) await service.stop();
  });

  const start = async (options?: LocalCloudWatchLogsOptions): Promise<WatchedService> => {
    const service = await WatchedService.start(options);
    started.push(service);
    return service;
  };
  const processor = (
    { endpoint }: WatchedService,
    options: Partial<CloudWatchLogRecordProcessorOptions> = {},
  ): CloudWatchLogRecordProcessor =>
    new CloudWatchLogRecordProcessor({
      endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
      logGroupName: '/peers/orders',
      logStreamName: 'one',
      layout: 'body',
      retry: { initialDelayMillis: 5, maxDelayMillis: 50 },
      ...options,
    });
  const provide = (...processors: LogRecordProcessor[]): LoggerProvider => {
    const provider = new LoggerProvider({ processors });
    providers.push(provider);
    return provider;
  };
  const emit = (provider: LoggerProvider, ...bodies: string[]): void => {
    const logger = provider.getLogger('peers');
    for (const body of bodies) logger.emit({ body });
  };

  it('two processors of one provider both flush', async () => {
    const service = await start();
    const provider = provide(
      processor(service, { logGroupName: '/peers/first' }),
      processor(service, { logGroupName: '/peers/second' }),
    );
    emit(provider, 'a', 'b');
    await provider.forceFlush();
    expect(service.bodies.sort()).to.deep.equal(['a', 'a', 'b', 'b']);
  });

  it('a single record arrives though no other follows', async () => {
    const service = await start();
    const arrival = service.arrival();
    emit(provide(processor(service, { scheduledDelayMillis: 10 })), 'the only one');
    // Neither flush nor shutdown nor another record.
    await arrival;
    expect(service.bodies).to.deep.equal(['the only one']);
  });

  it('all of 150,000 records of a script are stored when its shutdown is through', async () => {
    const service = await start();
    const made = processor(service, { shutdownTimeoutMillis: 60_000 });
    const provider = provide(made);
    const logger = provider.getLogger('script');
    for (let n = 0; n < 150_000; n++) {
      logger.emit({ body: `record ${n}` });
      // A script that awaits its own work now and then.
      while (n % 1_000 === 0 && made.status().queued > 30_000) await nextTurn();
    }
    await provider.shutdown();
    expect(made.status()).to.include({ emitted: 150_000, delivered: 150_000, kept: 0, dropped: 0 });
    expect(new Set(service.messages)).to.have.property('size', 150_000);
  }).timeout(300_000);

  it('a burst over the queue is counted to the record, and none is lost with writeAhead', async () => {
    const service = await start();
    const burst = Array.from({ length: 5_000 }, (_, n) => `record ${n}`);
    const queue = { maxQueueSize: 1_000, maxExportBatchSize: 1_000 };
    const bounded = processor(service, queue);
    emit(provide(bounded), ...burst);
    await bounded.forceFlush();
    const { delivered, dropped, droppedByReason } = bounded.status();
    expect(delivered).to.equal(service.messages.length);
    expect(delivered + dropped).to.equal(5_000);
    expect(droppedByReason).to.deep.equal({ queue_full: 4_000 });

    const directory = mkdtempSync(join(tmpdir(), 'peers-'));
    const safe = processor(service, { ...queue, logStreamName: 'safe', writeAhead: { directory } });
    const provider = provide(safe);
    service.messages.length = 0;
    emit(provider, ...burst);
    while (safe.status().kept > 0) await safe.forceFlush();
    expect(new Set(service.messages)).to.have.property('size', 5_000);
    expect(safe.status().dropped).to.equal(0);
    await provider.shutdown();
    rmSync(directory, { recursive: true });
  }).timeout(120_000);

  it('no request but PutLogEvents is made for a batch', async () => {
    const service = await start();
    const provider = provide(processor(service));
    for (let n = 0; n < 20; n++) {
      emit(provider, `record ${n}`);
      await provider.forceFlush();
    }
    expect(service.bodies).to.have.length(20);
    const puts = service.operations.filter((name) => name === 'PutLogEvents');
    expect(puts).to.have.length(20);
    expect(service.operations.filter((name) => /^Describe.*(Group|Stream)/.test(name))).to.deep.equal([]);
    // Group, stream and the index policy with the look at the account's, once.
    expect(service.operations.length - puts.length).to.be.at.most(6);
  });

  for (const rule of [
    { kind: 'throttle' },
    { kind: 'error', status: 500 },
    { kind: 'error', status: 503 },
    { kind: 'expired-token' },
    { kind: 'deny' },
    { kind: 'reset-before' },
    { kind: 'reset-after' },
    { kind: 'truncate' },
    { kind: 'reject-partially', fraction: 1 },
    { kind: 'clock-skew' },
    { kind: 'hang' },
  ] as const satisfies FaultRule[]) {
    const what = 'status' in rule ? `${rule.kind} ${rule.status}` : rule.kind;
    it(`later records arrive after ${what}`, async () => {
      const service = await start();
      const made = processor(service, { maxAttempts: 1, requestTimeoutMillis: 200 });
      const provider = provide(made);
      emit(provider, 'before');
      await provider.forceFlush();
      service.fail({ ...rule, operations: ['PutLogEvents'], count: 1 });
      emit(provider, 'struck');
      await provider.forceFlush();
      emit(provider, 'after');
      while (made.status().kept > 0) await provider.forceFlush();
      expect(service.bodies).to.include('before').and.to.include('after');
      const { emitted, delivered, dropped, droppedByReason } = made.status();
      expect({ emitted, sum: delivered + dropped }).to.deep.equal({ emitted: 3, sum: 3 });
      const isRefused = rule.kind === 'reject-partially';
      expect(droppedByReason).to.deep.equal(isRefused ? { too_old: 1 } : {});
      expect(service.bodies.includes('struck')).to.equal(!isRefused);
    });
  }

  it('an event over every limit neither stops its stream nor goes unsaid', async () => {
    const service = await start();
    const huge = 'x'.repeat(3 * 1024 * 1024);
    for (const oversize of ['truncate', 'split', 'drop'] as const) {
      service.messages.length = 0;
      const { diagnostics, said } = listeningDiagnostics();
      const made = new QueueingProcessor(
        readProcessorOptions(
          {
            endpoint: service.endpoint,
            region: 'us-east-1',
            credentials: CREDENTIALS,
            logGroupName: '/peers/orders',
            logStreamName: oversize,
            layout: 'body',
            oversize,
          },
          {},
        ),
        { diagnostics },
      );
      const provider = provide(made);
      emit(provider, 'before', huge, 'after');
      await provider.forceFlush();
      expect(service.messages).to.include('before').and.to.include('after');
      expect(said.join('\n')).to.match(/a message of 3145728 bytes is over/);
      const { emitted, addedBySplit, delivered, dropped } = made.status();
      expect(emitted + addedBySplit).to.equal(delivered + dropped);
      expect(dropped).to.equal(oversize === 'drop' ? 1 : 0);
    }
  });

  it('an outage without a spool holds no more than maxBufferBytes, the queue included', async () => {
    const service = await start({ faults: [{ kind: 'error', operations: ['PutLogEvents'] }] });
    const maxBufferBytes = 1024 * 1024;
    const made = processor(service, {
      maxBufferBytes,
      maxQueueSize: 1_000,
      maxExportBatchSize: 500,
      scheduledDelayMillis: 1,
      deliveryTimeoutMillis: 100,
      shutdownTimeoutMillis: 200,
    });
    const provider = provide(made);
    const body = 'y'.repeat(1_000);
    const bytesEach = body.length + 26;
    let emitted = 0;
    while ((made.status().droppedByReason.queue_full ?? 0) === 0 || emitted < 5_000) {
      emit(provider, ...Array.from({ length: 100 }, () => body));
      emitted += 100;
      await nextTurn();
      const { heldBytes, heldEvents, queued, queuedBytes, kept } = made.status();
      expect(heldBytes + queuedBytes).to.be.at.most(maxBufferBytes);
      expect(heldEvents * bytesEach).to.be.at.most(maxBufferBytes);
      expect(queued).to.be.at.most(1_000);
      expect(kept).to.be.at.most(maxBufferBytes / bytesEach);
    }
    await provider.shutdown();
    const status = made.status();
    expect(status).to.include({ emitted, delivered: 0, kept: 0, dropped: emitted });
  }).timeout(120_000);

  it('several exporters write to one stream at once', async () => {
    const service = await start();
    const writers = Array.from({ length: 5 }, () => provide(processor(service)));
    const expected: string[] = [];
    for (let round = 0; round < 5; round++) {
      const bodies = writers.map((_, writer) => `writer ${writer} round ${round}`);
      expected.push(...bodies);
      for (const [writer, provider] of writers.entries()) emit(provider, bodies[writer]!);
      await Promise.all(writers.map((provider) => provider.forceFlush()));
    }
    expect(service.bodies.sort()).to.deep.equal(expected.sort());
  });

  it('a record has the ids of the span it was emitted in', async () => {
    const service = await start();
    const provider = provide(processor(service, { layout: 'collector' }));
    const logger = provider.getLogger('peers');
    const spans = [1, 2, 3].map((n) => ({
      traceId: `0af7651916cd43dd8448eb211c80319${n}`,
      spanId: `b7ad6b716920333${n}`,
      traceFlags: TraceFlags.SAMPLED,
    }));
    for (const [index, span] of spans.entries()) {
      logger.emit({ body: `record ${index}`, context: trace.setSpanContext(context.active(), span) });
    }
    logger.emit({ body: 'outside' });
    await provider.forceFlush();
    const found = service.messages.map((message) => {
      const { body, trace_id, span_id } = JSON.parse(message) as Record<string, string>;
      return { body, trace_id, span_id };
    });
    expect(found).to.deep.equal([
      ...spans.map(({ traceId, spanId }, index) => ({
        body: `record ${index}`,
        trace_id: traceId,
        span_id: spanId,
      })),
      { body: 'outside', trace_id: undefined, span_id: undefined },
    ]);
  });

  it('credentials that expire are asked for again, and nothing is lost meanwhile', async () => {
    const renewed = { accessKeyId: 'renewed', secretAccessKey: 'secret-two' };
    const service = await start({ verifySignatures: [renewed] });
    let asked = 0;
    const made = processor(service, {
      // As an STS role gives them: with their end. Those that the service takes come with the third call.
      credentials: () => {
        asked++;
        const keys = asked < 3 ? { accessKeyId: 'expired', secretAccessKey: 'secret-one' } : renewed;
        return Promise.resolve({ ...keys, expiration: new Date(Date.now() + (asked < 3 ? 0 : 3_600_000)) });
      },
    });
    const provider = provide(made);
    emit(provider, 'a', 'b');
    while (made.status().kept > 0) await provider.forceFlush();
    expect(service.bodies).to.deep.equal(['a', 'b']);
    expect(made.status()).to.include({ delivered: 2, dropped: 0 });
    expect(asked).to.be.at.least(3);
  });

  for (const reason of LOSS_REASONS) {
    const { isWanted } = LOSSES[reason];
    it(`a record ${isWanted ? 'that is dropped by wish is counted' : 'is counted and said with its number when it is lost'} for ${reason}`, () => {
      const { diagnostics, said } = listeningDiagnostics();
      const settings = readProcessorOptions({ client: fakeClient(), logGroupName: '/peers/orders' }, {});
      const exporter = new ExporterCore(settings, { diagnostics });
      exporter.countLost(reason, 7);
      expect(exporter.status()).to.deep.include({ emitted: 7, dropped: 7, droppedByReason: { [reason]: 7 } });
      const lines = said.filter((line) => line.includes(`7 log records lost (${reason})`));
      expect(lines).to.have.length(isWanted ? 0 : 1);
    });
  }
});
