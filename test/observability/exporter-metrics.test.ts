import {
  METRIC_OTEL_SDK_EXPORTER_LOG_EXPORTED,
  METRIC_OTEL_SDK_EXPORTER_LOG_INFLIGHT,
  METRIC_OTEL_SDK_EXPORTER_OPERATION_DURATION,
  METRIC_OTEL_SDK_PROCESSOR_LOG_PROCESSED,
  METRIC_OTEL_SDK_PROCESSOR_LOG_QUEUE_CAPACITY,
  METRIC_OTEL_SDK_PROCESSOR_LOG_QUEUE_SIZE,
  ATTR_OTEL_COMPONENT_NAME,
  ATTR_OTEL_COMPONENT_TYPE,
} from '@opentelemetry/semantic-conventions/incubating';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { expect } from 'chai';
import * as names from '../../src/observability/component-metrics.js';
import { type ExporterFigures, ExporterMetrics } from '../../src/observability/exporter-metrics.js';
import { type ProcessorFigures, ProcessorMetrics } from '../../src/observability/processor-metrics.js';
import { ReadableMetrics } from './read-metrics.js';

const NOTHING: ExporterFigures = {
  delivered: 0,
  kept: 0,
  droppedByReason: {},
  deliveredBytes: 0,
  heldEvents: 0,
  heldBytes: 0,
  batches: 0,
  requests: 0,
  retries: 0,
  throttles: 0,
  breaker: 'closed',
};

function exporterMetrics(initial: Partial<ExporterFigures> = {}): {
  metrics: ReadableMetrics;
  exporter: ExporterMetrics;
  set: (figures: Partial<ExporterFigures>) => void;
} {
  const metrics = new ReadableMetrics();
  let figures: ExporterFigures = { ...NOTHING, ...initial };
  const exporter = new ExporterMetrics({
    meterProvider: metrics.provider,
    read: () => figures,
    epochMillis: () => 10_000,
  });
  const set = (next: Partial<ExporterFigures>): void => {
    figures = { ...figures, ...next };
  };
  return { metrics, exporter, set };
}

describe('ExporterMetrics', () => {
  it('uses the names and attributes of the semantic conventions', async () => {
    const { metrics, exporter } = exporterMetrics();
    exporter.requestEnded({ durationSeconds: 0.1, isAccepted: true, oldestTimestamp: 0 });
    const found = await metrics.read();
    expect(found.get(METRIC_OTEL_SDK_EXPORTER_LOG_EXPORTED)?.unit).to.equal('{log_record}');
    expect(found.get(METRIC_OTEL_SDK_EXPORTER_LOG_INFLIGHT)?.unit).to.equal('{log_record}');
    expect(found.get(METRIC_OTEL_SDK_EXPORTER_OPERATION_DURATION)?.unit).to.equal('s');
    expect(names.ATTR_COMPONENT_NAME).to.equal(ATTR_OTEL_COMPONENT_NAME);
    expect(names.ATTR_COMPONENT_TYPE).to.equal(ATTR_OTEL_COMPONENT_TYPE);
    expect(names.ATTR_ERROR_TYPE).to.equal(ATTR_ERROR_TYPE);
    const { attributes } = found.get(METRIC_OTEL_SDK_EXPORTER_LOG_INFLIGHT)!.points[0]!;
    expect(attributes[ATTR_OTEL_COMPONENT_TYPE]).to.equal('cloudwatch_logs_exporter');
    expect(attributes[ATTR_OTEL_COMPONENT_NAME]).to.match(/^cloudwatch_logs_exporter\/\d+$/);
  });

  it('names each component', async () => {
    const nameOf = async (metrics: ReadableMetrics): Promise<unknown> =>
      (await metrics.read()).get('otel.sdk.exporter.log.inflight')!.points[0]!.attributes[
        ATTR_OTEL_COMPONENT_NAME
      ];
    const one = await nameOf(exporterMetrics().metrics);
    expect(await nameOf(exporterMetrics().metrics)).not.to.equal(one);
  });

  it('counts exported records by error, without those that were dropped by wish or before', async () => {
    const { metrics } = exporterMetrics({
      delivered: 7,
      droppedByReason: { too_old: 2, queue_full: 3, below_min_severity: 4, buffer_full: 5 },
    });
    expect(await metrics.valuesOf('otel.sdk.exporter.log.exported')).to.deep.equal({
      '': 7,
      too_old: 2,
      buffer_full: 5,
    });
    expect(await metrics.valuesOf('cloudwatch_logs.exporter.rejected')).to.deep.equal({ too_old: 2 });
    expect(await metrics.valuesOf('cloudwatch_logs.exporter.dropped')).to.deep.equal({
      too_old: 2,
      queue_full: 3,
      below_min_severity: 4,
      buffer_full: 5,
    });
  });

  const plain: [string, Partial<ExporterFigures>, number][] = [
    ['otel.sdk.exporter.log.inflight', { kept: 3 }, 3],
    ['cloudwatch_logs.exporter.billed', { deliveredBytes: 100 }, 100],
    ['cloudwatch_logs.exporter.batches', { batches: 4 }, 4],
    ['cloudwatch_logs.exporter.requests', { requests: 5 }, 5],
    ['cloudwatch_logs.exporter.retries', { retries: 6 }, 6],
    ['cloudwatch_logs.exporter.throttles', { throttles: 7 }, 7],
    ['cloudwatch_logs.exporter.held.events', { heldEvents: 8 }, 8],
    ['cloudwatch_logs.exporter.held.size', { heldBytes: 9 }, 9],
    ['cloudwatch_logs.exporter.breaker.open', { breaker: 'open' }, 1],
    ['cloudwatch_logs.exporter.breaker.open', { breaker: 'half_open' }, 1],
    ['cloudwatch_logs.exporter.breaker.open', { breaker: 'closed' }, 0],
  ];
  const spool = {
    bytes: 10,
    batches: 2,
    events: 30,
    oldestAgeMillis: 1_500,
    unreadableBatches: 1,
    isFull: true,
    isWritable: false,
  };
  for (const [name, value] of [
    ['size', 10],
    ['batches', 2],
    ['events', 30],
    ['oldest.age', 1.5],
    ['unreadable', 1],
    ['full', 1],
    ['writable', 0],
  ] as const) {
    plain.push([`cloudwatch_logs.exporter.spool.${name}`, { spool }, value]);
  }
  plain.push([
    'cloudwatch_logs.exporter.spool.oldest.age',
    { spool: { ...spool, oldestAgeMillis: undefined } },
    0,
  ]);

  it('shows nothing of a spool without one', async () => {
    const { metrics } = exporterMetrics();
    const names = [...(await metrics.read())]
      .filter(([, { points }]) => points.length > 0)
      .map(([name]) => name);
    expect(names.filter((name) => name.includes('spool'))).to.deep.equal([]);
  });

  for (const [name, figures, value] of plain) {
    it(`shows ${JSON.stringify(figures)} as ${name}`, async () => {
      const { metrics, set } = exporterMetrics();
      set(figures);
      expect(await metrics.valuesOf(name)).to.deep.equal({ '': value });
    });
  }

  it('measures requests by their error, and the lag of accepted ones', async () => {
    const { metrics, exporter } = exporterMetrics();
    exporter.requestEnded({ durationSeconds: 0.25, isAccepted: true, oldestTimestamp: 7_000 });
    exporter.requestEnded({ durationSeconds: 0.5, isAccepted: true, oldestTimestamp: 99_000 });
    exporter.requestEnded({
      durationSeconds: 2,
      isAccepted: false,
      errorType: 'ThrottlingException',
      httpStatus: 400,
      oldestTimestamp: 0,
    });
    const found = await metrics.read();
    const durations = found.get('otel.sdk.exporter.operation.duration')!.points;
    expect(durations.map((point) => (point.value as { sum: number }).sum)).to.deep.equal([0.75, 2]);
    expect(durations[1]!.attributes).to.include({
      'error.type': 'ThrottlingException',
      'http.response.status_code': 400,
    });
    const lag = found.get('cloudwatch_logs.exporter.delivery.lag')!.points;
    expect(lag.map((point) => point.value)).to.have.length(1);
    expect(lag[0]!.value).to.include({ sum: 3, count: 2, min: 0 });
  });

  it('keeps its last figures after it is frozen', async () => {
    const { metrics, exporter, set } = exporterMetrics({ delivered: 5 });
    exporter.freeze();
    set({ delivered: 6 });
    expect(await metrics.valuesOf('otel.sdk.exporter.log.exported')).to.deep.equal({ '': 5 });
  });
});

describe('ProcessorMetrics', () => {
  it('shows the queue by the semantic conventions', async () => {
    const metrics = new ReadableMetrics();
    let figures: ProcessorFigures = { exported: 10, queueFull: 0, queued: 3, maxQueueSize: 40 };
    const processor = new ProcessorMetrics({ meterProvider: metrics.provider, read: () => figures });
    expect(await metrics.valuesOf(METRIC_OTEL_SDK_PROCESSOR_LOG_PROCESSED)).to.deep.equal({ '': 10 });
    figures = { ...figures, queueFull: 2 };
    expect(await metrics.valuesOf(METRIC_OTEL_SDK_PROCESSOR_LOG_PROCESSED)).to.deep.equal({
      '': 10,
      queue_full: 2,
    });
    expect(await metrics.valuesOf(METRIC_OTEL_SDK_PROCESSOR_LOG_QUEUE_SIZE)).to.deep.equal({ '': 3 });
    expect(await metrics.valuesOf(METRIC_OTEL_SDK_PROCESSOR_LOG_QUEUE_CAPACITY)).to.deep.equal({ '': 40 });
    processor.freeze();
    figures = { ...figures, queued: 0 };
    expect(await metrics.valuesOf(METRIC_OTEL_SDK_PROCESSOR_LOG_QUEUE_SIZE)).to.deep.equal({ '': 3 });
  });

  it('shows the write-ahead log, where there is one', async () => {
    const metrics = new ReadableMetrics();
    const queue = { exported: 0, queueFull: 0, queued: 0, maxQueueSize: 1 };
    const writeAhead = {
      bytes: 100,
      events: 3,
      oldestAgeMillis: 2_500 as number | undefined,
      unprotected: 4,
      replayed: 5,
      possibleDuplicates: 6,
      unreadableFiles: 7,
    };
    let figures: ProcessorFigures = queue;
    new ProcessorMetrics({ meterProvider: metrics.provider, read: () => figures });
    const values = async (): Promise<Record<string, unknown>> => {
      const prefix = 'cloudwatch_logs.processor.write_ahead.';
      const found = [...(await metrics.read())].filter(([name]) => name.startsWith(prefix));
      return Object.fromEntries(
        found.flatMap(([name, { points }]) => points.map(({ value }) => [name.slice(prefix.length), value])),
      );
    };
    expect(await values()).to.deep.equal({});
    figures = { ...queue, writeAhead };
    expect(await values()).to.deep.equal({
      size: 100,
      events: 3,
      'oldest.age': 2.5,
      unprotected: 4,
      replayed: 5,
      possible_duplicates: 6,
      unreadable: 7,
    });
    figures = { ...queue, writeAhead: { ...writeAhead, oldestAgeMillis: undefined } };
    expect(await values()).to.include({ 'oldest.age': 0 });
  });
});
