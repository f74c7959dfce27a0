import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkWord } from '../../cloudwatch/check-values.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { isObject } from '../../cloudwatch/is-object.js';
import { MAX_QUERY_ROWS } from '../../cloudwatch/limits.js';
import {
  type Column,
  type Command,
  type Condition,
  type Expression,
  type Query,
  type TextPattern,
} from './query-tree.js';

/** All that stands in a query as it is: what is none of these words would be a part of the query's text. */
const OPERATORS = ['=', '!=', '<', '<=', '>', '>='];
const DIRECTIONS = ['asc', 'desc'];
const DURATION_UNITS = ['ms', 's', 'm', 'h', 'd', 'w', 'mo', 'q', 'y'];

/**
 * Writes a query as text of CloudWatch Logs Insights QL. This is the only place that makes query text, so
 * the only one that escapes: no value, field name or pattern can become more than what it is.
 * @throws OptionError for a field name or regular expression that the language cannot hold, and for what is no tree
 */
export function printQuery(query: Query): string {
  checkMembers('query', query, { commands: true });
  return listIn('query.commands', query.commands).map(printCommand).join('\n| ');
}

/** Writes a condition as it stands after `filter`. @throws OptionError as {@link printQuery} */
export function printCondition(condition: Condition): string {
  checkNode('condition', condition);
  switch (condition.kind) {
    case 'comparison':
      checkWord('operator', condition.operator, OPERATORS);
      return `${printExpression(condition.left)} ${condition.operator} ${printExpression(condition.right)}`;
    case 'in': {
      const values = listIn('values', condition.values, 1).map(printExpression).join(', ');
      return `${printExpression(condition.operand)} ${condition.negated ? 'not in' : 'in'} [${values}]`;
    }
    case 'like': {
      const operator = condition.negated ? 'not like' : 'like';
      return `${printExpression(condition.operand)} ${operator} ${printPattern(condition.pattern)}`;
    }
    case 'present':
      return `${condition.negated ? 'not ' : ''}ispresent(${printExpression(condition.operand)})`;
    case 'not':
      return `not (${printCondition(condition.condition)})`;
    case 'all':
    case 'any': {
      // Every operand stands in parentheses of its own: the service's precedence is not documented.
      const word = condition.kind === 'all' ? ' and ' : ' or ';
      return listIn('conditions', condition.conditions, 1).map(printOperand).join(word);
    }
    default:
      throw unknownKind('condition', condition);
  }
}

/** Writes a string literal. @throws OptionError for what is no text */
export function printString(value: string): string {
  if (typeof value !== 'string') throw new OptionError('value', 'be a text', value);
  // Half of a surrogate pair has no UTF-8: it cannot be sent, nor be in a stored event.
  const text = value.toWellFormed();
  const quote = text.includes('"') && !text.includes("'") ? "'" : '"';
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return `${quote}${escaped}${quote}`;
}

const BARE_NAME = /^(@{0,2})([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)$/;

/** Words that a reader of the query may take for something else than a field. */
const RESERVED = new Set(
  (
    'and or not in like as by asc desc is true false null with from where on left right inner type offset ' +
    'fields display filter filterindex parse stats sort limit dedup unnest pattern source anomaly diff ' +
    'expand join lookup cidrlookup fillmissing filldown addtotals accum autoregress outlier appendcols ' +
    'sessionize countfrequent count_frequent logcompare relevantfields estimate unmask search order head ' +
    'tail any multi logfmt csv json output outputnew previousday previousweek previousmonth into'
  ).split(' '),
);

/**
 * Writes a field name: bare where that is safe, else in backticks (the `@` of a system name stays outside;
 * source: user guide, CWL_QuerySyntax-Guidelines).
 * @throws OptionError for an empty name, and for one with a backtick or backslash: the language documents
 * no way to write them in a name
 */
export function printFieldName(name: string): string {
  if (typeof name !== 'string') throw new OptionError('field', 'be the name of a field', name);
  const bare = BARE_NAME.exec(name);
  if (bare && !(bare[1] === '' && RESERVED.has(name.toLowerCase()))) return name;
  const signs = /^@*/.exec(name)![0];
  const rest = name.slice(signs.length);
  if (rest === '') throw new OptionError('field', 'be the name of a field', name);
  if (/[`\\]/.test(rest)) {
    throw new OptionError('field', 'hold neither ` nor \\, which a query cannot name', name);
  }
  // A line break or another control character in a name would only hide what the query says.
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(rest)) throw new OptionError('field', 'hold no control character', name);
  return `${signs}\`${rest.toWellFormed()}\``;
}

/**
 * Writes a regular expression between slashes.
 * @throws OptionError for an empty one and for one that ends in an unpaired backslash
 */
export function printRegex(source: string): string {
  if (typeof source !== 'string') throw new OptionError('regex', 'be a RegExp, or the text of one', source);
  const text = source.toWellFormed();
  let printed = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === '\\') {
      const next = text[index + 1];
      if (next === undefined) throw new OptionError('regex', 'not end in an unpaired backslash', source);
      printed += next === '\n' ? '\\n' : next === '\r' ? '\\r' : `\\${next}`;
      index++;
    } else if (character === '/') printed += '\\/';
    else if (character === '\n') printed += '\\n';
    else if (character === '\r') printed += '\\r';
    else printed += character;
  }
  if (printed === '') throw new OptionError('regex', 'not be empty', source);
  return `/${printed}/`;
}

/** Writes a command. @throws OptionError as {@link printQuery} */
export function printCommand(command: Command): string {
  checkNode('command', command);
  switch (command.kind) {
    case 'fields':
    case 'display':
      return `${command.kind} ${printColumns(command.columns)}`;
    case 'filter':
      return `filter ${printCondition(command.condition)}`;
    case 'filterIndex': {
      const field = printFieldName(command.field);
      const values = listIn('values', command.values, 1).map(printString);
      return values.length === 1
        ? `filterIndex ${field} = ${values[0]!}`
        : `filterIndex ${field} in [${values.join(', ')}]`;
    }
    case 'parseGlob': {
      const names = listIn('names', command.names, 1).map(printFieldName).join(', ');
      return `parse ${printFieldName(command.field)} ${printString(command.glob)} as ${names}`;
    }
    case 'parseRegex':
      return `parse ${printFieldName(command.field)} ${printRegex(command.source)}`;
    case 'stats': {
      const by = listIn('by', command.by).length > 0 ? ` by ${printColumns(command.by)}` : '';
      return `stats ${printColumns(command.aggregates)}${by}`;
    }
    case 'sort':
      checkWord('direction', command.direction, DIRECTIONS);
      return `sort ${printExpression(command.field)} ${command.direction}`;
    case 'limit':
      if (!Number.isInteger(command.count) || command.count < 1 || command.count > MAX_QUERY_ROWS) {
        throw new OptionError('limit', `be a whole number from 1 to ${MAX_QUERY_ROWS}`, command.count);
      }
      return `limit ${command.count}`;
    case 'dedup':
      return `dedup ${listIn('fields', command.fields, 1).map(printFieldName).join(', ')}`;
    case 'unnest':
      return `unnest ${printFieldName(command.field)} into ${printFieldName(command.into)}`;
    case 'pattern':
      return `pattern ${printFieldName(command.field)}`;
    default:
      throw unknownKind('command', command);
  }
}

function printColumns(columns: readonly Column[]): string {
  return listIn('columns', columns, 1)
    .map(({ expression, alias }) =>
      alias === undefined
        ? printExpression(expression)
        : `${printExpression(expression)} as ${printFieldName(alias)}`,
    )
    .join(', ');
}

function printOperand(condition: Condition): string {
  const printed = printCondition(condition);
  return condition.kind === 'all' || condition.kind === 'any' ? `(${printed})` : printed;
}

function printPattern(pattern: TextPattern): string {
  checkNode('pattern', pattern);
  return pattern.kind === 'substring' ? printString(pattern.text) : printRegex(pattern.source);
}

/** Writes a value or computation. @throws OptionError as {@link printQuery} */
export function printExpression(expression: Expression): string {
  checkNode('expression', expression);
  switch (expression.kind) {
    case 'field':
      return printFieldName(expression.name);
    case 'string':
      return printString(expression.value);
    case 'number':
      return printNumber(expression.value);
    case 'duration':
      checkWord('unit', expression.unit, DURATION_UNITS);
      return `${printNumber(expression.count)}${expression.unit}`;
    case 'everything':
      return '*';
    case 'call':
      if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(expression.name)) {
        throw new OptionError('function', 'be the name of a function', expression.name);
      }
      return `${expression.name}(${listIn('arguments', expression.arguments).map(printExpression).join(', ')})`;
    default:
      throw unknownKind('expression', expression);
  }
}

function printNumber(value: number): string {
  if (!Number.isFinite(value)) throw new OptionError('number', 'be finite', value);
  const text = String(value);
  if (!text.includes('e')) return text;
  // Exponents are not documented in the language; BigInt writes large whole numbers out.
  if (Number.isInteger(value)) return BigInt(value).toString();
  const digits = value.toFixed(20);
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

const RULES = {
  command: 'be a command of a query, of a known kind',
  condition: 'be a condition of a filter, of a known kind',
  expression: 'be the name of a field, or an expression of a known kind',
  pattern: 'be a pattern, of a known kind',
} as const;

type Node = keyof typeof RULES;

/** @throws OptionError for what is no part of a tree */
function checkNode(option: Node, node: unknown): void {
  if (!isObject(node)) throw unknownKind(option, node);
}

function unknownKind(option: Node, node: unknown): OptionError {
  return new OptionError(option, RULES[option], node);
}

/** @throws OptionError for what is no list, or one that is too short */
function listIn<T>(option: string, list: readonly T[], least = 0): readonly T[] {
  if (!Array.isArray(list) || list.length < least) {
    throw new OptionError(option, least === 0 ? 'be a list' : 'be a list that is not empty', list);
  }
  return list as readonly T[];
}
