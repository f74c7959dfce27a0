import { OptionError } from '../../cloudwatch/errors.js';
import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkGivenNames, checkGivenTexts, checkWord } from '../../cloudwatch/check-values.js';
import {
  filterQuery,
  indexQuery,
  type LookUp,
  lookUpOfErrors,
  lookUpOfField,
  lookUpOfRequest,
  lookUpOfSpan,
  lookUpOfTrace,
  textQuery,
} from './look-up.js';

/** The subject of a query: an id in any of its forms, a field's value, or errors. */
export type CorrelationSubject =
  | { readonly trace: string }
  | { readonly span: string }
  | { readonly request: string }
  | { readonly field: string; readonly value: string | number | boolean }
  | { readonly errors: true };

/** Which of a look-up's queries is meant. */
export interface CorrelationQueryOptions {
  /**
   * `index`: `filterIndex` of one field. `filter` (default): a scan for all spellings. `text`: also for the
   * value anywhere in the text.
   */
  readonly step?: 'index' | 'filter' | 'text' | undefined;
  /** The indexed field of the step `index`. Default the first spelling, `trace_id` for a trace. */
  readonly field?: string | undefined;
  /** Further fields that hold the id in your logs. */
  readonly fields?: readonly string[] | undefined;
  /** Rows at the most. Default: none is written, for which the service answers 10,000. */
  readonly limit?: number | undefined;
}

const MEMBERS = {
  step: true,
  field: true,
  fields: true,
  limit: true,
} as const satisfies Record<keyof CorrelationQueryOptions, true>;

const SUBJECTS: ReadonlySet<string> = new Set(['trace', 'span', 'request', 'field', 'errors']);

/**
 * The text of a query that a look-up runs, for the console, a dashboard or a program of your own.
 * @throws OptionError
 * @example
 * correlationQuery({ trace: '1-5759e988-bd862e3fe1be46a994272793' })
 */
export function correlationQuery(subject: CorrelationSubject, options: CorrelationQueryOptions = {}): string {
  checkMembers('options', options, MEMBERS);
  const { step = 'filter', field, fields, limit } = options;
  checkGivenNames({ fields });
  checkGivenTexts({ field });
  checkWord('step', step, ['index', 'filter', 'text']);
  const lookUp = lookUpOf(subject, fields);
  const query =
    step === 'index'
      ? indexQuery(lookUp, indexedField(lookUp, field))
      : step === 'text'
        ? textQuery(lookUp)
        : filterQuery(lookUp);
  return (limit === undefined ? query : query.limit(limit)).toString();
}

function indexedField(lookUp: LookUp, field: string | undefined): string {
  const indexed = field ?? lookUp.fields[0];
  if (indexed === undefined) throw new OptionError('step', 'be filter for errors: no index tells them');
  return indexed;
}

function lookUpOf(subject: CorrelationSubject, fields: readonly string[] | undefined): LookUp {
  if (typeof (subject as unknown) !== 'object' || (subject as unknown) === null) throw noSubject(subject);
  const [kind, second] = Object.keys(subject).filter((name) => SUBJECTS.has(name));
  if (kind === undefined || second !== undefined) throw noSubject(subject);
  checkMembers('subject', subject, { [kind]: true, ...(kind === 'field' && { value: true }) });
  if ('trace' in subject) return lookUpOfTrace(checkedId('trace', subject.trace), fields);
  if ('span' in subject) return lookUpOfSpan(checkedId('span', subject.span), fields);
  if ('request' in subject) return lookUpOfRequest(checkedId('request', subject.request), fields);
  if ('field' in subject) {
    const { value } = subject;
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw new OptionError('value', 'be a text, a number or a boolean', value);
    }
    return lookUpOfField(
      checkedId('field', subject.field),
      typeof value === 'number' ? String(value) : value,
    );
  }
  return lookUpOfErrors();
}

function noSubject(subject: unknown): OptionError {
  return new OptionError('subject', 'have one of trace, span, request, field or errors', subject);
}

function checkedId(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new OptionError(name, 'be a string that is not empty', value);
  }
  return value;
}
