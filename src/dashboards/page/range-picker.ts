import { formatDate, formatTime, type Zone, zoneName } from '../model/format.js';
import { readDuration, readTimeText } from '../model/time-text.js';
import { button, h } from './dom.js';
import { attachPopover, menuButton } from './menu.js';

/** A range as an address says it; undefined for what is not said. */
export interface RangeTexts {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const PRESETS: readonly (readonly [string, string])[] = [
  ['15m', '15 minutes'],
  ['1h', '1 hour'],
  ['3h', '3 hours'],
  ['12h', '12 hours'],
  ['1d', '1 day'],
  ['3d', '3 days'],
  ['7d', '7 days'],
  ['30d', '30 days'],
];
/** The range that counts where the address names none. */
const DEFAULT_FROM = '3h';

/** Picks a range: the last hours by a button or in words (`2h30m`), or two times. */
export function rangePicker(
  { from, to }: RangeTexts,
  zone: Zone,
  onPick: (range: RangeTexts) => void,
): HTMLElement {
  const box = h('div', { class: 'menu-list range-picker', role: 'dialog', 'aria-label': 'Time range' });
  const opener = menuButton('dialog', rangeLabel({ from, to }, zone), 'Time range (t)', false);
  const pick = (range: RangeTexts): void => {
    box.hidePopover();
    onPick(range);
  };
  const problem = h('p', { class: 'error-text', role: 'alert' });
  const field = (label: string, value: string): HTMLInputElement =>
    h('input', { type: 'text', value, 'aria-label': label, spellcheck: 'false', autocomplete: 'off' });
  const fromField = field('From', shownTime(from ?? DEFAULT_FROM, zone));
  const toField = field('To', to === undefined ? 'now' : shownTime(to, zone));
  const apply = (): void => {
    const now = Date.now();
    const [begin, end] = [read(fromField.value, zone), read(toField.value, zone)];
    const beginMillis = begin === undefined ? undefined : readTimeText(begin, now);
    const endMillis = end === undefined ? undefined : readTimeText(end, now);
    if (beginMillis === undefined || endMillis === undefined) {
      problem.textContent = 'A time is such as 2026-11-21 07:00, 2h30m (ago) or now.';
    } else if (beginMillis >= endMillis) {
      problem.textContent = 'The begin must be before the end.';
    } else {
      pick({ from: begin, to: end === 'now' ? undefined : end });
    }
  };
  const form = h(
    'form',
    {
      class: 'range-form',
      on: {
        submit: (event: SubmitEvent) => {
          event.preventDefault();
          apply();
        },
      },
    },
    h('label', {}, 'from', fromField),
    h('label', {}, 'to', toField),
    h(
      'p',
      { class: 'dim' },
      `times are ${zone === 'utc' ? 'UTC' : `local (${zoneName(Date.now(), zone)})`}; 2h30m means so long ago`,
    ),
    problem,
    h('button', { class: 'primary', type: 'submit' }, 'Set'),
  );
  box.append(
    h(
      'div',
      { class: 'presets' },
      ...PRESETS.map(([value, label]) =>
        button(
          {
            class: to === undefined && (from ?? DEFAULT_FROM) === value ? 'is-set' : '',
            on: { click: () => pick({ from: value === DEFAULT_FROM ? undefined : value, to: undefined }) },
          },
          label,
        ),
      ),
    ),
    form,
  );
  attachPopover(opener, box, () =>
    (box.querySelector<HTMLElement>('.is-set') ?? box.querySelector('button'))?.focus(),
  );
  return h('span', { class: 'menu range' }, opener, box);
}

function rangeLabel({ from = DEFAULT_FROM, to }: RangeTexts, zone: Zone): string {
  if (to === undefined) {
    const preset = PRESETS.find(([value]) => value === from)?.[1];
    if (preset !== undefined) return `last ${preset.replace(/^1 /, '')}`;
    if (readDuration(from) !== undefined) return `last ${from.replace(/^-/, '')}`;
  }
  return `${shownTime(from, zone)} – ${to === undefined ? 'now' : shownTime(to, zone)}`;
}

/** A time of an address as people read it, in their zone. */
function shownTime(text: string, zone: Zone): string {
  if (text === 'now' || readDuration(text) !== undefined) return text;
  const millis = readTimeText(text, Date.now());
  if (millis === undefined) return text;
  const time = formatTime(millis, zone);
  return `${formatDate(millis, zone)} ${time.endsWith(':00.000') ? time.slice(0, 5) : time.endsWith('.000') ? time.slice(0, 8) : time}`;
}

/** What was typed, as an address says it. */
function read(typed: string, zone: Zone): string | undefined {
  const text = typed.trim();
  if (text === 'now' || readDuration(text) !== undefined) return text;
  const hasZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(text) && /\d:\d\d/.test(text);
  const millis =
    zone === 'local' && !hasZone && /^\d{4}-\d\d-\d\d/.test(text)
      ? Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'))
      : readTimeText(text, Date.now());
  return millis === undefined || Number.isNaN(millis) ? undefined : new Date(millis).toISOString();
}
