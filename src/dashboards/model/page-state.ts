import { NO_FILTERS, type RecordFilters } from './filters.js';
import { type Zone } from './format.js';
import { LEVELS } from './level.js';
import { type Search } from './search-text.js';
import { type LaneGrouping } from './span-rows.js';

/** To what the times of records are relative. */
export type TimeBase = 'trace' | 'span' | 'previous' | 'clock';

/** A part of the trace, in milliseconds after its begin. */
export interface ZoomOffsets {
  readonly fromMillis: number;
  readonly toMillis: number;
}

/** All that the page shows, as its address says it: what one person sees is what the link shows. */
export interface PageState {
  readonly view: 'start' | 'live' | 'search' | 'look-up';
  /** Of `look-up`. */
  readonly search?: Search | undefined;
  /** Of `search`: what was typed, where more than one reading is tried. */
  readonly typed?: string | undefined;
  /** As in the address: `3h`, an ISO time, … */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Log groups that are searched; none for all. */
  readonly groups: readonly string[];
  readonly fullText: boolean;
  readonly zone: Zone;
  readonly filters: Omit<RecordFilters, 'zoom'>;
  readonly zoom?: ZoomOffsets | undefined;
  /** Undefined for what fits the room. */
  readonly lanes: LaneGrouping | undefined;
  readonly timeBase: TimeBase;
  readonly alike: boolean;
  /** The trace that is shown beside. */
  readonly compare?: string | undefined;
  /** Whether what is the same in both stands there too. */
  readonly same: boolean;
  /** The record that is marked, by its key. */
  readonly at?: string | undefined;
  /** The records that are open, by their keys; the last one opened last. */
  readonly open: readonly string[];
  /** Lines of alike records that show each, by their hashes. */
  readonly unfolded: readonly string[];
  /** Lanes whose children are hidden, by their keys. */
  readonly folded: readonly string[];
}

const LANES: readonly LaneGrouping[] = ['spans', 'services', 'groups'];
const TIME_BASES: readonly TimeBase[] = ['trace', 'span', 'previous', 'clock'];

/** The start page. */
export const START: PageState = {
  view: 'start',
  groups: [],
  fullText: false,
  zone: 'utc',
  filters: NO_FILTERS,
  lanes: undefined,
  timeBase: 'trace',
  alike: false,
  same: false,
  open: [],
  unfolded: [],
  folded: [],
};

/** Of a kind in an address: servers refuse one that is too long. */
const MOST_OPEN = 50;

/**
 * Reads an address. What it does not understand counts as not said: an address may come from anywhere.
 * @param path - below the base path
 */
export function readPageState(path: string, parameters: URLSearchParams): PageState {
  const text = (name: string): string | undefined => nonEmpty(parameters.get(name));
  const list = (name: string): string[] => parameters.getAll(name).filter((value) => value !== '');
  return {
    ...START,
    ...readPath(path),
    from: text('from'),
    to: text('to'),
    groups: list('groups').flatMap((value) => value.split(',').filter(Boolean)),
    fullText: text('fullText') === 'true',
    zone: text('zone') === 'local' ? 'local' : 'utc',
    filters: {
      level: LEVELS.find((level) => level === text('level')),
      services: list('service'),
      logGroups: list('group'),
      eventNames: list('event'),
      text: text('q') ?? '',
      span: text('span'),
      withoutSpans: text('spans') === 'false',
    },
    zoom: readZoom(text('zoom')),
    lanes: LANES.find((one) => one === text('lanes')) ?? START.lanes,
    timeBase: TIME_BASES.find((one) => one === text('relative')) ?? START.timeBase,
    alike: text('alike') === 'true',
    compare: text('compare'),
    same: text('same') === 'true',
    at: text('at'),
    open: list('open').slice(-MOST_OPEN),
    unfolded: list('unfolded').slice(-MOST_OPEN),
    folded: list('folded').slice(-MOST_OPEN),
  };
}

/** Another look-up, over the same groups and time. */
export function lookUpState({ from, to, groups, zone }: PageState, search: Search): PageState {
  return { ...START, view: 'look-up', search, from, to, groups, zone };
}

/** The address of a state, below the base path: what is as at the start is not said. */
export function writePageState(state: PageState): string {
  const parameters = new URLSearchParams();
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') parameters.append(name, value);
  };
  const { filters, zoom } = state;
  add('from', state.from);
  add('to', state.to);
  for (const group of state.groups) add('groups', group);
  if (state.fullText) add('fullText', 'true');
  if (state.zone !== START.zone) add('zone', state.zone);
  add('level', filters.level);
  for (const service of filters.services) add('service', service);
  for (const group of filters.logGroups) add('group', group);
  for (const name of filters.eventNames) add('event', name);
  add('q', filters.text);
  add('span', filters.span);
  if (filters.withoutSpans) add('spans', 'false');
  if (zoom) add('zoom', `${shortNumber(zoom.fromMillis)}~${shortNumber(zoom.toMillis)}`);
  if (state.lanes !== undefined) add('lanes', state.lanes);
  if (state.timeBase !== START.timeBase) add('relative', state.timeBase);
  if (state.alike) add('alike', 'true');
  add('compare', state.compare);
  if (state.same) add('same', 'true');
  add('at', state.at);
  for (const kind of ['open', 'unfolded', 'folded'] as const) {
    for (const one of state[kind].slice(-MOST_OPEN)) add(kind, one);
  }
  const query = parameters.toString();
  return writePath(state) + (query === '' ? '' : `?${query}`);
}

function readPath(path: string): Pick<PageState, 'view' | 'search' | 'typed'> {
  const [kind, first, second] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  if (kind === 'live') return { view: 'live' };
  if (kind === 'search' && first) return { view: 'search', typed: first };
  if (kind === 'field' && first && second) {
    return { view: 'look-up', search: { kind, field: first, value: second } };
  }
  if ((kind === 'trace' || kind === 'span' || kind === 'request' || kind === 'text') && first) {
    return { view: 'look-up', search: { kind, value: first } };
  }
  return { view: 'start' };
}

/** A part of a path; one that is badly encoded is meant as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function writePath({ view, search, typed }: PageState): string {
  if (view === 'live') return '/live';
  if (view === 'search' && typed !== undefined) return `/search/${encodeURIComponent(typed)}`;
  return view === 'look-up' && search ? `/${searchPath(search)}` : '/';
}

/** The path of a look-up, of the page and below `api/`. */
export function searchPath({ kind, field, value }: Search): string {
  const parts = kind === 'field' ? [kind, field!, value] : [kind, value];
  return parts.map(encodeURIComponent).join('/');
}

function readZoom(text: string | undefined): ZoomOffsets | undefined {
  const match = /^(-?\d{1,12}(?:\.\d{1,3})?)~(-?\d{1,12}(?:\.\d{1,3})?)$/.exec(text ?? '');
  if (!match) return undefined;
  const [fromMillis, toMillis] = [Number(match[1]), Number(match[2])];
  return toMillis > fromMillis ? { fromMillis, toMillis } : undefined;
}

/** A list with something in it, or without it where it is there already. */
export function toggled(list: readonly string[], one: string): readonly string[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}

function nonEmpty(text: string | null): string | undefined {
  return text === null || text === '' ? undefined : text;
}

function shortNumber(value: number): string {
  return String(Number(value.toFixed(3)));
}
