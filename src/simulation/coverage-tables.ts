import { FAULT_KINDS } from './faults/fault-rule.js';
import { aggregateFunctions, scalarFunctions } from './insights-ql/functions/index.js';
import { commandNames } from './insights-ql/parser.js';
import { EMPTY_LIST_HANDLERS } from './operations/empty-lists.js';
import { HANDLERS } from './operations/handlers.js';
import { INGESTION_PATHS } from './operations/http-ingestion.js';
import { OTHER_OPERATIONS } from './operations/other-operations.js';

/** What the local service answers, and what it does not, as Markdown made from the code that answers. */
export function operationsTable(): string {
  const emptyLists = Object.keys(EMPTY_LIST_HANDLERS);
  const covered = [...Object.keys(HANDLERS), 'StartLiveTail'].filter((name) => !emptyLists.includes(name));
  return table(
    ['Operations', ''],
    [
      [`covered (${covered.length})`, names(covered)],
      [`HTTP endpoints (${INGESTION_PATHS.length})`, names(INGESTION_PATHS.map((path) => `POST ${path}`))],
      [`always an empty list (${emptyLists.length})`, names(emptyLists)],
      [
        `not covered (${OTHER_OPERATIONS.length}): UnknownOperationException that says so`,
        names(OTHER_OPERATIONS),
      ],
    ],
  );
}

/** The query language's commands and functions, as Markdown made from the parser and the function tables. */
export function queryLanguageTable(): string {
  const { covered, refused } = commandNames();
  const scalars = [...scalarFunctions.values()].map(({ name }) => name);
  const aggregates = [...aggregateFunctions.values()].map(({ name }) => name);
  return table(
    ['Query language', ''],
    [
      [`commands (${covered.length})`, names(covered)],
      [`functions (${scalars.length})`, names(scalars)],
      [`functions of stats (${aggregates.length})`, names(aggregates)],
      [`commands refused as malformed, by name (${refused.length})`, names(refused)],
      ['languages refused', '`PPL`, `SQL`'],
    ],
  );
}

/** The kinds of faults, as Markdown. */
export function faultKinds(): string {
  return names(FAULT_KINDS);
}

function names(all: readonly string[]): string {
  return [...all]
    .sort((left, right) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1))
    .map((name) => `\`${name}\``)
    .join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
