import {
  type FieldSelector,
  type FilterPattern,
  matchesPattern,
  parseFieldSelector,
  readNumber,
  selectFields,
} from '../filter-patterns/filter-pattern.js';
import { isDimensionValue, isMetricValue, type MetricSeries } from '../metrics/metric-series.js';
import type { MetricStore } from '../metrics/metric-store.js';
import { type MetricFilterDocument, metricFiltersOf } from './collections.js';
import type { FreshEvents } from './event-feed.js';
import { parseStoredPattern } from './filter-pattern.js';
import { checkSystemFields, parseFieldSelection, systemFieldValues } from './field-selection.js';
import type { ServiceContext } from './service-context.js';

/** The unit of a metric whose filter names none. Source: MetricTransformation, `unit`. */
const NO_UNIT = 'None';

/**
 * Takes the values that the metric filters of a log group find in events that were just stored. Source: user guide,
 * "Creating metrics from log events using filters".
 */
export function observeMetrics(
  context: Pick<ServiceContext, 'accountId' | 'region' | 'catalog'>,
  { group, events }: FreshEvents,
  store: MetricStore,
): void {
  for (const [, filter] of context.catalog.list<MetricFilterDocument>(metricFiltersOf(group.logGroupName))) {
    const system = systemFieldValues(context, group.logGroupName);
    const { fieldSelectionCriteria, emitSystemFieldDimensions = [] } = filter;
    if (fieldSelectionCriteria && !parseFieldSelection(fieldSelectionCriteria)(system)) continue;
    checkSystemFields(emitSystemFieldDimensions);
    const fixed = Object.fromEntries(emitSystemFieldDimensions.map((name) => [name, system[name]]));
    for (const transformation of transformationsOf(filter)) {
      const filterKey = `${group.logGroupName} ${filter.filterName}`;
      transformation.observe(events, { region: context.region, fixed, filterKey, store });
    }
  }
}

/** Filters as they are used; the catalog gives the same document as long as it does not change. */
const read = new WeakMap<MetricFilterDocument, readonly Transformation[]>();

function transformationsOf(filter: MetricFilterDocument): readonly Transformation[] {
  let transformations = read.get(filter);
  if (!transformations) {
    const pattern = parseStoredPattern(filter.filterPattern);
    transformations = pattern
      ? filter.metricTransformations.map((each) => new Transformation(pattern, each))
      : [];
    read.set(filter, transformations);
  }
  return transformations;
}

/** How one metric is made of the events that match a pattern. */
class Transformation {
  readonly #pattern: FilterPattern;
  readonly #metric: { readonly namespace: string; readonly metricName: string; readonly unit: string };
  readonly #defaultValue: number | undefined;
  /** A number that every match counts, or the position of the field that has it. */
  readonly #value: { readonly number: number } | { readonly position: number };
  readonly #dimensionNames: readonly string[];
  /** Of the dimensions, and of the value behind them; undefined where one is none, as an older store may hold. */
  readonly #selectors: readonly FieldSelector[] | undefined;

  constructor(pattern: FilterPattern, transformation: MetricFilterDocument['metricTransformations'][number]) {
    const { metricNamespace, metricName, metricValue, unit = NO_UNIT, dimensions = {} } = transformation;
    const number = readNumber(metricValue);
    const texts = Object.values(dimensions);
    this.#pattern = pattern;
    this.#metric = { namespace: metricNamespace, metricName, unit };
    this.#defaultValue = transformation.defaultValue;
    this.#value = number === undefined ? { position: texts.length } : { number };
    this.#dimensionNames = Object.keys(dimensions);
    const selectors = [...texts, ...(number === undefined ? [metricValue] : [])].map((text) =>
      parseFieldSelector(pattern, text),
    );
    this.#selectors = selectors.every((selector) => selector !== undefined) ? selectors : undefined;
  }

  observe(
    events: FreshEvents['events'],
    {
      region,
      fixed,
      filterKey,
      store,
    }: {
      readonly region: string;
      readonly fixed: Readonly<Record<string, string>>;
      readonly filterKey: string;
      readonly store: MetricStore;
    },
  ): void {
    if (!this.#selectors) return;
    const plain: MetricSeries = { region, ...this.#metric, dimensions: fixed };
    for (const { timestamp, message } of events) {
      const fields = this.#read(message, this.#selectors);
      if (this.#defaultValue !== undefined) {
        if (fields) store.noteMatch(plain, timestamp, filterKey);
        else store.expectMatch(plain, timestamp, filterKey, this.#defaultValue);
      }
      const value = fields && this.#valueOf(fields);
      const dimensions = fields && this.#dimensionsOf(fields, fixed);
      if (value === undefined || !isMetricValue(value) || !dimensions) continue;
      store.add({ ...plain, dimensions }, timestamp, value);
    }
  }

  /** @returns the fields that the selectors name; undefined for a message that does not match */
  #read(message: string, selectors: readonly FieldSelector[]): readonly (string | undefined)[] | undefined {
    if (selectors.length > 0) return selectFields(this.#pattern, message, selectors);
    return matchesPattern(this.#pattern, message) ? [] : undefined;
  }

  #valueOf(fields: readonly (string | undefined)[]): number | undefined {
    if ('number' in this.#value) return this.#value.number;
    const text = fields[this.#value.position];
    return text === undefined ? undefined : readNumber(text);
  }

  /** Not documented: an event that lacks a dimension is no value of the metric, which has others. */
  #dimensionsOf(
    fields: readonly (string | undefined)[],
    fixed: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>> | undefined {
    const dimensions: [string, string][] = Object.entries(fixed);
    for (const [position, name] of this.#dimensionNames.entries()) {
      const value = fields[position];
      if (value === undefined || !isDimensionValue(value)) return undefined;
      dimensions.push([name, value]);
    }
    return Object.fromEntries(dimensions.sort(([left], [right]) => (left < right ? -1 : 1)));
  }
}
