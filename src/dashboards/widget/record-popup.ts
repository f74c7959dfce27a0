import { flatten } from '../model/flatten.js';
import { formatDateTime } from '../model/format.js';
import { detailsOf, type LogRecord } from '../model/records.js';
import { type Html, markup } from './html.js';

const MOST_MEMBERS = 60;
const LONGEST_VALUE = 500;
const LONGEST_STACK = 4_000;
const LONGEST_MESSAGE = 4_000;

/** All that a record says, for a popup. */
export function recordPopup(record: LogRecord, shiftMillis: number): Html {
  const { attributes, resource } = detailsOf(record);
  const { exception, traceId, spanId, parentSpanId, requestId, eventName } = record;
  const identity: [string, string | undefined][] = [
    ['time', formatDateTime(record.timestampMillis + shiftMillis, 'utc')],
    ['log group', record.logGroup],
    ['log stream', record.logStream],
    ['service', record.service],
    ['trace id', traceId],
    ['span id', spanId],
    ['parent span id', parentSpanId],
    ['request id', requestId],
    ['event name', eventName],
  ];
  const title = [exception?.type, exception?.message].filter(Boolean).join(': ');
  const known = identity.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
  return markup`<div class="otel-popup"><p>${bounded(record.text, LONGEST_VALUE)}</p>${title !== '' && markup`<p class="otel-error">${title}</p>`}${
    exception?.stacktrace !== undefined && markup`<pre>${bounded(exception.stacktrace, LONGEST_STACK)}</pre>`
  }${table('Record', known)}${table('Attributes', flatten(attributes))}${table('Resource', flatten(resource))}<h4>As stored</h4><pre>${bounded(record.message, LONGEST_MESSAGE)}</pre></div>`;
}

function table(title: string, members: readonly (readonly [string, string])[]): Html | false {
  if (members.length === 0) return false;
  const more = members.length - MOST_MEMBERS;
  return markup`<h4>${title}</h4><table>${members
    .slice(0, MOST_MEMBERS)
    .map(
      ([name, value]) =>
        markup`<tr><th scope="row">${bounded(name, LONGEST_VALUE)}</th><td>${bounded(value, LONGEST_VALUE)}</td></tr>`,
    )}</table>${more > 0 && markup`<p>${more} more</p>`}`;
}

function bounded(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}… (${text.length - most} more characters)` : text;
}
