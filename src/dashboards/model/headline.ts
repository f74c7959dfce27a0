import { flatten } from './flatten.js';
import { detailsOf, type LogRecord } from './records.js';
import { type SpanRow } from './span-rows.js';

/** What one reads first of a trace. */
export interface Headline {
  readonly service: string | undefined;
  /** The operation, or what was logged first. */
  readonly name: string;
  /** Such as `502`, where a span tells it. */
  readonly status: string | undefined;
  readonly hasFailed: boolean;
}

const STATUS_NAMES = [
  'http.response.status_code',
  'http.status_code',
  'rpc.grpc.status_code',
  'faas.status_code',
];

/** The headline of records. @param rows - the lanes of their spans */
export function headlineOf(records: readonly LogRecord[], rows: readonly SpanRow[]): Headline | undefined {
  const first = records[0];
  if (!first) return undefined;
  const root =
    rows.find((row) => row.kind === 'span' && row.depth === 0) ?? rows.find((row) => row.kind === 'span');
  const hasFailed = records.some(({ isError }) => isError);
  if (!root?.record) return { service: first.service, name: first.text, status: undefined, hasFailed };
  const attributes = new Map(flatten(detailsOf(root.record).attributes));
  const status = STATUS_NAMES.map((name) => attributes.get(name)).find((value) => value !== undefined);
  return { service: root.service, name: root.label, status, hasFailed };
}
