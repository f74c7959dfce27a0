/** What the console sends a custom widget, as far as it is used. Source: AWS docs, "Custom widget details". */
export interface WidgetEvent {
  /** The console asks what the widget is. */
  readonly isDescribe: boolean;
  /** What is looked for; empty for the start view. */
  readonly search: string;
  /** Selectors that the widget's parameters name. */
  readonly logGroups: readonly string[];
  readonly fromMillis: number | undefined;
  readonly toMillis: number | undefined;
  readonly theme: 'light' | 'dark';
  /** Pixels. */
  readonly width: number;
  /** Minutes that the dashboard's zone is ahead of UTC. */
  readonly zoneMinutes: number;
}

const DEFAULT_WIDTH = 900;
/** What a person types or pastes. */
const LONGEST_SEARCH = 2_000;
const MOST_LOG_GROUPS = 50;

/**
 * Reads an event. What was chosen in the widget counts before its form, the form before the parameters: the
 * console sends the form with every action.
 */
export function readWidgetEvent(event: unknown): WidgetEvent {
  const parameters = objectOf(event);
  const context = objectOf(parameters.widgetContext);
  const form = objectOf(objectOf(context.forms).all);
  const { pick, traceId, search, describe, logGroups } = parameters;
  const range = objectOf(context.timeRange);
  const zoom = objectOf(range.zoom);
  const typed = textOf(form.search);
  const given = textOf(search) || textOf(traceId);
  return {
    isDescribe: describe === true,
    search: (typeof pick === 'string' ? pick : typed || given).trim().slice(0, LONGEST_SEARCH),
    logGroups: textsOf(logGroups),
    fromMillis: numberOf(zoom.start) ?? numberOf(range.start),
    toMillis: numberOf(zoom.end) ?? numberOf(range.end),
    theme: context.theme === 'dark' ? 'dark' : 'light',
    width: Math.min(4_000, Math.max(240, numberOf(context.width) ?? DEFAULT_WIDTH)),
    zoneMinutes: readOffset(textOf(objectOf(context.timezone).offsetISO)),
  };
}

/** `+02:00` */
function readOffset(text: string): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text);
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A list, or names in one text. */
function textsOf(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : textOf(value).split(/[\s,]+/);
  return list
    .map(textOf)
    .filter((text) => text !== '')
    .slice(0, MOST_LOG_GROUPS);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
