import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

type Point = DataPoint<unknown>;

/** A meter provider whose metrics a test reads when it wants to. */
export class ReadableMetrics {
  readonly #exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#exporter,
    exportIntervalMillis: 2_147_483,
    exportTimeoutMillis: 2_147_483,
  });
  readonly provider = new MeterProvider({ readers: [this.#reader] });

  /** All points by name of the metric, with its unit. */
  async read(): Promise<Map<string, { unit: string; points: Point[] }>> {
    this.#exporter.reset();
    await this.#reader.forceFlush();
    const found = new Map<string, { unit: string; points: Point[] }>();
    for (const scope of this.#exporter.getMetrics().flatMap((collected) => collected.scopeMetrics)) {
      for (const { descriptor, dataPoints } of scope.metrics) {
        found.set(descriptor.name, { unit: descriptor.unit, points: dataPoints });
      }
    }
    return found;
  }

  /** Values of one metric by `error.type`. */
  async valuesOf(name: string): Promise<Record<string, unknown>> {
    const { points } = (await this.read()).get(name) ?? { points: [] };
    return Object.fromEntries(
      points.map((point): [string, unknown] => [String(point.attributes['error.type'] ?? ''), point.value]),
    );
  }
}
