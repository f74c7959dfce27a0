import { type FoundSummary } from '../answers/found.js';
import { shellWord } from './shell-word.js';

/** The command that finds the same in a terminal. */
export function cliCommand({
  search,
  fromMillis,
  toMillis,
  logGroups,
  steps,
  endpoint,
}: FoundSummary): string {
  const { kind, field, value } = search;
  const look =
    kind === 'field'
      ? ['find', shellWord(`${field ?? ''}=${value}`)]
      : kind === 'text'
        ? ['request', shellWord(value)]
        : [kind, shellWord(value)];
  const isFullText = steps.some(({ step }) => step === 'text');
  return [
    'otel-cwlogs',
    ...look,
    ...(isFullText ? ['--full-text'] : []),
    ...logGroups
      .filter((group) => group !== 'aws/spans')
      .flatMap((group) => ['--log-group', shellWord(group)]),
    ...(endpoint === undefined ? [] : ['--endpoint', shellWord(endpoint)]),
    '--from',
    new Date(fromMillis).toISOString(),
    '--to',
    new Date(toMillis).toISOString(),
  ].join(' ');
}
