import { evaluateArithmetic, scalarFunctions, type EvaluationContext } from './functions/index.js';
import { compileRegex, RegexError, type CompiledRegex } from './functions/regex.js';
import { type Row } from './row.js';
import { QuerySyntaxError, type Span } from './syntax-error.js';
import { type Binary, type Call, type Expression } from './tree.js';
import { compareWith, equalsValue, isStructure, toText, truthy, type Value } from './values/value.js';

/** An expression made ready: gives its value for a row. */
export type Evaluate = (row: Row) => Value;

/** How calls that are no scalar functions are compiled: aggregates in `stats`. */
export type CompileCall = (call: Call) => Evaluate | undefined;

/**
 * Makes an expression ready.
 * @throws QuerySyntaxError for an unknown function, a wrong number of arguments, a bad regular expression
 */
export function compileExpression(
  expression: Expression,
  context: EvaluationContext,
  compileCall?: CompileCall,
): Evaluate {
  const compile = (inner: Expression): Evaluate => compileExpression(inner, context, compileCall);
  switch (expression.kind) {
    case 'Field':
      return (row) => row.resolve(expression);
    case 'String':
    case 'Number':
    case 'Boolean': {
      const { value } = expression;
      return () => value;
    }
    case 'Duration': {
      const text = `${expression.count}${expression.unit}`;
      return () => text;
    }
    case 'Regex': {
      const { source } = expression;
      return () => source;
    }
    case 'Unary': {
      const operand = compile(expression.operand);
      if (expression.operator === 'not') return (row) => !truthy(operand(row));
      return (row) => evaluateArithmetic('-', 0, operand(row));
    }
    case 'And':
    case 'Or': {
      const operands = expression.operands.map(compile);
      return expression.kind === 'And'
        ? (row) => operands.every((operand) => truthy(operand(row)))
        : (row) => operands.some((operand) => truthy(operand(row)));
    }
    case 'InList': {
      const operand = compile(expression.operand);
      const values = expression.values.map(compile);
      const { negated } = expression;
      return (row) => {
        const value = operand(row);
        return values.some((candidate) => equalsValue(value, candidate(row))) !== negated;
      };
    }
    case 'InSubquery':
      throw new QuerySyntaxError('subqueries are not supported', expression.span);
    case 'Binary':
      return compileBinary(expression, compile);
    case 'Call':
      return compileCall?.(expression) ?? compileScalarCall(expression, compile, context);
  }
}

function compileBinary(expression: Binary, compile: (inner: Expression) => Evaluate): Evaluate {
  const { operator } = expression;
  const left = compile(expression.left);
  if (operator === 'like' || operator === 'not like' || operator === '=~') {
    const wanted = operator !== 'not like';
    const matches = compileMatch(expression.right, operator === '=~', compile);
    return (row) => {
      const value = left(row);
      const text = toText(value);
      if (isStructure(value)) return false;
      return (text !== undefined && matches(text, row)) === wanted;
    };
  }
  const right = compile(expression.right);
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

function compileMatch(
  right: Expression,
  isRegex: boolean,
  compile: (inner: Expression) => Evaluate,
): (text: string, row: Row) => boolean {
  if (right.kind === 'Regex' || (isRegex && right.kind === 'String')) {
    const regex = compileRegexAt(right.kind === 'Regex' ? right.source : right.value, right.span);
    return (text) => regex.test(text);
  }
  const part = compile(right);
  return (text, row) => {
    const sought = toText(part(row));
    return sought !== undefined && text.includes(sought);
  };
}

/** @throws QuerySyntaxError with the place of the regular expression */
export function compileRegexAt(source: string, span: Span): CompiledRegex {
  try {
    return compileRegex(source);
  } catch (error) {
    if (error instanceof RegexError)
      throw new QuerySyntaxError(`the regular expression is invalid: ${error.message}`, span);
    throw error;
  }
}

function compileScalarCall(
  call: Call,
  compile: (inner: Expression) => Evaluate,
  context: EvaluationContext,
): Evaluate {
  const fn = scalarFunctions.get(call.name.toLowerCase());
  if (fn === undefined || call.star) throw new QuerySyntaxError(`unknown function ${call.name}`, call.span);
  checkArguments(call, fn);
  const args = call.args.map(compile);
  if (fn.takesTimestamp)
    return (row) => fn.evaluate([row.get('@timestamp'), ...args.map((arg) => arg(row))], context);
  return (row) =>
    fn.evaluate(
      args.map((arg) => arg(row)),
      context,
    );
}

/** @throws QuerySyntaxError for a number of arguments that the function doesn't take */
export function checkArguments(
  call: Call,
  { name, minArgs, maxArgs }: { name: string; minArgs: number; maxArgs: number },
): void {
  if (call.args.length < minArgs || call.args.length > maxArgs) {
    const wanted = minArgs === maxArgs ? String(minArgs) : `${minArgs} to ${maxArgs}`;
    throw new QuerySyntaxError(`${name} takes ${wanted} arguments; it has ${call.args.length}`, call.span);
  }
}
