import { alikeGroups } from '../model/alike.js';
import { formatCount, formatDate, formatDuration, formatTime, zoneName } from '../model/format.js';
import { lookUpState, type PageState, writePageState } from '../model/page-state.js';
import { type RecentTrace, recentTraces } from '../model/recent-traces.js';
import { type LogRecord } from '../model/records.js';
import { type Search } from '../model/search-text.js';
import { shownText } from '../model/shown-text.js';
import { BASE_PATH } from './api.js';
import { chipClass } from './chip.js';
import { serviceColors } from './colors.js';
import { button, type Child, fill, h } from './dom.js';
import { LiveFeed } from './live-feed.js';
import { LiveList } from './live-list.js';
import { shorten } from './record-row.js';
import { type Host, type View } from './view.js';

const MOST_TRACES = 60;
const MOST_ERRORS = 40;

/** Where one begins: the newest traces and errors, and every record as it arrives. */
export class StartView implements View {
  readonly element = h('div', { class: 'start' });
  readonly #host: Host;
  readonly #feed: LiveFeed;
  readonly #status = h('div', { class: 'live-status' });
  readonly #body = h('div', { class: 'start-body' });
  readonly #list: LiveList;
  #state: PageState;

  constructor(host: Host) {
    this.#host = host;
    this.#state = host.state;
    this.#list = new LiveList(host);
    this.#feed = new LiveFeed(host.state.groups, (added) => {
      this.#list.add(added);
      this.#draw();
    });
    this.element.append(h('h1', { class: 'unseen' }, 'Newest logs'), this.#status, this.#body);
    this.#draw();
  }

  get title(): string {
    return this.#state.view === 'live' ? 'live' : '';
  }

  update(state: PageState): boolean {
    const isOther =
      (state.view !== 'start' && state.view !== 'live') || state.groups.join() !== this.#state.groups.join();
    if (isOther) return false;
    this.#state = state;
    this.#list.update(state);
    this.#draw();
    return true;
  }

  onKey(key: string): boolean {
    if (key === 'l') {
      this.#host.go({ ...this.#state, view: this.#state.view === 'live' ? 'start' : 'live' });
      return true;
    }
    return this.#state.view === 'live' && this.#list.onKey(key);
  }

  destroy(): void {
    this.#feed.close();
  }

  #draw(): void {
    this.#drawStatus();
    if (this.#state.view === 'live') {
      if (this.#body.firstChild !== this.#list.element) fill(this.#body, this.#list.element);
      return;
    }
    if (this.#feed.records.length === 0) {
      fill(this.#body, this.#empty());
      return;
    }
    // What has the focus keeps it while the lists change.
    const focused = (document.activeElement as HTMLElement | null)?.dataset.key;
    fill(this.#body, h('div', { class: 'start-columns' }, this.#traces(), this.#errors()));
    if (focused) this.#body.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #drawStatus(): void {
    const { state, logGroups, notes, records } = this.#feed;
    const words = {
      connecting: 'connecting',
      live: 'live',
      paused: 'paused',
      lost: 'the server does not answer, trying again',
      failed: state.kind === 'failed' ? state.message : '',
    };
    const isLive = this.#state.view === 'live';
    fill(
      this.#status,
      h(
        'span',
        { class: `live-sign is-${state.kind}`, 'aria-hidden': 'true' },
        state.kind === 'live' ? '●' : '○',
      ),
      h('span', { role: 'status', class: state.kind === 'failed' ? 'error-text' : '' }, words[state.kind]),
      logGroups.length > 0 &&
        h('span', { class: 'dim', title: logGroups.join('\n') }, formatCount(logGroups.length, 'log group')),
      records.length > 0 && h('span', { class: 'dim' }, `newest ${formatCount(records.length, 'record')}`),
      ...notes.slice(0, 3).map((note) => h('span', { class: 'warning-text' }, note)),
      button(
        { class: 'quiet', on: { click: () => this.#feed.toggle() } },
        state.kind === 'paused' || state.kind === 'failed' ? 'go on' : 'pause',
      ),
      h(
        'span',
        { class: 'start-tabs' },
        this.#tab('traces and errors', 'start', !isLive),
        this.#tab('every record', 'live', isLive),
      ),
    );
  }

  #tab(label: string, view: 'start' | 'live', isCurrent: boolean): HTMLElement {
    return this.#link(
      { ...this.#state, view },
      { class: `tab${isCurrent ? ' is-current' : ''}`, 'aria-current': isCurrent ? 'page' : undefined },
      label,
    );
  }

  #traces(): HTMLElement {
    const traces = recentTraces(this.#feed.records);
    const looks = serviceColors.looksOf(traces.flatMap(({ services }) => services));
    const rows = traces.slice(0, MOST_TRACES).map((trace) => this.#traceRow(trace, looks));
    return h(
      'section',
      { 'aria-labelledby': 'newest-traces' },
      h('h2', { id: 'newest-traces' }, 'Newest traces'),
      rows.length === 0 && h('p', { class: 'dim' }, 'No record has a trace id yet.'),
      h('ul', { class: 'trace-list' }, ...rows),
    );
  }

  #traceRow(trace: RecentTrace, looks: ReturnType<typeof serviceColors.looksOf>): HTMLElement {
    const others = trace.services.filter((service) => service !== trace.service);
    return h(
      'li',
      {},
      this.#link(
        lookUpState(this.#state, { kind: 'trace', value: trace.traceId }),
        { class: `trace-link${trace.errors > 0 ? ' has-error' : ''}`, data: { key: trace.traceId } },
        h('span', { class: 'trace-sign' }, trace.errors > 0 ? '✗' : ''),
        h('time', { class: 'trace-time mono' }, this.#time(trace.firstMillis)),
        h(
          'span',
          { class: 'trace-what' },
          h('span', { class: chipClass(looks.get(trace.service)) }),
          h('strong', {}, trace.service),
          h('span', { class: 'trace-text' }, shorten(trace.text, 200)),
        ),
        h(
          'span',
          { class: 'trace-others' },
          ...others
            .slice(0, 6)
            .map((service) =>
              h(
                'span',
                { class: 'other' },
                h('span', { class: chipClass(looks.get(service)) }),
                h('span', { class: 'name' }, service),
              ),
            ),
        ),
        h('span', { class: 'trace-duration' }, formatDuration(trace.lastMillis - trace.firstMillis)),
        h(
          'span',
          { class: 'trace-counts' },
          formatCount(trace.records, 'record'),
          trace.errors > 0 && h('span', { class: 'error-text' }, formatCount(trace.errors, 'error')),
        ),
      ),
    );
  }

  #errors(): HTMLElement {
    const errors = this.#feed.records.filter(({ isError }) => isError);
    const groups = alikeGroups(errors.toReversed());
    const looks = serviceColors.looksOf(errors.map(({ service, logGroup }) => service ?? logGroup));
    return h(
      'section',
      { 'aria-labelledby': 'newest-errors' },
      h('h2', { id: 'newest-errors' }, 'Newest errors'),
      groups.length === 0 && h('p', { class: 'dim' }, 'None.'),
      h(
        'ul',
        { class: 'error-list' },
        ...groups.slice(0, MOST_ERRORS).map(({ key, records }) => this.#errorRow(key, records, looks)),
      ),
    );
  }

  #errorRow(
    key: string,
    records: readonly LogRecord[],
    looks: ReturnType<typeof serviceColors.looksOf>,
  ): HTMLElement {
    const newest = records[0]!;
    const search = searchOf(newest);
    const content: Child[] = [
      h(
        'span',
        { class: 'error-head' },
        h('span', { class: chipClass(looks.get(newest.service ?? newest.logGroup)) }),
        h('strong', {}, newest.service ?? newest.logGroup),
        h('time', { class: 'mono' }, this.#time(newest.timeMillis)),
        records.length > 1 && h('span', { class: 'times' }, `${records.length}×`),
      ),
      h('span', { class: 'error-what' }, shorten(shownText(newest), 300)),
      newest.exception?.type !== undefined &&
        h(
          'span',
          { class: 'error-type mono' },
          shorten([newest.exception.type, newest.exception.message].filter(Boolean).join(': '), 200),
        ),
    ];
    return h(
      'li',
      {},
      search
        ? this.#link(lookUpState(this.#state, search), { class: 'error-link', data: { key } }, ...content)
        : h('div', { class: 'error-link' }, ...content),
    );
  }

  #link(state: PageState, properties: Record<string, unknown>, ...children: readonly Child[]): HTMLElement {
    return h(
      'a',
      {
        ...properties,
        href: BASE_PATH + writePageState(state),
        on: {
          click: (event: MouseEvent) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            this.#host.go(state);
          },
        },
      },
      ...children,
    );
  }

  #empty(): HTMLElement {
    const { state, logGroups } = this.#feed;
    return h(
      'div',
      { class: 'notice' },
      h('h1', {}, state.kind === 'failed' ? 'No answer' : 'Nothing has arrived yet'),
      state.kind === 'live' &&
        h(
          'p',
          {},
          logGroups.length === 0
            ? 'There is no log group yet. What is logged from now on shows up here by itself.'
            : `${formatCount(logGroups.length, 'log group')} had no record in the last day. What is logged from now on shows up here by itself.`,
        ),
      state.kind === 'failed' && h('p', {}, state.message),
      h(
        'p',
        { class: 'dim' },
        'Or search above: a trace id in any form, a span or request id, field=value, or a text.',
      ),
    );
  }

  #time(millis: number): string {
    const { zone } = this.#state;
    const isToday = formatDate(millis, zone) === formatDate(Date.now(), zone);
    const time = formatTime(millis, zone);
    return isToday ? time : `${formatDate(millis, zone)} ${time.slice(0, 8)} ${zoneName(millis, zone)}`;
  }
}

/** What finds the surroundings of a record. */
function searchOf({ traceId, requestId }: LogRecord): Search | undefined {
  if (traceId !== undefined) return { kind: 'trace', value: traceId };
  return requestId === undefined ? undefined : { kind: 'request', value: requestId };
}
