import { type CorrelatedEvent, type Explanation, type LookUp, type Suggestion } from '../insights/index.js';
import { shellWord } from '../dashboards/model/shell-word.js';
import { type ReadArguments } from './connection.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';

/** Traces that are named to go on with. */
const MOST_TRACES = 5;

/** What is changed of the options with which a command was run. */
interface Changes {
  readonly logGroup?: readonly string[];
  readonly fullText?: boolean;
  /** Milliseconds since 1970. */
  readonly fromMillis?: number;
  readonly toMillis?: number;
}

/** A command to go on with, with the groups, range and connection of the one that was run. */
export function commandLike(words: readonly string[], options: ReadArguments, changes: Changes = {}): string {
  const logGroups = changes.logGroup ?? options.logGroup ?? [];
  const isMoved = changes.fromMillis !== undefined;
  const line = ['otel-cwlogs', ...words.map(shellWord)];
  const add = (option: string, value: string | undefined): void => {
    if (value !== undefined) line.push(option, shellWord(value));
  };
  for (const group of logGroups) add('-g', group);
  add('--since', isMoved ? undefined : options.since);
  add('--from', isMoved ? timeText(changes.fromMillis) : options.from);
  add('--to', isMoved ? timeText(changes.toMillis) : options.to);
  add('--region', options.region);
  add('--profile', options.profile);
  add('--endpoint', options.endpoint);
  if (changes.fullText) line.push('--full-text');
  return escapeTerminalText(line.join(' '));
}

function timeText(millis: number | undefined): string | undefined {
  return millis === undefined ? undefined : new Date(millis).toISOString();
}

/** The traces of events, those with most events first, each with the command that shows it. */
export function traceCommands(events: readonly CorrelatedEvent[], options: ReadArguments): string[] {
  const counts = new Map<string, number>();
  for (const { traceId } of events) {
    if (traceId !== undefined) counts.set(traceId, (counts.get(traceId) ?? 0) + 1);
  }
  const traceIds = [...counts].sort(([, a], [, b]) => b - a).map(([traceId]) => traceId);
  const shown = traceIds.slice(0, MOST_TRACES).map((traceId) => commandLike(['trace', traceId], options));
  const more = traceIds.length - shown.length;
  return more > 0 ? [...shown, `(${more} more ${more === 1 ? 'trace' : 'traces'})`] : shown;
}

/** The command of a suggestion. */
export function commandOf(suggestion: Suggestion, lookUp: LookUp, options: ReadArguments): string {
  const same = wordsOf(lookUp);
  switch (suggestion.change) {
    case 'log_group':
      return commandLike(same, options, { logGroup: [suggestion.logGroup] });
    case 'range':
      return commandLike(same, options, suggestion);
    case 'field':
      return commandLike(['find', `${suggestion.field}=${suggestion.value}`], options);
    case 'kind':
      return suggestion.kind === 'errors'
        ? commandLike(['errors'], options)
        : commandLike([suggestion.kind, suggestion.value], options);
    case 'text':
      return commandLike(same, options, { fullText: true });
  }
}

function wordsOf({ kind, fields, value }: LookUp): string[] {
  if (kind === 'field') return ['find', `${fields[0]!}=${value}`];
  return kind === 'errors' ? ['errors'] : [kind, value];
}

/** Why nothing was found, and the command to try. */
export interface Hint {
  readonly hint: string;
  readonly command: string | undefined;
}

/** Why nothing was found, with what to try. */
export function hintsOf(
  explanations: readonly Explanation[],
  lookUp: LookUp,
  options: ReadArguments,
): Hint[] {
  return explanations.map(({ text, suggestion }) => ({
    hint: `hint: ${escapeTerminalText(text)}`,
    command: suggestion && commandOf(suggestion, lookUp, options),
  }));
}
