import { differingAttributes } from '../model/differing-attributes.js';
import { formatCount, formatDuration, type Zone } from '../model/format.js';
import { levelOf } from '../model/level.js';
import { type LogRecord } from '../model/records.js';
import { type ServiceLook } from '../model/service-colors.js';
import { firstFrame, shortFrame, stackLines } from '../model/stack-lines.js';
import { shownText } from '../model/shown-text.js';
import { button, h } from './dom.js';
import { LEVEL_SIGNS, LEVEL_WORDS } from './icons.js';
import { chipClass } from './chip.js';
import { type DetailsEvents, recordDetails } from './record-details.js';

/** How a record is shown. */
export interface RowOptions {
  readonly record: LogRecord;
  /** The log record before, whose attributes are not repeated. */
  readonly previousLog: LogRecord | undefined;
  readonly time: string;
  readonly look: ServiceLook | undefined;
  readonly zone: Zone;
  readonly isOpen: boolean;
  readonly isCurrent: boolean;
  /** Tab goes to it. */
  readonly isTabStop: boolean;
  readonly events: RowEvents;
}

/** What happens when a row is used. */
export interface RowEvents extends DetailsEvents {
  readonly onToggle: (record: LogRecord) => void;
  /** The pointer or focus is on a record, or left it. */
  readonly onHover: (record: LogRecord | undefined) => void;
}

const SHOWN_ATTRIBUTES = 4;
const LONGEST_VALUE = 120;
const LONGEST_TEXT = 1_000;

/** The row of a record, with its details where it is open. */
export function recordRow(options: RowOptions): HTMLElement {
  const { record, isOpen, isCurrent, events } = options;
  const level = levelOf(record);
  return h(
    'div',
    {
      class: rowClass(record, isOpen, isCurrent),
      role: 'row',
      on: {
        click: (event: MouseEvent) => {
          onClick(event, record, events);
        },
        mouseenter: () => {
          events.onHover(record);
        },
        mouseleave: () => {
          events.onHover(undefined);
        },
      },
    },
    markCell(options),
    h('div', { class: 'c-time', role: 'cell' }, options.time),
    serviceCell(record, options.look),
    levelCell(record.span ? 'SPAN' : level ? LEVEL_WORDS[level] : ''),
    h(
      'div',
      { class: 'c-text', role: 'cell' },
      h('span', { class: 'text' }, shorten(shownText(record))),
      ...attributeParts(record, options.previousLog),
      exceptionLine(record),
    ),
    isOpen && h('div', { class: 'c-details', role: 'cell' }, recordDetails(record, options.zone, events)),
  );
}

function rowClass(record: LogRecord, isOpen: boolean, isCurrent: boolean): string {
  const level = levelOf(record);
  return [
    'row',
    record.span ? 'is-span' : level && `lv-${level}`,
    record.span && record.isError && 'has-failed',
    isOpen && 'is-open',
    isCurrent && 'is-current',
  ]
    .filter(Boolean)
    .join(' ');
}

function markCell({ record, time, isOpen, isTabStop, events }: RowOptions): HTMLElement {
  const level = levelOf(record);
  const sign = record.span ? (record.isError ? '✗' : '▬') : level ? LEVEL_SIGNS[level] : '';
  const word = record.span ? 'Span' : level ? LEVEL_WORDS[level] : 'Record';
  const from = record.service ?? record.logGroup;
  return h(
    'div',
    { class: 'c-mark', role: 'cell' },
    button(
      {
        class: 'mark',
        tabindex: isTabStop ? 0 : -1,
        'aria-expanded': String(isOpen),
        'aria-label': `${word}, ${time}, ${from}: ${record.text.slice(0, 300)}`,
        on: {
          focus: () => {
            events.onHover(record);
          },
          blur: () => {
            events.onHover(undefined);
          },
        },
      },
      sign,
    ),
  );
}

/** The cell that says who logged. */
export function serviceCell(
  { service, logGroup }: Pick<LogRecord, 'service' | 'logGroup'>,
  look: ServiceLook | undefined,
): HTMLElement {
  return h(
    'div',
    { class: 'c-service', role: 'cell', title: logGroup },
    h('span', { class: chipClass(look) }),
    h('span', { class: 'name' }, service ?? logGroup),
  );
}

/** The cell that says how bad it is. */
export function levelCell(word: string): HTMLElement {
  return h('div', { class: 'c-level', role: 'cell' }, word);
}

function onClick(event: MouseEvent, record: LogRecord, events: RowEvents): void {
  const target = event.target as Element;
  // By the way that the click took: what was clicked in the details may be gone by now.
  if (event.composedPath().some((on) => on instanceof Element && on.matches('.c-details'))) return;
  // Whoever marks text wants to copy it.
  if (getSelection()?.isCollapsed === false && !target.closest('.mark')) return;
  events.onToggle(record);
}

function attributeParts(record: LogRecord, previous: LogRecord | undefined): HTMLElement[] {
  if (record.span) return spanParts(record.span);
  const { differing } = differingAttributes(record, previous);
  const shown = differing.filter(({ name }) => !name.startsWith('exception.')).slice(0, SHOWN_ATTRIBUTES);
  return shown.map(({ name, value }) =>
    h('span', { class: 'attribute' }, h('span', { class: 'key' }, name), `=${shorten(value, LONGEST_VALUE)}`),
  );
}

function spanParts({ kind, durationMillis, statusMessage }: NonNullable<LogRecord['span']>): HTMLElement[] {
  const facts = [
    kind?.toLowerCase(),
    durationMillis === undefined ? undefined : formatDuration(durationMillis),
    statusMessage,
  ];
  return facts
    .filter((fact) => fact !== undefined)
    .map((fact) => h('span', { class: 'attribute' }, shorten(fact, LONGEST_VALUE)));
}

/** The exception in one line: what it is, where it came from, and how much more there is. */
function exceptionLine(record: LogRecord): HTMLElement | undefined {
  const { exception, text } = record;
  if (!exception || !hasExceptionLine(record)) return undefined;
  const { type, message, stacktrace } = exception;
  const isSaid = message !== undefined && text.includes(message);
  const what = [type, isSaid ? undefined : message].filter(Boolean).join(': ');
  const frame = stacktrace === undefined ? undefined : firstFrame(stacktrace);
  const frames =
    stacktrace === undefined ? 0 : stackLines(stacktrace).filter(({ isFrame }) => isFrame).length;
  return h(
    'span',
    { class: 'exception-line' },
    what !== '' && h('span', { class: 'what' }, shorten(what, 300)),
    frame !== undefined && h('span', { class: 'frame' }, shorten(shortFrame(frame), 200)),
    frames > 1 && h('span', { class: 'more' }, `… ${formatCount(frames - 1, 'more line')}`),
  );
}

/** Whether a row has a second line. */
export function hasExceptionLine({ exception }: LogRecord): boolean {
  return exception?.type !== undefined || exception?.stacktrace !== undefined;
}

/** A text in one line, and not too long. */
export function shorten(text: string, most = LONGEST_TEXT): string {
  const line = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return line.replace(/\s+/g, ' ').trim();
}
