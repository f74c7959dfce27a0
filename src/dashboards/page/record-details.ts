import { flatten } from '../model/flatten.js';
import { formatDateTime, formatOffset, type Zone, zoneName } from '../model/format.js';
import { detailsOf, type LogRecord } from '../model/records.js';
import { stackLines } from '../model/stack-lines.js';
import { type Search } from '../model/search-text.js';
import { button, fill, h } from './dom.js';

/** What happens when details are used. */
export interface DetailsEvents {
  readonly onSearch: (search: Search) => void;
  readonly onSpan: (record: LogRecord) => void;
  readonly onCopy: (text: string, what: string) => void;
}

/** Stack lines of libraries in a row that are folded up. */
const FOLDED_LINES = 3;

/** All that a record says. */
export function recordDetails(record: LogRecord, zone: Zone, events: DetailsEvents): HTMLElement {
  const { attributes, resource, scope, json } = detailsOf(record);
  return h(
    'div',
    { class: 'details' },
    record.exception && exceptionPart(record.exception),
    h(
      'div',
      { class: 'details-tables' },
      table(
        'Attributes',
        // The stack is shown by its lines.
        flatten(attributes).filter(([, value]) => value !== record.exception?.stacktrace),
        events,
      ),
      h(
        'div',
        {},
        identity(record, zone, events),
        table('Resource', flatten(resource), events),
        table('Scope', flatten(scope), events),
      ),
    ),
    rawPart(record.message, json, events),
  );
}

function exceptionPart({ type, message, stacktrace }: NonNullable<LogRecord['exception']>): HTMLElement {
  const title = [type, message].filter(Boolean).join(': ');
  return h(
    'div',
    { class: 'exception' },
    // Most stacks begin with the same words.
    title !== '' &&
      stacktrace?.trimStart().startsWith(title) !== true &&
      h('p', { class: 'exception-title' }, title),
    stacktrace !== undefined && stackPart(stacktrace),
  );
}

function stackPart(stacktrace: string): HTMLElement {
  const lines = stackLines(stacktrace);
  const list = h('ol', { class: 'stack', 'aria-label': 'Stack trace' });
  const draw = (isWhole: boolean): void => {
    list.replaceChildren();
    for (let index = 0; index < lines.length;) {
      let end = index;
      while (end < lines.length && lines[end]!.isForeign) end++;
      if (!isWhole && end - index >= FOLDED_LINES) {
        list.append(
          h(
            'li',
            {},
            button(
              { class: 'quiet', on: { click: () => draw(true) } },
              `… ${end - index} lines of libraries`,
            ),
          ),
        );
        index = end;
        continue;
      }
      const { text, isFrame, isForeign } = lines[index]!;
      list.append(h('li', { class: isForeign ? 'is-foreign' : isFrame ? 'is-frame' : 'is-message' }, text));
      index++;
    }
  };
  draw(false);
  return list;
}

function identity(record: LogRecord, zone: Zone, events: DetailsEvents): HTMLElement {
  const delay =
    record.ingestionMillis === undefined ? undefined : record.ingestionMillis - record.timestampMillis;
  const link = (search: Search): HTMLElement =>
    button({ class: 'link mono', on: { click: () => events.onSearch(search) } }, search.value);
  const rows: [string, Node | string][] = [
    ['time', `${formatDateTime(record.timestampMillis, zone)} ${zoneName(record.timestampMillis, zone)}`],
    ...(delay === undefined ? [] : ([['ingested', `${formatOffset(delay)} later`]] as [string, string][])),
    ['log group', record.logGroup],
    ['log stream', record.logStream],
  ];
  if (record.eventName !== undefined) rows.push(['event', record.eventName]);
  if (record.traceId !== undefined) rows.push(['trace', link({ kind: 'trace', value: record.traceId })]);
  if (record.spanId !== undefined) {
    rows.push([
      'span',
      button({ class: 'link mono', on: { click: () => events.onSpan(record) } }, record.spanId),
    ]);
  }
  if (record.requestId !== undefined) {
    rows.push(['request', link({ kind: 'request', value: record.requestId })]);
  }
  return definitions('Record', rows);
}

function table(
  title: string,
  rows: readonly (readonly [string, string])[],
  events: DetailsEvents,
): HTMLElement | false {
  if (rows.length === 0) return false;
  return definitions(
    title,
    rows.map(([name, value]) => [
      name,
      h(
        'span',
        { class: 'value-cell' },
        h('span', { class: 'mono' }, value),
        button(
          {
            class: 'quiet find',
            title: `Find all records with this ${name}`,
            'aria-label': `Find all records with this ${name}`,
            on: { click: () => events.onSearch({ kind: 'field', field: name, value }) },
          },
          'find',
        ),
      ),
    ]),
  );
}

function definitions(title: string, rows: readonly (readonly [string, Node | string])[]): HTMLElement {
  return h(
    'section',
    { class: 'definitions' },
    h('h2', {}, title),
    h('dl', {}, ...rows.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
  );
}

function rawPart(message: string, json: object | undefined, events: DetailsEvents): HTMLElement {
  const text = h('pre', { class: 'raw mono', tabindex: 0 });
  const box = h(
    'details',
    {
      class: 'raw-box',
      on: {
        toggle: () => {
          if (box.open && text.textContent === '') {
            fill(text, json ? JSON.stringify(json, null, 2) : message);
          }
        },
      },
    },
    h('summary', {}, json ? 'Raw JSON' : 'Raw text'),
    text,
  );
  const copy = button({ class: 'quiet', on: { click: () => events.onCopy(message, 'the message') } }, 'Copy');
  const wrapper = h('div', { class: 'raw-part' });
  fill(wrapper, box, copy);
  return wrapper;
}
