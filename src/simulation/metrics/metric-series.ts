/** What a metric is called, measured in and told apart by. */
export interface MetricSeries {
  readonly region: string;
  readonly namespace: string;
  readonly metricName: string;
  /** Of CloudWatch's standard units. */
  readonly unit: string;
  /** Values by names, ordered by name. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The same text for the same metric. */
export function keyOfSeries({ region, namespace, metricName, unit, dimensions }: MetricSeries): string {
  return JSON.stringify([region, namespace, metricName, unit, Object.entries(dimensions)]);
}

/** Source: PutMetricData, `Value`. */
const LARGEST = 1.174271e108;
const SMALLEST = 8.51592e-109;

/** Whether CloudWatch takes a value. */
export function isMetricValue(value: number): boolean {
  const magnitude = Math.abs(value);
  return magnitude <= LARGEST && (value === 0 || magnitude >= SMALLEST);
}

/** Source: CloudWatch API reference, `Dimension`: ASCII, with something besides blanks. */
const ASCII = /^[\x20-\x7e]*$/;
const NO_BLANK = /[\x21-\x7e]/;
const MAX_DIMENSION_VALUE = 1024;

/** Whether CloudWatch takes a value of a dimension. */
export function isDimensionValue(value: string): boolean {
  return value.length <= MAX_DIMENSION_VALUE && ASCII.test(value) && NO_BLANK.test(value);
}
