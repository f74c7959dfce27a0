import { type FoundSummary } from '../answers/found.js';
import { explainNothing } from '../model/explain-nothing.js';
import { formatBytes, formatCount, formatDateTime } from '../model/format.js';
import { button, h } from './dom.js';
import { searchWords } from './summary.js';
import { type Host } from './view.js';

/** That nothing was found, why that may be, and what looks further. */
export function nothingFound(summary: FoundSummary, host: Host): HTMLElement {
  const { statistics, fromMillis, toMillis, logGroups, leftOut, notes } = summary;
  const { reasons, remedies } = explainNothing(summary, host.state);
  return h(
    'div',
    { class: 'notice' },
    h('h1', {}, 'Nothing found'),
    h('p', { class: 'mono' }, searchWords(summary.search)),
    h(
      'p',
      {},
      `${formatCount(logGroups.length, 'log group')} from ${formatDateTime(fromMillis, 'utc')} to ` +
        `${formatDateTime(toMillis, 'utc')} UTC: ${formatCount(statistics.queries, 'query', 'queries')}, ` +
        `${formatBytes(statistics.bytesScanned)} scanned.`,
    ),
    h(
      'ul',
      { class: 'reasons' },
      ...reasons.map((reason) => h('li', {}, reason)),
      ...leftOut.map(({ logGroup, detail }) =>
        h('li', { class: 'warning-text' }, `${logGroup} was left out: ${detail}.`),
      ),
      ...notes.map((note) => h('li', { class: 'warning-text' }, note)),
    ),
    h(
      'p',
      { class: 'remedies' },
      ...remedies.map(({ label, change }) =>
        button(
          {
            class: 'primary',
            on: {
              click: () => host.go({ ...host.state, view: 'look-up', search: summary.search, ...change }),
            },
          },
          label,
        ),
      ),
    ),
  );
}
