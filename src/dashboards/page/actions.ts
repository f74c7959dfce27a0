import { cliCommand } from '../model/cli-command.js';
import { toMarkdown } from '../model/markdown.js';
import { writePageState } from '../model/page-state.js';
import { ApiError, BASE_PATH, getJson, type LookUpAnswer } from './api.js';
import { button, h } from './dom.js';
import { menu } from './menu.js';
import { type Host } from './view.js';

/** Room in the range of a link around what was found. */
const ROOM_MILLIS = 60_000;

/** Compares with the newest trace without an error that began as this one did. */
async function compareWithHealthy(host: Host, { records }: LookUpAnswer): Promise<void> {
  // Spans lie in a group that is not searched for what is newest.
  const root = records.find(({ span, traceId }) => !span && traceId !== undefined);
  if (!root) {
    host.toast('No record of this trace names it');
    return;
  }
  host.toast('Looking for a healthy trace');
  const parameters = new URLSearchParams({ groups: root.logGroup, text: root.text, not: root.traceId! });
  try {
    const found = await getJson<{ traceId: string } | null>(
      `/api/healthy?${parameters.toString()}`,
      AbortSignal.timeout(60_000),
    );
    if (found) host.go({ ...host.state, compare: found.traceId, zoom: undefined });
    else host.toast('No trace without an error began as this one did in the last 7 days');
  } catch (error) {
    host.toast(error instanceof ApiError ? error.message : String(error));
  }
}

/** What one can go on with: copies in several forms, and links to the AWS console. */
export function actionsMenu(host: Host, answer: LookUpAnswer): HTMLElement {
  const { records, summary } = answer;
  const { links } = summary;
  const copies = [
    { label: 'Link to this view', what: 'the link', text: () => permalink(host, records) },
    { label: 'Command line', what: 'the command', text: () => cliCommand(summary) },
    { label: 'Logs Insights query', what: 'the query', text: () => summary.query },
    { label: 'Markdown', what: 'the trace as Markdown', text: () => toMarkdown(records, summary) },
    { label: 'NDJSON', what: 'the records as NDJSON', text: () => toNdjson(records) },
  ];
  return h(
    'div',
    { class: 'actions' },
    summary.search.kind === 'trace' &&
      button(
        {
          class: 'quiet compare-button',
          title: 'Compare with the newest trace without an error that began as this one did',
          on: { click: () => void compareWithHealthy(host, answer) },
        },
        'compare',
      ),
    menu({
      label: 'copy',
      title: 'Copy (c)',
      choices: copies.map(({ label, what, text }) => ({ label, choose: () => void host.copy(text(), what) })),
    }),
    links &&
      menu({
        label: 'CloudWatch ↗',
        title: 'Open in the AWS console',
        choices: [
          { label: 'Logs Insights, the same query ↗', href: links.insights },
          ...(links.trace === undefined ? [] : [{ label: 'Trace in X-Ray ↗', href: links.trace }]),
        ],
      }),
  );
}

/** The address with its range made absolute: it shows the same tomorrow. */
function permalink({ state }: Host, records: LookUpAnswer['records']): string {
  const first = records[0]?.timestampMillis ?? Date.now();
  const last = records.at(-1)?.timestampMillis ?? first;
  const from = new Date(Math.min(first, records[0]?.timeMillis ?? first) - ROOM_MILLIS).toISOString();
  const to = new Date(last + ROOM_MILLIS).toISOString();
  return location.origin + BASE_PATH + writePageState({ ...state, from, to });
}

function toNdjson(records: LookUpAnswer['records']): string {
  return records
    .map(({ timestampMillis, logGroup, logStream, message }) =>
      JSON.stringify({ timestampMillis, logGroup, logStream, message }),
    )
    .join('\n');
}
