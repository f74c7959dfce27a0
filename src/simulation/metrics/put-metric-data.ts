import type { MetricValues } from './metric-store.js';

/** Source: PutMetricData: values of a datum, data of a request, bytes of a request (a little less than 1 MB). */
const MAX_VALUES = 150;
const MAX_DATA = 1000;
const MAX_BYTES = 900_000;

/** The parameters of one datum, without their numbers in the request. */
type Datum = readonly (readonly [name: string, value: string])[];

/** One request of the operation. */
export interface PutMetricDataRequest {
  readonly region: string;
  readonly namespace: string;
  readonly data: readonly Datum[];
}

/** Makes the requests that publish values, each within the limits of PutMetricData. */
export function putMetricDataRequests(all: readonly MetricValues[]): PutMetricDataRequest[] {
  const requests: { region: string; namespace: string; data: Datum[]; bytes: number }[] = [];
  for (const values of all) {
    const { region, namespace } = values.series;
    for (const datum of dataOf(values)) {
      const bytes = datum.reduce((sum, [name, value]) => sum + parameterBytes(name, value), 0);
      let request = requests.find((each) => each.region === region && each.namespace === namespace);
      if (!request || request.data.length >= MAX_DATA || request.bytes + bytes > MAX_BYTES) {
        request = { region, namespace, data: [], bytes: 0 };
        // The newest is found first.
        requests.unshift(request);
      }
      request.data.push(datum);
      request.bytes += bytes;
    }
  }
  return requests.reverse();
}

/** With the prefix `MetricData.member.1000.`, and the signs around. */
function parameterBytes(name: string, value: string): number {
  return name.length + encodeStrictly(value).length + 26;
}

function* dataOf({ series, timestamp, values }: MetricValues): Generator<Datum> {
  const counted = [...values];
  for (let start = 0; start < counted.length; start += MAX_VALUES) {
    const datum: [string, string][] = [
      ['MetricName', series.metricName],
      ['Timestamp', new Date(timestamp).toISOString().replace('.000', '')],
      ['Unit', series.unit],
    ];
    for (const [index, [name, value]] of Object.entries(series.dimensions).entries()) {
      datum.push([`Dimensions.member.${index + 1}.Name`, name]);
      datum.push([`Dimensions.member.${index + 1}.Value`, value]);
    }
    for (const [index, [value, count]] of counted.slice(start, start + MAX_VALUES).entries()) {
      datum.push([`Values.member.${index + 1}`, String(value)]);
      datum.push([`Counts.member.${index + 1}`, String(count)]);
    }
    yield datum;
  }
}

/**
 * The body of a request in the AWS query protocol, which AWS, LocalStack, moto and the other stand-ins of
 * CloudWatch take, whatever their age; the newer protocols of the service are not known to all of them.
 */
export function encodePutMetricData({ namespace, data }: PutMetricDataRequest): string {
  const parameters: [string, string][] = [
    ['Action', 'PutMetricData'],
    ['Version', '2010-08-01'],
    ['Namespace', namespace],
  ];
  for (const [index, datum] of data.entries()) {
    for (const [name, value] of datum) parameters.push([`MetricData.member.${index + 1}.${name}`, value]);
  }
  return parameters.map(([name, value]) => `${name}=${encodeStrictly(value)}`).join('&');
}

/** As SDKs encode: some servers read the query more strictly than others. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
