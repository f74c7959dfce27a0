import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import fc from 'fast-check';
import { readExporterOptions } from '../../../src/options/options.js';
import { ExporterCore } from '../../../src/exporter/exporter-core.js';
import { fakeClient, FakeDelivery, listeningDiagnostics, messageOf, record } from '../records.js';

const throwing = (name: string): object =>
  Object.defineProperty({}, name, {
    enumerable: true,
    get: () => {
      throw new Error('unreadable');
    },
  });

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

/** What bridges and applications in plain JavaScript have put into members of records. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    ...[undefined, null, NaN, Infinity, -Infinity, -0, 0, -1, 5, 1.5, 1e300, true, false, '', 'INFO', '0x5'],
    ...[' 5', '5', 5n, 2n ** 70n, Symbol('s'), (): number => 1, {}, [], [NaN, 1], [5n, 1], [Symbol('s'), 1]],
    ...[new Date(NaN), new Map([['a', 1]]), new Set([1]), /x/, new Uint8Array([1]), Object(Symbol('s'))],
    ...[{ toJSON: () => undefined }, { toJSON: () => Infinity }, { valueOf: () => 7 }, Object.create(null)],
    ...[throwing('traceId'), throwing('name'), throwing('attributes'), throwing('toJSON'), throwing('0')],
    ...[{ traceFlags: 1n }, { traceId: {}, spanId: 5, traceFlags: 'x' }, { name: Symbol('s'), version: NaN }],
    ...[{ attributes: 5 }, { attributes: null }, { attributes: throwing('a') }, [revoked], '\ud800"\n'],
  ),
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
);

const MEMBERS = [
  'hrTime',
  'hrTimeObserved',
  'severityNumber',
  'severityText',
  'body',
  'eventName',
  'attributes',
  'droppedAttributesCount',
  'spanContext',
  'instrumentationScope',
  'resource',
] as const;

function writer(layout: 'collector' | 'otlp'): (record: ReadableLogRecord) => Promise<string[]> {
  return async (one) => {
    const delivery = new FakeDelivery();
    const { diagnostics } = listeningDiagnostics();
    const exporter = new ExporterCore(
      readExporterOptions({ logGroupName: '/g', logStreamName: 's', client: fakeClient(), layout }, {}),
      { diagnostics, createDelivery: delivery.create },
    );
    await new Promise((resolve) => {
      exporter.export([one], resolve);
    });
    expect(exporter.status().droppedByReason).to.deep.equal({});
    return delivery.batches.flatMap((batch) => batch.events.map(messageOf));
  };
}

for (const layout of ['collector', 'otlp'] as const) {
  describe(`the ${layout} layout, of records that have odd members`, () => {
    const write = writer(layout);

    it('stores JSON, and loses no record, whatever a member holds', async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...MEMBERS), hostile, async (name, value) => {
          const messages = await write(record({ [name]: value }));
          expect(messages).to.have.length(1);
          const message = JSON.parse(messages[0]!) as Record<string, unknown>;
          if (name !== 'body') expect(message.body).to.equal('hello');
        }),
        { seed: 20261121, numRuns: 600 },
      );
    });

    it('stores JSON, and loses no record, where all members are odd', async () => {
      const records = fc.record(Object.fromEntries(MEMBERS.map((name) => [name, hostile])));
      await fc.assert(
        fc.asyncProperty(records, async (parts) => {
          const messages = await write(record(parts));
          expect(messages).to.have.length(1);
          expect(JSON.parse(messages[0]!)).to.be.an('object');
        }),
        { seed: 20261121, numRuns: 300 },
      );
    });

    it('writes the members that can be read where one can not', async () => {
      const one = record({ severityText: 5, eventName: 7, spanContext: {}, severityNumber: 'INFO' });
      Object.defineProperty(one, 'attributes', {
        get: () => {
          throw new Error('unreadable');
        },
      });
      const message = JSON.parse((await write(one))[0]!) as Record<string, unknown>;
      expect(Object.values(message)).to.include.members(['hello', 5, 7, 'INFO']);
      expect(message).to.not.have.any.keys('flags', 'trace_flags', 'trace_id', 'traceId', 'attributes');
    });
  });
}
