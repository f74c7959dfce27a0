import {
  type Attributes,
  type BatchObservableCallback,
  type Meter,
  type MeterProvider,
  type Observable,
} from '@opentelemetry/api';

/** Attribute names of OpenTelemetry's semantic conventions ("SDK metrics", v1.45). */
export const ATTR_COMPONENT_NAME = 'otel.component.name';
export const ATTR_COMPONENT_TYPE = 'otel.component.type';
export const ATTR_ERROR_TYPE = 'error.type';

const METER_NAME = 'opentelemetry-cloudwatch-logs';

/** How a figure is shown: a sum that only grows, one that also shrinks, or a state. */
type FigureKind = 'counter' | 'upDownCounter' | 'gauge';

/** One metric that is read when metrics are collected. */
export interface Figure<Status> {
  readonly name: string;
  readonly kind: FigureKind;
  readonly unit: string;
  readonly description: string;
  /** The value, or values by `error.type` (`''` for none). Undefined where there is nothing to tell. */
  readonly read: (status: Status) => number | Readonly<Record<string, number | undefined>> | undefined;
}

const COMPONENTS = Symbol.for('opentelemetry-cloudwatch-logs.components');

/**
 * Components of each type so far, for their names. On the global object: an application that imports the package beside `register`,
 * or from both module systems, has it twice, and two components of one name would be one in its metrics.
 */
const shared = globalThis as { [COMPONENTS]?: Map<string, number> | undefined };
const components = (shared[COMPONENTS] ??= new Map<string, number>());

/**
 * Metrics of one component, read from its status when somebody collects: a record costs nothing more.
 * Without a meter provider there is no meter and no callback.
 */
export class ComponentMetrics<Status> {
  /** `otel.component.type` and `otel.component.name`, on each point. */
  readonly attributes: Attributes;
  readonly meter: Meter;
  #read: () => Status;

  /**
   * @param read - the component's status
   * @param type - `otel.component.type`
   */
  constructor(
    parts: { meterProvider: MeterProvider; read: () => Status },
    settings: { type: string; figures: readonly Figure<Status>[] },
  ) {
    const { type, figures } = settings;
    const number = components.get(type) ?? 0;
    components.set(type, number + 1);
    this.attributes = { [ATTR_COMPONENT_TYPE]: type, [ATTR_COMPONENT_NAME]: `${type}/${number}` };
    this.meter = parts.meterProvider.getMeter(METER_NAME);
    this.#read = parts.read;
    const instruments = figures.map((figure) => ({ figure, instrument: observe(this.meter, figure) }));
    const callback: BatchObservableCallback = (result) => {
      const status = this.#read();
      for (const { figure, instrument } of instruments) {
        const value = figure.read(status);
        if (typeof value === 'number') result.observe(instrument, value, this.attributes);
        else if (value !== undefined) {
          for (const [errorType, count] of Object.entries(value)) {
            if (count === undefined) continue;
            const error = errorType === '' ? {} : { [ATTR_ERROR_TYPE]: errorType };
            result.observe(instrument, count, { ...this.attributes, ...error });
          }
        }
      }
    };
    this.meter.addBatchObservableCallback(
      callback,
      instruments.map(({ instrument }) => instrument),
    );
  }

  /**
   * The figures stay as they are now. The callback is left: a sum must still be there at the last collection,
   * which comes after the shutdown of logs. It no longer holds the component.
   */
  freeze(): void {
    const last = this.#read();
    this.#read = () => last;
  }
}

function observe(meter: Meter, { name, kind, unit, description }: Figure<never>): Observable {
  const options = { unit, description };
  switch (kind) {
    case 'counter':
      return meter.createObservableCounter(name, options);
    case 'upDownCounter':
      return meter.createObservableUpDownCounter(name, options);
    case 'gauge':
      return meter.createObservableGauge(name, options);
  }
}
