import { type FoundSummary } from '../answers/found.js';
import {
  formatBytes,
  formatCount,
  formatDateTime,
  formatDuration,
  formatUsd,
  zoneName,
} from '../model/format.js';
import { explainNothing } from '../model/explain-nothing.js';
import { headlineOf } from '../model/headline.js';
import { type Search } from '../model/search-text.js';
import { spanRows } from '../model/span-rows.js';
import { type TraceModel } from '../model/trace-model.js';
import { h } from './dom.js';
import { chipClass } from './chip.js';
import { menu } from './menu.js';
import { type Host } from './view.js';

/** What was looked for, in words. */
export function searchWords({ kind, field, value }: Search): string {
  return kind === 'field' ? `${field ?? ''} = ${value}` : kind === 'text' ? `“${value}”` : `${kind} ${value}`;
}

/** What one reads first: what it is, how it ended, how long it took and how much there is. */
export function headlineBar(model: TraceModel, summary: FoundSummary): HTMLElement {
  const { records, whole, errorCount, failedSpanCount, services, logGroups } = model;
  const headline = headlineOf(records, spanRows(records, 'spans'))!;
  const isOneTrace = model.traceIds.length === 1;
  return h(
    'div',
    { class: 'headline' },
    h(
      'h1',
      {},
      headline.service !== undefined && h('span', { class: chipClass(model.lookOf(headline.service)) }),
      headline.service !== undefined && h('span', { class: 'headline-service' }, headline.service),
      h('span', { class: 'headline-name' }, headline.name.slice(0, 200)),
    ),
    h(
      'span',
      { class: `outcome ${headline.hasFailed ? 'error-text' : 'is-right'}` },
      headline.hasFailed ? '✗ ' : '✓ ',
      headline.status ?? (headline.hasFailed ? 'failed' : 'no error'),
    ),
    h('strong', { class: 'duration' }, formatDuration(whole.toMillis - whole.fromMillis)),
    h(
      'ul',
      { class: 'facts' },
      ...[
        !isOneTrace && model.traceIds.length > 0 ? formatCount(model.traceIds.length, 'trace') : '',
        services.length > 0 ? formatCount(services.length, 'service') : '',
        formatCount(logGroups.length, 'log group'),
        formatCount(records.length, 'record'),
      ]
        .filter((fact) => fact !== '')
        .map((fact) => h('li', {}, fact)),
      errorCount > 0 && h('li', { class: 'error-text' }, formatCount(errorCount, 'error')),
      failedSpanCount > 0 && h('li', { class: 'error-text' }, formatCount(failedSpanCount, 'failed span')),
    ),
    // The id of a trace stands in the search box, in the form of whoever typed it.
    summary.search.kind !== 'trace' && h('span', { class: 'found-what mono' }, searchWords(summary.search)),
  );
}

/** How much of the truth this is, and what it cost. */
export function honestyBar(summary: FoundSummary, model: TraceModel, host: Host): HTMLElement {
  const { statistics, leftOut, notes, isComplete } = summary;
  const { zone } = model.state;
  const isWhole = isComplete && leftOut.length === 0;
  const began = model.records.length > 0 ? model.whole.fromMillis : summary.fromMillis;
  return h(
    'div',
    { class: 'honesty' },
    h(
      'span',
      { class: `completeness ${isWhole ? '' : 'is-partly'}` },
      isWhole ? 'complete' : isComplete ? 'complete but for what was left out' : 'not complete',
    ),
    h('span', {}, `${formatDateTime(began, zone)} ${zoneName(began, zone)}`),
    h('span', {}, formatCount(statistics.queries, 'query', 'queries')),
    h('span', {}, `${formatBytes(statistics.bytesScanned)} scanned`),
    h('span', { title: 'estimated, by the price of scanned bytes' }, formatUsd(summary.estimatedCostUsd)),
    h('span', {}, `in ${formatDuration(summary.tookMillis)}`),
    ...leftOut.map(({ logGroup, detail }) =>
      h('span', { class: 'warning-text' }, `left out ${logGroup}: ${detail}`),
    ),
    ...notes.map((note) => h('span', { class: 'warning-text' }, note)),
    stepsBox(summary),
    lookFurther(summary, host),
  );
}

/** What may find more than this. */
function lookFurther(summary: FoundSummary, host: Host): HTMLElement | false {
  const { remedies } = explainNothing(summary, host.state);
  if (remedies.length === 0) return false;
  return h(
    'span',
    { class: 'look-further' },
    menu({
      label: 'look further',
      choices: remedies.map(({ label, change }) => ({
        label,
        choose: () => host.go({ ...host.state, ...change, zoom: undefined }),
      })),
    }),
  );
}

const STEP_WORDS = {
  index: 'index',
  filter: 'scan',
  text: 'full text',
  fresh: 'newest events',
  older: 'older than its group',
} as const;

function stepsBox({ steps, logGroups, fromMillis, toMillis }: FoundSummary): HTMLElement {
  return h(
    'details',
    { class: 'steps' },
    h('summary', {}, 'how it was found'),
    h(
      'div',
      { class: 'steps-body' },
      h('p', {}, `${formatDateTime(fromMillis, 'utc')} to ${formatDateTime(toMillis, 'utc')} UTC`),
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ...['step', 'field', 'log groups', 'found', 'scanned'].map((name) =>
              h('th', { scope: 'col' }, name),
            ),
          ),
        ),
        h(
          'tbody',
          {},
          ...steps.map(({ step, field, logGroups: groups, events, statistics }) =>
            h(
              'tr',
              {},
              h('td', {}, STEP_WORDS[step]),
              h('td', { class: 'mono' }, field ?? ''),
              h('td', {}, groups.length),
              h('td', {}, events),
              h('td', {}, step === 'fresh' || step === 'older' ? '' : formatBytes(statistics.bytesScanned)),
            ),
          ),
        ),
      ),
      h('p', {}, `Log groups: ${logGroups.join(', ') || 'none'}`),
    ),
  );
}
