import { containsText } from '../../text-matching/text-search.js';
import {
  aggregateFunctions,
  evaluateArithmetic,
  moveByPeriod,
  parsePeriod,
  scalarFunctions,
  type EvaluationContext,
} from '../functions/index.js';
import { compileRegex, RegexError, type CompiledRegex } from '../functions/regex.js';
import { nearestName } from '../../../cloudwatch/nearest-name.js';
import { placeOf, QuerySyntaxError, type Span } from '../syntax-error.js';
import {
  fieldName,
  type Binary,
  type Call,
  type Expression,
  type FieldReference,
  type InList,
  type Query,
} from '../tree.js';
import { momentOfNow } from '../undocumented.js';
import { stepInto } from '../values/step-into.js';
import {
  compareWith,
  equalsValue,
  isComparable,
  Timestamp,
  toText,
  truthy,
  type Value,
} from '../values/value.js';
import { type Row } from './row.js';
import { ValueSet } from './value-set.js';

/** An expression made ready: gives its value for a row. */
export type Evaluate = (row: Row) => Value;

/** What an expression needs to know beside the row. */
export interface ExpressionScope {
  readonly context: EvaluationContext;
  /** The values of a subquery; filled before the first row comes. */
  subqueryValues(query: Query): ValueSet;
  /** `stats` takes its aggregates here; undefined for what is none. */
  readonly compileCall?: ((call: Call) => Evaluate | undefined) | undefined;
}

/**
 * Makes an expression ready.
 * @throws QuerySyntaxError for an unknown function, a wrong number of arguments, a bad regular expression
 */
export function compileExpression(expression: Expression, scope: ExpressionScope): Evaluate {
  switch (expression.kind) {
    case 'Field': {
      const { steps } = expression;
      const name = fieldName(expression);
      return steps.length === 1 ? (row) => row.get(name) : (row) => row.resolve(name, steps);
    }
    case 'String':
    case 'Number':
    case 'Boolean': {
      const { value } = expression;
      return () => value;
    }
    case 'Duration':
    case 'Regex':
      throw misplaced(expression.span, expression.kind === 'Regex' ? 'regular expression' : 'period');
    case 'Unary': {
      const operand = compileExpression(expression.operand, scope);
      if (expression.operator === 'not') return (row) => !truthy(operand(row));
      return (row) => evaluateArithmetic('-', 0, operand(row));
    }
    case 'And': {
      const operands = expression.operands.map((operand) => compileExpression(operand, scope));
      return (row) => operands.every((operand) => truthy(operand(row)));
    }
    case 'Or': {
      const operands = joinLikes(expression.operands).map((operand) => compileExpression(operand, scope));
      return (row) => operands.some((operand) => truthy(operand(row)));
    }
    case 'InList':
      return compileInList(expression, scope);
    case 'InSubquery': {
      const { negated } = expression;
      const operand = compileExpression(expression.operand, scope);
      const values = scope.subqueryValues(expression.query);
      return (row) => {
        const value = operand(row);
        return (!negated || isComparable(value)) && values.has(value) !== negated;
      };
    }
    case 'Binary':
      return compileBinary(expression, scope);
    case 'Call':
      return compileCall(expression, scope);
    case 'Member': {
      const { steps } = expression;
      const target = compileCall(expression.target, scope);
      return (row) => stepInto(target(row), steps);
    }
  }
}

/** The value of an expression that is the same for every row; null for others. */
export function constantOf(expression: Expression): Value {
  switch (expression.kind) {
    case 'Number':
    case 'String':
    case 'Boolean':
      return expression.value;
    case 'Duration':
      return `${expression.count}${expression.unit}`;
    case 'Regex':
      return expression.source;
    default:
      return null;
  }
}

/** From so many on one search for all texts is quicker than one for each. */
const MIN_JOINED_LIKES = 4;

/** Characters of the texts together, so that the expression stays far from what is refused as too large. */
const MAX_JOINED_LENGTH = 2_000;

/** `f like "a" or f like "b" …` as one expression with alternatives; the value is the same, whatever the order. */
function joinLikes(operands: readonly Expression[]): readonly Expression[] {
  const likes = new Map<string, Binary[]>();
  for (const operand of operands) {
    if (!isPlainLike(operand)) continue;
    const field = fieldName(operand.left);
    likes.set(field, [...(likes.get(field) ?? []), operand]);
  }
  let joined = operands;
  for (const same of likes.values()) {
    if (same.length < MIN_JOINED_LIKES) continue;
    const [first] = same;
    const source = same.map(({ right }) => escapeText(constantOf(right) as string)).join('|');
    if (source.length > MAX_JOINED_LENGTH) continue;
    const regex: Expression = { kind: 'Regex', source, span: first!.right.span };
    const others = joined.filter((operand) => !(same as readonly Expression[]).includes(operand));
    joined = [{ ...first!, right: regex }, ...others];
  }
  return joined;
}

/** A search in a field for a text in which each unit is a character. */
function isPlainLike(expression: Expression): expression is Binary & { readonly left: FieldReference } {
  if (expression.kind !== 'Binary' || expression.operator !== 'like') return false;
  const { left, right } = expression;
  return left.kind === 'Field' && right.kind === 'String' && /^[^\ud800-\udfff]{1,100}$/.test(right.value);
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function compileInList(expression: InList, scope: ExpressionScope): Evaluate {
  const { negated } = expression;
  const operand = compileExpression(expression.operand, scope);
  const set = new ValueSet();
  const others: Evaluate[] = [];
  for (const value of expression.values) {
    const constant = constantOf(value);
    if (constant === null || value.kind === 'Regex' || value.kind === 'Duration') {
      others.push(compileExpression(value, scope));
    } else {
      set.add(constant);
    }
  }
  return (row) => {
    const value = operand(row);
    // A map or list compared to anything is false, whichever way it is asked.
    if (negated && !isComparable(value)) return false;
    return (set.has(value) || others.some((other) => equalsValue(value, other(row)))) !== negated;
  };
}

function compileBinary(expression: Binary, scope: ExpressionScope): Evaluate {
  const { operator } = expression;
  if (operator === '+' || operator === '-') {
    const moved = compileMoved(operator, expression, scope);
    if (moved !== undefined) return moved;
  }
  const left = compileExpression(expression.left, scope);
  if (operator === 'like' || operator === 'not like' || operator === '=~') {
    const wanted = operator !== 'not like';
    const matches = compileMatch(expression.right, operator === '=~', scope);
    return (row) => {
      const value = left(row);
      if (!wanted && !isComparable(value)) return false;
      const text = toText(value);
      return (text !== undefined && matches(text, row)) === wanted;
    };
  }
  const right = compileExpression(expression.right, scope);
  switch (operator) {
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (row) => compareWith(operator, left(row), right(row));
    default:
      return (row) => evaluateArithmetic(operator, left(row), right(row));
  }
}

/** `@timestamp + 9h`, `5m + t`, `now() - 1h`; undefined for a sum without a period. */
function compileMoved(
  operator: '+' | '-',
  { left, right }: Binary,
  scope: ExpressionScope,
): Evaluate | undefined {
  const [moment, period] = operator === '+' && left.kind === 'Duration' ? [right, left] : [left, right];
  if (period.kind !== 'Duration') return undefined;
  const count = operator === '-' ? -period.count : period.count;
  const { unit } = period;
  const evaluate = compileExpression(moment, scope);
  if (moment.kind === 'Call' && moment.name.toLowerCase() === 'now') {
    const now = new Timestamp(momentOfNow(Math.floor(scope.context.nowMillis / 1000)));
    return () => moveByPeriod(now, count, unit);
  }
  return (row) => moveByPeriod(evaluate(row), count, unit);
}

function compileMatch(
  right: Expression,
  isRegex: boolean,
  scope: ExpressionScope,
): (text: string, row: Row) => boolean {
  if (right.kind === 'Regex' || (isRegex && right.kind === 'String')) {
    const regex = compileRegexAt(right.kind === 'Regex' ? right.source : right.value, right.span);
    return (text) => regex.test(text);
  }
  if (right.kind === 'String') {
    const { value } = right;
    return (text) => containsText(text, value);
  }
  const part = compileExpression(right, scope);
  return (text, row) => {
    const sought = toText(part(row));
    return sought !== undefined && containsText(text, sought);
  };
}

/** @throws QuerySyntaxError with the place of the regular expression */
export function compileRegexAt(source: string, span: Span): CompiledRegex {
  try {
    return compileRegex(source);
  } catch (error) {
    if (error instanceof RegexError) {
      throw new QuerySyntaxError(`invalid regular expression: ${error.message}`, span);
    }
    throw error;
  }
}

function compileCall(call: Call, scope: ExpressionScope): Evaluate {
  const aggregate = scope.compileCall?.(call);
  if (aggregate !== undefined) return aggregate;
  const name = call.name.toLowerCase();
  const scalar = scalarFunctions.get(name);
  if (scalar === undefined) {
    if (aggregateFunctions.has(name)) {
      throw new QuerySyntaxError(`${call.name} can only be used in stats`, call.span);
    }
    throw unknownFunction(call);
  }
  if (call.star) throw new QuerySyntaxError(`${scalar.name} does not take *`, call.span);
  checkArguments(call, scalar);
  const problem = scalar.problem?.(call.args.map(constantOf));
  if (problem !== undefined) throw new QuerySyntaxError(`${scalar.name}: ${problem}`, call.span);
  const { context } = scope;
  const args = call.args.map((arg) => compileArgument(arg, scope));
  if (scalar.takesTimestamp) {
    const last = call.args.at(-1)!;
    if (last.kind !== 'Duration' && last.kind !== 'String') {
      throw new QuerySyntaxError(`${scalar.name} takes a period such as 5m`, call.span);
    }
    const period = args[0]!;
    if (args.length === 1) return (row) => scalar.evaluate([row.get('@timestamp'), period(row)], context);
  }
  if (args.length === 1) {
    const arg = args[0]!;
    return (row) => scalar.evaluate([arg(row)], context);
  }
  return (row) =>
    scalar.evaluate(
      args.map((arg) => arg(row)),
      context,
    );
}

/** An argument of a function; there periods and regular expressions may stand, as their texts. */
export function compileArgument(arg: Expression, scope: ExpressionScope): Evaluate {
  if (arg.kind === 'Regex') compileRegexAt(arg.source, arg.span);
  if (arg.kind === 'Duration' || arg.kind === 'Regex') {
    const text = constantOf(arg);
    if (arg.kind === 'Duration' && parsePeriod(`${arg.count}${arg.unit}`) === undefined) {
      throw new QuerySyntaxError(`${arg.count}${arg.unit} is no period`, arg.span);
    }
    return () => text;
  }
  return compileExpression(arg, scope);
}

/** @throws QuerySyntaxError for a number of arguments that the function doesn't take */
export function checkArguments(
  call: Call,
  { name, minArgs, maxArgs }: { readonly name: string; readonly minArgs: number; readonly maxArgs: number },
): void {
  const given = call.args.length;
  if (given >= minArgs && given <= maxArgs) return;
  const most = maxArgs === Infinity ? 'or more' : `to ${maxArgs}`;
  const wanted = minArgs === maxArgs ? String(minArgs) : `${minArgs} ${most}`;
  throw new QuerySyntaxError(
    `${name} takes ${wanted} ${wanted === '1' ? 'argument' : 'arguments'}; it has ${given}`,
    call.span,
  );
}

/** Source: an answer of the service, but for the hint. */
export function unknownFunction(call: Call): QuerySyntaxError {
  const near = nearestName(call.name, [...scalarFunctions.keys(), ...aggregateFunctions.keys()]);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new QuerySyntaxError(
    `Unrecognized function name: ${call.name} ${placeOf(call.span)}${hint}`,
    call.span,
  );
}

function misplaced(span: Span, what: string): QuerySyntaxError {
  return new QuerySyntaxError(`a ${what} can't stand here`, span);
}
