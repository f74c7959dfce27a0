import { FilterBuilder } from '../language/filter-builder.js';
import { ERROR_SEVERITY, ERROR_WORDS } from '../messages/severity.js';
import { type FoundEvent, toCorrelatedEvent } from './correlated-event.js';

/** Fields in which loggers write a severity as a word. */
const WORD_FIELDS = [
  'severity_text',
  'severityText',
  'level',
  'severity',
  'log.level',
  'levelname',
  'lvl',
  'record.level',
] as const;
/** OpenTelemetry's number of a severity. */
const NUMBER_FIELDS = ['severity_number', 'severityNumber'] as const;
/** The lowest number of an error among pino's and bunyan's levels. */
const ERROR_LEVEL = 50;
/** Fields that only an error has. */
const EXCEPTION_FIELDS = [
  'errorType',
  'attributes.exception.type',
  'exception.type',
  'err.stack',
  'error.stack',
];
/** How spans say that they failed. */
const FAILED_STATUS = ['2', 'ERROR', 'STATUS_CODE_ERROR'];

/** Words of errors in all cases in which loggers write them. */
const WORDS = ERROR_WORDS.flatMap((word) => [
  word,
  word.toUpperCase(),
  word.charAt(0).toUpperCase() + word.slice(1),
]);

/**
 * Demands an error: by the severity under any logger's key, an exception, a failed span, or the word where a
 * line that is text has its severity. It demands a little too little, so whoever reads asks {@link isErrorEvent}.
 */
export function errorFilter(): FilterBuilder {
  const none = new FilterBuilder();
  return none.any(
    ...NUMBER_FIELDS.map((field) => none.atLeast(field, ERROR_SEVERITY)),
    ...WORD_FIELDS.map((field) => none.in(field, WORDS)),
    ...['level', 'lvl'].map((field) => none.atLeast(field, ERROR_LEVEL)),
    ...EXCEPTION_FIELDS.map((field) => none.isPresent(field)),
    none.in('status.code', FAILED_STATUS),
    none.matches('@message', TEXT_ERROR),
  );
}

/** A severity near the begin of a line that is not JSON, as the parser of messages reads it. */
const TEXT_ERROR = '(?i)^(?:[^{]{0,79}[\\s\\[(|:"=])?(?:error|critical|fatal)(?:[\\s\\])|:",]|$)';

/** The same for log groups without discovered fields, by the text of the message. */
export function errorTextFilter(): FilterBuilder {
  const words = [...ERROR_WORDS, 'exception'].join('|');
  const numbers =
    '"(?:level|lvl)": ?[5-9]0|"severity_?number": ?(?:1[7-9]|2[0-4])|"status": ?\\{ ?"code": ?2';
  return new FilterBuilder().matches('@message', `(?i)(?:${words}|${numbers})`);
}

/** Filter patterns that together match every error; other events may match as well. */
export const ERROR_PATTERNS: readonly string[] = [
  ['error', 'critical', 'fatal', 'exception', 'severe', 'emerg', 'alert', 'panic']
    .flatMap((word) => [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)])
    .map((word) => `?${word}`)
    .join(' '),
  `{ ($.level >= ${ERROR_LEVEL}) || ($.severity_number >= ${ERROR_SEVERITY}) || ($.severityNumber >= ${ERROR_SEVERITY}) || ($.status.code = 2) }`,
];

/** Tells whether an event is an error, as the timeline marks it. */
export function isErrorEvent(event: FoundEvent): boolean {
  return toCorrelatedEvent(event).isError;
}
