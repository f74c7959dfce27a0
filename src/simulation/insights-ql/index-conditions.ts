import { containsText } from '../text-matching/text-search.js';
import { type IndexCondition } from './event-source.js';
import { type Scope } from './scope.js';
import { fieldName, type Expression, type FilterIndexCommand } from './tree.js';
import { parseNumber } from './values/value.js';

/** Not fields that a value is kept of: what a condition on them means, no index answers. */
const NEVER_INDEXED = new Set(['@message', '@timestamp', '@ingestionTime', '@log', '@ptr']);

/** The conditions of `filterIndex`: only groups that index the field are read. */
export function requiredCondition({ field, values }: FilterIndexCommand): IndexCondition {
  return { field: fieldName(field), values: values.map(({ value }) => textOf(value)), required: true };
}

/**
 * What of a filter an index may answer: `=` and `in` on the event's own fields, joined by `and`. An index
 * keeps values by `indexKey`, under which `5`, `"5"` and `"5.0"` are the same, so it never leaves out an
 * event for which the typed comparison holds; the filter still looks at each event that it gives.
 */
export function optionalConditions(condition: Expression, scope: Scope): IndexCondition[] {
  if (condition.kind === 'And') {
    return condition.operands.flatMap((operand) => optionalConditions(operand, scope));
  }
  const found = equalityOf(condition);
  if (found === undefined) return [];
  const name = fieldName(found.field);
  if (!scope.isOwn(name) || NEVER_INDEXED.has(name)) return [];
  const values: string[] = [];
  for (const value of found.values) {
    if (value.kind === 'String') values.push(value.value);
    // The names of streams are texts: the number 5 is equal to the stream "5.0" too.
    else if ((value.kind === 'Number' || value.kind === 'Boolean') && name !== '@logStream') {
      values.push(textOf(value.value));
    } else return [];
  }
  return [{ field: name, values, required: false }];
}

/** Texts that stand in JSON as they are, unless it escapes what it needn't, and that are no numbers. */
const VERBATIM = /^[A-Za-z0-9_.:/ -]+$/;
const NO_DIGIT = /[A-Za-z_:/]/;

/**
 * A test that spares most events the reading of their fields: an event whose message holds none of the
 * texts that one of its discovered fields must equal can't match. Only for messages without a backslash,
 * whose JSON may spell the text in another way.
 * @returns undefined where the filter has no such condition
 */
export function messageTest(condition: Expression, scope: Scope): ((message: string) => boolean) | undefined {
  const sought = optionalConditions(condition, scope).filter(
    ({ field, values }) => !field.startsWith('@') && values.every(isVerbatim),
  );
  if (sought.length === 0) return undefined;
  return (message) =>
    sought.every(({ values }) => values.some((value) => containsText(message, value))) ||
    message.includes('\\');
}

function isVerbatim(text: string): boolean {
  return VERBATIM.test(text) && NO_DIGIT.test(text) && parseNumber(text) === undefined;
}

function equalityOf(condition: Expression) {
  if (condition.kind === 'InList' && !condition.negated && condition.operand.kind === 'Field') {
    return { field: condition.operand, values: condition.values };
  }
  if (condition.kind !== 'Binary' || condition.operator !== '=') return undefined;
  const { left, right } = condition;
  if (left.kind === 'Field') return { field: left, values: [right] };
  return right.kind === 'Field' ? { field: right, values: [left] } : undefined;
}

function textOf(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}
