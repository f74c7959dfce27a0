import { type FoundSummary } from '../answers/found.js';

/** The command that finds the same in a terminal. */
export function cliCommand({ search, fromMillis, toMillis, logGroups, steps }: FoundSummary): string {
  const { kind, field, value } = search;
  const look =
    kind === 'field'
      ? ['find', quoted(`${field ?? ''}=${value}`)]
      : kind === 'text'
        ? ['request', quoted(value)]
        : [kind, quoted(value)];
  const isFullText = steps.some(({ step }) => step === 'text');
  return [
    'otel-cwlogs',
    ...look,
    ...(isFullText ? ['--full-text'] : []),
    ...logGroups.filter((group) => group !== 'aws/spans').flatMap((group) => ['--log-group', quoted(group)]),
    '--from',
    new Date(fromMillis).toISOString(),
    '--to',
    new Date(toMillis).toISOString(),
  ].join(' ');
}

/** A word of a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
