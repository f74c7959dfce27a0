import { diag, DiagLogLevel } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { MAX_MESSAGE_BYTES } from '../../src/cloudwatch/limits.js';
import { type DeliveryParts } from '../../src/delivery/delivery.js';
import { CloudWatchLogExporter } from '../../src/exporter/cloudwatch-log-exporter.js';
import { type CloudWatchLogExporterOptions, readExporterOptions } from '../../src/options/options.js';
import { ExporterCore } from '../../src/exporter/exporter-core.js';
import { type ExporterStatus } from '../../src/exporter/exporter-status.js';
import {
  at,
  fakeClient,
  FakeDelivery,
  listeningDiagnostics,
  messageOf,
  NOW,
  record,
} from '../encoding/records.js';

function exporter(options: Partial<CloudWatchLogExporterOptions> = {}): {
  exporter: ExporterCore;
  delivery: FakeDelivery;
  said: string[];
  send: (...records: ReadableLogRecord[]) => Promise<ExportResult>;
  messages: () => string[];
} {
  const delivery = new FakeDelivery();
  const { diagnostics, said } = listeningDiagnostics();
  const settings = readExporterOptions(
    { logGroupName: '/g', logStreamName: 's', client: fakeClient(), ...options },
    {},
  );
  const made = new ExporterCore(settings, {
    diagnostics,
    createDelivery: delivery.create,
    epochMillis: () => NOW,
  });
  return {
    exporter: made,
    delivery,
    said,
    send: (...records) =>
      new Promise((resolve) => {
        made.export(records, resolve);
      }),
    messages: () => delivery.batches.flatMap((batch) => batch.events.map(messageOf)),
  };
}

function expectSum(status: ExporterStatus): void {
  expect(status.emitted + status.addedBySplit).to.equal(status.delivered + status.kept + status.dropped);
}

describe('ExporterCore', () => {
  it('delivers records in batches and succeeds', async () => {
    const { send, delivery, exporter: made } = exporter();
    const result = await send(record({ hrTime: at(NOW + 5) }), record({ hrTime: at(NOW) }));
    expect(result).to.deep.equal({ code: ExportResultCode.SUCCESS });
    expect(delivery.batches).to.have.length(1);
    expect(delivery.batches[0]!.destination).to.deep.equal({ logGroupName: '/g', logStreamName: 's' });
    expect(delivery.batches[0]!.events.map((event) => event.timestamp)).to.deep.equal([NOW, NOW + 5]);
    expect(delivery.batches[0]!.entity!.keyAttributes).to.include({ Name: 'orders' });
    expect(made.status()).to.include({ emitted: 2, delivered: 2, kept: 0, dropped: 0 });
  });

  it('says what a million such records cost, by the price of their class', async () => {
    for (const [logGroupClass, usd] of [
      [undefined, 0.5],
      ['STANDARD', 0.5],
      ['INFREQUENT_ACCESS', 0.25],
    ] as const) {
      const { send, delivery, exporter: made } = exporter(logGroupClass && { logGroupClass });
      expect(made.status().usdPerMillion).to.equal(undefined);
      await send(record(), record());
      const status = delivery.status.bind(delivery);
      // 1,000 bytes a record are a gigabyte a million.
      delivery.status = () => ({ ...status(), recentEventBytes: 1000 });
      expect(made.status().usdPerMillion).to.equal(usd);
    }
  });

  it('succeeds with nothing to send', async () => {
    const { send, delivery } = exporter();
    expect(await send()).to.deep.equal({ code: ExportResultCode.SUCCESS });
    expect(delivery.batches).to.have.length(0);
  });

  it('sends the rest of a batch in which one record can’t be written', async () => {
    const bad = Object.defineProperty(record(), 'body', {
      get: () => {
        throw new Error('no');
      },
    });
    const { send, messages, said, exporter: made } = exporter({ layout: 'body' });
    expect(await send(record({ body: 'a' }), bad, record({ body: 'b' }))).to.deep.equal({
      code: ExportResultCode.SUCCESS,
    });
    expect(messages()).to.deep.equal(['a', 'b']);
    expect(made.status().droppedByReason).to.deep.equal({ unserializable: 1 });
    expect(said.join()).to.include(
      '1 log record lost (unserializable): a log record could not be written: Error',
    );
  });

  it('says the name alone of what functions and getters throw, as messages quote records', async () => {
    const secret = (): never => JSON.parse('{"card":"4111 hunter2"') as never;
    for (const options of [{ layout: secret }, { transform: secret }, { layout: 'body' } as const]) {
      const { send, said } = exporter(options);
      await send(Object.defineProperty(record(), 'body', { get: secret }));
      expect(said.join())
        .to.match(/(lost|dropped).*: SyntaxError$/)
        .and.not.include('hunter2');
    }
    const named = exporter({
      layout: () => {
        throw Object.assign(new Error('x'), { name: 'user hunter2' });
      },
    });
    await named.send(record());
    expect(named.said.join()).to.match(/could not be written: Error$/);
  });

  it('counts a layout function that throws anything', async () => {
    const thrown = [
      new Error('x'),
      'text',
      undefined,
      {
        get name(): never {
          throw new Error('no');
        },
      },
    ];
    const { send, exporter: made } = exporter({
      layout: () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- an application may throw anything
        throw thrown.pop();
      },
    });
    await send(record(), record(), record(), record());
    expect(made.status().droppedByReason).to.deep.equal({ unserializable: 4 });
  });

  it('counts an error that can’t even be read', async () => {
    const error = Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    const { send, exporter: made } = exporter({
      layout: () => {
        throw error;
      },
    });
    await send(record());
    expect(made.status().droppedByReason).to.deep.equal({ unserializable: 1 });
  });

  it('drops empty messages and counts them', async () => {
    const { send, messages, exporter: made } = exporter({ layout: 'body' });
    await send(record({ body: '' }), record({ body: undefined }), record({ body: ' ' }));
    expect(messages()).to.deep.equal([' ']);
    expect(made.status().droppedByReason).to.deep.equal({ empty: 2 });
  });

  it('drops records below minSeverity and passes those without a severity', async () => {
    const { send, messages, said, exporter: made } = exporter({ layout: 'body', minSeverity: 'warn' });
    await send(
      ...[12, 13, 0, undefined].map((severityNumber) =>
        record({ body: String(severityNumber), severityNumber }),
      ),
    );
    expect(messages()).to.deep.equal(['13', '0', 'undefined']);
    expect(made.status().droppedByReason).to.deep.equal({ below_min_severity: 1 });
    expect(said).to.deep.equal([]);
  });

  it('transforms a copy of the record, which may be spread', async () => {
    class Getters {
      readonly #text = 'secret';
      get body(): string {
        return this.#text;
      }
      get hrTime(): [number, number] {
        return at(NOW);
      }
    }
    const { send, messages } = exporter({
      layout: 'body',
      transform: (one) => ({ ...one, body: `${one.body as string}!` }),
    });
    const original = record({ body: 'a' });
    await send(original, new Getters() as never);
    expect(messages()).to.deep.equal(['a!', 'secret!']);
    expect(original.body).to.equal('a');
  });

  it('drops what transform drops, fails on, or answers with something else', async () => {
    const answers: unknown[] = ['x', null, undefined, {}];
    const {
      send,
      exporter: made,
      said,
    } = exporter({
      transform: () => {
        if (answers.length === 0) throw new Error('broken');
        return answers.pop() as undefined;
      },
    });
    await send(record(), record(), record(), record(), record());
    expect(made.status().droppedByReason).to.deep.equal({ dropped_by_transform: 5 });
    expect(said.join()).to.include(
      'transform failed, the record is dropped: it returned neither a log record',
    );
  });

  for (const [what, promise] of [
    ['resolves', () => Promise.resolve(record())],
    ['rejects', () => Promise.reject(new Error('nobody waits for this'))],
  ] as const) {
    it(`drops the record of a transform or layout that is async and ${what}, and the process goes on`, async () => {
      const byTransform = exporter({ transform: promise as never });
      await byTransform.send(record());
      expect(byTransform.exporter.status().droppedByReason).to.deep.equal({ dropped_by_transform: 1 });
      expect(byTransform.said.join()).to.include('it returned a promise; it must not be async');
      const byLayout = exporter({ layout: promise });
      await byLayout.send(record());
      expect(byLayout.exporter.status().droppedByReason).to.deep.equal({ unserializable: 1 });
      expect(byLayout.said.join()).to.include('the layout function returned a promise; it must not be async');
      // What rejects without a handler is told after the tasks of this turn.
      await new Promise((resolve) => setImmediate(resolve));
    });
  }

  it('redacts after transform, before layout, destination and entity', async () => {
    const { send, delivery, messages } = exporter({
      redact: ['attributes.secret', 'resource.service.name'],
      transform: (one) => ({ ...one, attributes: { ...one.attributes, secret: 'hunter2' } }),
      logStreamName: 's/{attributes.secret}/{service.name}',
    });
    await send(record({ attributes: { kept: 1 } }));
    expect(messages()[0])
      .to.include('"attributes":{"kept":1,"secret":"[REDACTED]"}')
      .and.to.not.include('orders');
    expect(delivery.batches[0]!.destination.logStreamName).to.equal('s/[REDACTED]/[REDACTED]');
    expect(delivery.batches[0]!.entity!.keyAttributes.Name).to.equal('[REDACTED]');
  });

  it('writes to many groups and streams, and counts those beyond the bound', async () => {
    const {
      send,
      delivery,
      exporter: made,
    } = exporter({ logGroupName: '/t/{attributes.t}', maxDestinations: 2 });
    await send(...['a', 'b', 'a', 'c'].map((t) => record({ attributes: { t } })));
    const groups = delivery.batches.map((batch) => [batch.destination.logGroupName, batch.events.length]);
    expect(groups).to.deep.equal([
      ['/t/a', 2],
      ['/t/b', 1],
    ]);
    expect(made.status().droppedByReason).to.deep.equal({ too_many_destinations: 1 });
  });

  it('gives each entity requests of its own, and equal entities the same', async () => {
    const resource = (name: string): unknown => ({ attributes: { 'service.name': name } });
    const { send, delivery } = exporter();
    await send(...['a', 'b', 'a'].map((name) => record({ resource: resource(name) })));
    expect(delivery.batches.map((batch) => batch.events.length)).to.deep.equal([2, 1]);
    const without = exporter({ entity: false });
    await without.send(record({ resource: resource('a') }), record({ resource: resource('b') }));
    expect(without.delivery.batches.map((batch) => batch.entity)).to.deep.equal([undefined]);
  });

  for (const [oversize, expected] of [
    ['truncate', { delivered: 2, dropped: 0, addedBySplit: 0 }],
    ['drop', { delivered: 1, dropped: 1, addedBySplit: 0 }],
    ['split', { delivered: 4, dropped: 0, addedBySplit: 2 }],
  ] as const) {
    it(`with oversize "${oversize}" the sum holds and every event fits`, async () => {
      const { send, delivery, said, exporter: made } = exporter({ oversize });
      await send(record({ body: 'x'.repeat(2 * MAX_MESSAGE_BYTES) }), record());
      expect(made.status()).to.include({ emitted: 2, ...expected });
      expectSum(made.status());
      for (const batch of delivery.batches) {
        for (const event of batch.events) {
          expect(event.messageBytes).to.equal(Buffer.byteLength(messageOf(event)));
          expect(event.messageBytes).to.be.at.most(MAX_MESSAGE_BYTES);
        }
      }
      expect(said.join()).to.include('over 1048550 (maxMessageBytes)');
    });
  }

  it('takes a message of exactly maxMessageBytes and shortens one a byte larger', async () => {
    const { send, messages } = exporter({ layout: 'body', maxMessageBytes: 1024 });
    await send(record({ body: 'x'.repeat(1024) }), record({ body: 'x'.repeat(1025) }));
    expect(messages()[0]).to.equal('x'.repeat(1024));
    expect(messages()[1]).to.include('[truncated, 1025 bytes]');
  });

  it('writes lone surrogates of a raw body as U+FFFD', async () => {
    const { send, delivery } = exporter({ layout: 'body' });
    await send(record({ body: 'a\ud800\u0000' }));
    expect([...delivery.batches[0]!.events][0]).to.include({
      messageJson: '"a\ufffd\\u0000"',
      messageBytes: 5,
    });
  });

  it('takes a record that lacks resource, scope and attributes', async () => {
    const { send, messages } = exporter();
    const bare = { hrTime: at(NOW), hrTimeObserved: at(NOW), body: 'bare' } as never;
    await send(bare);
    expect(messages()).to.deep.equal(['{"body":"bare"}']);
  });

  it('takes the present for a record without any time', async () => {
    const { send, delivery } = exporter();
    await send(record({ hrTime: [0, 0], hrTimeObserved: [0, 0] }));
    expect([...delivery.batches[0]!.events][0]!.timestamp).to.equal(NOW);
  });

  it('leaves records outside the service’s window to the service', async () => {
    const day = 24 * 60 * 60 * 1000;
    const { send, delivery } = exporter();
    await send(
      ...[NOW - 15 * day, NOW, NOW + 3 * 60 * 60 * 1000].map((time) => record({ hrTime: at(time) })),
    );
    expect(delivery.batches.map((batch) => batch.events.length)).to.deep.equal([1, 2]);
  });

  it('fails when delivery lost events for an error, and succeeds when it keeps them', async () => {
    const { send, delivery, exporter: made } = exporter();
    delivery.mode = 'lose';
    const failed = await send(record());
    expect(failed.code).to.equal(ExportResultCode.FAILED);
    expect(failed.error!.message).to.equal('denied');
    delivery.mode = 'keep';
    expect((await send(record())).code).to.equal(ExportResultCode.SUCCESS);
    expect(made.status()).to.include({ emitted: 2, delivered: 0, kept: 1, dropped: 1 });
    expect(delivery.status().heldEvents).to.equal(1);
    await made.forceFlush();
    expect(made.status()).to.include({ delivered: 1, kept: 0 });
  });

  it('turns an unforeseen rejection into a failed result', async () => {
    const { send, delivery } = exporter();
    delivery.deliver = () => Promise.reject(new Error('unforeseen'));
    expect((await send(record())).error!.message).to.equal('unforeseen');
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- any value may be thrown
    delivery.deliver = () => Promise.reject('text');
    expect((await send(record())).error!.message).to.equal('text');
  });

  it('calls back once, also when the callback throws', async () => {
    const { exporter: made } = exporter();
    let calls = 0;
    made.export([record()], () => {
      calls++;
      throw new Error('of the processor');
    });
    await made.shutdown();
    expect(calls).to.equal(1);
  });

  it('encodes large lists in steps, and the sum holds at each', async () => {
    const { exporter: made, delivery } = exporter({ layout: 'body' });
    const records = Array.from({ length: 3700 }, (_, n) => record({ body: n % 2 === 0 ? 'x' : '' }));
    let done = false;
    made.export(records, () => (done = true));
    let turns = 0;
    while (!done) {
      expectSum(made.status());
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(turns).to.be.at.least(3);
    expect(delivery.batches[0]!.events).to.have.length(1850);
    expect(made.status()).to.include({ emitted: 3700, delivered: 1850, dropped: 1850, kept: 0 });
  });

  it('lets other work in between large records too', async () => {
    const { exporter: made } = exporter({ layout: 'body' });
    const records = Array.from({ length: 20 }, () => record({ body: 'x'.repeat(500_000) }));
    let done = false;
    made.export(records, () => (done = true));
    let turns = 0;
    while (!done) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(turns).to.be.at.least(8);
  });

  it('flushes what is still being encoded', async () => {
    const { exporter: made, delivery } = exporter();
    made.export(
      Array.from({ length: 1200 }, () => record()),
      () => undefined,
    );
    await made.forceFlush();
    expect(delivery.calls).to.deep.equal(['forceFlush']);
    expect(made.status()).to.include({ delivered: 1200 });
  });

  it('shuts down once, counts what comes after and fails it', async () => {
    const client = fakeClient();
    let destroyed = 0;
    client.destroy = () => {
      destroyed++;
    };
    const { send, exporter: made, delivery } = exporter({ client });
    const first = made.shutdown();
    expect(made.shutdown()).to.equal(first);
    await first;
    expect(delivery.calls).to.deep.equal(['shutdown']);
    const result = await send(record());
    expect(result.code).to.equal(ExportResultCode.FAILED);
    expect(result.error).to.include({ code: 'ERR_SHUT_DOWN' });
    expect(made.status()).to.include({ emitted: 1, dropped: 1 });
    expect(made.status().droppedByReason).to.deep.equal({ shutdown: 1 });
    expect(destroyed).to.equal(0);
  });

  it('makes a fixed group ahead where the stream waits for the resource', () => {
    const { delivery } = exporter({ logGroupName: '/g', logStreamName: '{service.name}' });
    expect(delivery.prepared).to.deep.equal(['/g']);
  });

  it('says when a log group is there, whatever becomes of the attempt, and in time', async () => {
    const { exporter: made, delivery } = exporter({ logGroupName: '/g', requestTimeoutMillis: 100 });
    await made.prepare();
    await made.prepare(record().resource);
    expect(delivery.prepared).to.have.length(2);
    const unsettled = { attributes: {}, asyncAttributesPending: true, waitForAsyncAttributes: () => never };
    await made.prepare(unsettled as never);
    expect(delivery.prepared).to.have.length(2);
  });

  it('makes a fixed destination ahead, and that of a resource when it is known', async () => {
    const fixed = exporter();
    expect(fixed.delivery.prepared).to.deep.equal([{ logGroupName: '/g', logStreamName: 's' }]);
    const templated = exporter({ logGroupName: '/apps/{service.name}' });
    expect(templated.delivery.prepared).to.deep.equal([]);
    void templated.exporter.prepare(record().resource);
    void templated.exporter.prepare(record().resource);
    expect(templated.delivery.prepared).to.deep.equal([{ logGroupName: '/apps/orders', logStreamName: 's' }]);
    let settle: () => void = () => undefined;
    const pending = {
      attributes: { 'service.name': 'late' },
      asyncAttributesPending: true,
      waitForAsyncAttributes: () => new Promise<void>((resolve) => (settle = resolve)),
    };
    void templated.exporter.prepare(pending as never);
    expect(templated.delivery.prepared).to.have.length(1);
    settle();
    await new Promise((resolve) => setImmediate(resolve));
    expect(templated.delivery.prepared[1]).to.include({ logGroupName: '/apps/late' });
    void templated.exporter.prepare({
      ...pending,
      waitForAsyncAttributes: () => Promise.reject(new Error('no')),
    } as never);
    void templated.exporter.prepare({ ...pending, waitForAsyncAttributes: undefined } as never);
  });

  it('survives a resource that can’t be read ahead', () => {
    const made = exporter({ logGroupName: '/apps/{service.name}' });
    const resource = {
      get attributes(): never {
        throw new Error('no');
      },
    };
    void made.exporter.prepare(resource as never);
    expect(made.delivery.prepared).to.deep.equal([]);
  });

  it('hands its clocks on to delivery, so that one time holds for all parts', () => {
    const wallClock = (): number => NOW;
    const now = (): number => 7;
    let handed: DeliveryParts | undefined;
    const delivery = new FakeDelivery();
    new ExporterCore(readExporterOptions({ logGroupName: '/g', client: fakeClient() }, {}), {
      epochMillis: wallClock,
      monotonicMillis: now,
      createDelivery: (parts, settings) => {
        handed = parts;
        return delivery.create(parts, settings);
      },
    });
    expect(handed).to.include({ epochMillis: wallClock, monotonicMillis: now });
  });

  it('hands every setting of delivery on', () => {
    const { delivery } = exporter({
      concurrency: 9,
      maxBufferBytes: 2_000_000,
      deliveryTimeoutMillis: 1001,
      requestTimeoutMillis: 1002,
      flushTimeoutMillis: 1003,
      shutdownTimeoutMillis: 1004,
      compression: 'none',
      retry: { initialDelayMillis: 11, maxDelayMillis: 12 },
      requestsPerSecond: 13,
      circuitBreaker: { failures: 2 },
      spool: { directory: '/spool', fsync: false },
      provision: 'stream',
      retentionInDays: 7,
      logGroupClass: 'INFREQUENT_ACCESS',
      kmsKeyId: 'arn:aws:kms:eu-central-1:123456789012:key/1',
      tags: { a: 'b' },
      indexFields: ['f'],
      facetFields: ['g'],
    });
    expect(delivery.settings).to.deep.equal({
      concurrency: 9,
      maxBufferBytes: 2_000_000,
      deliveryTimeoutMillis: 1001,
      requestTimeoutMillis: 1002,
      flushTimeoutMillis: 1003,
      shutdownTimeoutMillis: 1004,
      compression: 'none',
      retry: { initialDelayMillis: 11, maxDelayMillis: 12 },
      requestsPerSecond: 13,
      circuitBreaker: { failures: 2, probeAfterMillis: 5_000 },
      spool: { directory: '/spool', maxBytes: 1024 ** 3, maxAgeMillis: 14 * 86_400_000, fsync: false },
      provisioning: {
        provision: 'stream',
        retentionInDays: 7,
        logGroupClass: 'INFREQUENT_ACCESS',
        kmsKeyId: 'arn:aws:kms:eu-central-1:123456789012:key/1',
        tags: { a: 'b' },
        indexFields: ['f'],
        facetFields: ['g'],
      },
    });
  });
});

describe('CloudWatchLogExporter', () => {
  afterEach(() => {
    diag.disable();
    delete process.env.OTEL_EXPORTER_CLOUDWATCH_LOGS_LOGGROUP_NAME;
    delete process.env.OTEL_EXPORTER_CLOUDWATCH_LOGS_ZZZZZZZZZZZZZZZZZZZZZZZZZZ;
  });

  it('reads the environment and warns of misspelt variables', async () => {
    const said: string[] = [];
    const say = (message: string): void => void said.push(message);
    diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.WARN);
    process.env.OTEL_EXPORTER_CLOUDWATCH_LOGS_LOGGROUP_NAME = '/x';
    process.env.OTEL_EXPORTER_CLOUDWATCH_LOGS_ZZZZZZZZZZZZZZZZZZZZZZZZZZ = '/x';
    const made = new CloudWatchLogExporter({
      logGroupName: '/g',
      endpoint: 'http://127.0.0.1:9',
      provision: 'none',
    });
    expect(said[0]).to.include('OTEL_EXPORTER_CLOUDWATCH_LOGS_LOGGROUP_NAME is not an option; did you mean');
    expect(said.join()).to.match(/ZZZ is not an option(?!;)/);
    await made.shutdown();
  });

  it('throws for a wrong option', () => {
    expect(() => new CloudWatchLogExporter({ logGroupName: '/g', concurrency: 0 })).to.throw(
      'concurrency must be a whole number from 1 to 50; it is 0',
    );
  });
});

const never = new Promise<void>(() => undefined);
