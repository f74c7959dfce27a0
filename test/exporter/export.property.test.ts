import { type ExportResult } from '@opentelemetry/core';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  EVENT_OVERHEAD_BYTES,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_BATCH_SPAN_MILLIS,
} from '../../src/cloudwatch/limits.js';
import { logGroupNameProblem, logStreamNameProblem } from '../../src/cloudwatch/names.js';
import { readExporterOptions } from '../../src/options/options.js';
import { ExporterCore } from '../../src/exporter/exporter-core.js';
import {
  at,
  fakeClient,
  FakeDelivery,
  listeningDiagnostics,
  messageOf,
  NOW,
  record,
} from '../encoding/records.js';

const DAY = MAX_BATCH_SPAN_MILLIS;

/** A record with a number of its own in the body, so that it is known again in its message. */
interface Sample {
  readonly millis: number;
  readonly tenant: string;
  readonly padding: number;
  readonly kind: 'plain' | 'odd' | 'empty' | 'broken' | 'quiet';
  readonly odd: unknown;
}

const samples = fc.array(
  fc.record<Sample>({
    millis: fc.integer({ min: NOW - 20 * DAY, max: NOW + DAY }),
    tenant: fc.oneof(
      fc.constantFrom('a', 'b', 'c/d', 'e:*f', ''),
      fc.string({ unit: 'binary', maxLength: 600 }),
    ),
    padding: fc.oneof({ weight: 6, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(60_000) }),
    kind: fc.constantFrom('plain', 'plain', 'plain', 'odd', 'empty', 'broken', 'quiet'),
    odd: fc.anything({
      withBigInt: true,
      withMap: true,
      withSet: true,
      withDate: true,
      withTypedArray: true,
    }),
  }),
  { maxLength: 120 },
);

function recordOf(sample: Sample, index: number): ReadableLogRecord {
  const one = record({
    hrTime: at(sample.millis),
    body: sample.kind === 'empty' ? '' : `#${index}# ${'é😀\n'.repeat(sample.padding)}`,
    attributes: { tenant: sample.tenant, odd: sample.kind === 'odd' ? sample.odd : 0 },
    severityNumber: sample.kind === 'quiet' ? 1 : 9,
  });
  if (sample.kind !== 'broken') return one;
  return Object.defineProperty(one, 'body', {
    get: () => {
      throw new Error('broken');
    },
  });
}

describe('any list of records', () => {
  for (const layout of ['collector', 'otlp', 'body'] as const) {
    for (const oversize of ['truncate', 'split', 'drop'] as const) {
      it(`gives requests inside every limit and accounts for each record (${layout}, ${oversize})`, async () => {
        const property = fc.asyncProperty(samples, async (list) => {
          const delivery = new FakeDelivery();
          const settings = readExporterOptions(
            {
              logGroupName: '/t/{attributes.tenant}',
              logStreamName: '{service.name}/{attributes.tenant}',
              client: fakeClient(),
              maxDestinations: 6,
              maxMessageBytes: 40_000,
              minSeverity: 'debug',
              layout,
              oversize,
            },
            {},
          );
          const { diagnostics } = listeningDiagnostics();
          const exporter = new ExporterCore(settings, {
            diagnostics,
            createDelivery: delivery.create,
            monotonicMillis: () => 0,
          });
          const result = await new Promise<ExportResult>((resolve) => {
            exporter.export(list.map(recordOf), resolve);
          });
          expect(result.code).to.equal(0);

          const seen = new Set<string>();
          const destinations = new Set<string>();
          for (const { destination, bytes, ...batch } of delivery.batches) {
            const events = [...batch.events];
            destinations.add(JSON.stringify(destination));
            expect(logGroupNameProblem(destination.logGroupName)).to.equal(undefined);
            expect(logStreamNameProblem(destination.logStreamName)).to.equal(undefined);
            expect(events.length).to.be.within(1, MAX_BATCH_EVENTS);
            let sum = 0;
            for (const [index, event] of events.entries()) {
              const message = messageOf(event);
              expect(event.messageBytes).to.equal(Buffer.byteLength(message)).and.to.be.within(1, 40_000);
              expect(message.isWellFormed()).to.equal(true);
              if (layout !== 'body') JSON.parse(message);
              if (index > 0) expect(event.timestamp).to.be.at.least(events[index - 1]!.timestamp);
              sum += event.messageBytes + EVENT_OVERHEAD_BYTES;
              const number = /#(\d+)#/.exec(message)?.[1];
              if (number === undefined) continue;
              expect(seen.has(number)).to.equal(false);
              seen.add(number);
              expect(event.timestamp).to.equal(list[Number(number)]!.millis);
            }
            expect(sum).to.equal(bytes).and.to.be.at.most(MAX_BATCH_BYTES);
            expect(events.at(-1)!.timestamp - events[0]!.timestamp).to.be.at.most(MAX_BATCH_SPAN_MILLIS);
          }
          expect(destinations.size).to.be.at.most(6);

          const { droppedByReason: dropped, ...status } = exporter.status();
          const count = (kind: Sample['kind']): number =>
            list.filter((sample) => sample.kind === kind).length;
          expect(dropped.unserializable ?? 0).to.equal(count('broken'));
          expect(dropped.below_min_severity ?? 0).to.equal(count('quiet'));
          expect(dropped.empty ?? 0).to.equal(layout === 'body' ? count('empty') : 0);
          expect(status.emitted).to.equal(list.length);
          expect(status.kept).to.equal(0);
          const numbered = count('plain') + count('odd') - seen.size;
          const refused = (dropped.oversize ?? 0) + (dropped.too_many_destinations ?? 0);
          // Records without a number ("empty") may be refused for their destination as well.
          expect(refused).to.be.within(numbered, numbered + count('empty'));
          expect(status.delivered).to.equal(status.emitted + status.addedBySplit - status.dropped);
        });
        await fc.assert(property, { seed: 20261121, numRuns: 25 });
      });
    }
  }
});
