import {
  type Command,
  type Expression,
  type FieldReference,
  type FieldStep,
  type LookupColumn,
  type NamedExpression,
  type ParseMode,
  type Query,
  type SortKey,
  type SourceSelector,
} from './tree.js';

/** How tightly an expression holds together; the parser's rules in the same order. */
const BINDING = {
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  sum: 5,
  product: 6,
  power: 7,
  sign: 8,
  operand: 9,
} as const;

/** Words that a bare name can't be, wherever it stands. */
const RESERVED = new Set([
  ...['and', 'or', 'not', 'in', 'like', 'as', 'by', 'asc', 'desc', 'true', 'false', 'source', 'json'],
  ...['logfmt', 'csv', 'multi', 'offset', 'into', 'output', 'outputnew', 'with', 'for', 'where', 'any'],
  ...['type', 'left', 'inner', 'field', 'fieldname', 'row', 'col', 'start', 'end', 'now'],
]);

const BARE_FIRST = /^[\p{L}_@][\p{L}\p{N}_@]*$/u;
const BARE_NEXT = /^[\p{L}\p{N}_@]+$/u;

/** Writes a query as text; parsing that text gives the same tree. */
export function printQuery(query: Query): string {
  const parts = query.commands.map(printCommand);
  if (query.source !== undefined) parts.unshift(`SOURCE ${printSelectors(query.source.selectors)}`);
  return parts.join(' | ');
}

/** Writes an expression as text. */
export function printExpression(expression: Expression): string {
  return print(expression, BINDING.or);
}

function printCommand(command: Command): string {
  switch (command.kind) {
    case 'Fields':
    case 'Display':
      return `${command.kind.toLowerCase()} ${printItems(command.items)}`;
    case 'Filter':
      return `filter ${printExpression(command.condition)}`;
    case 'FilterIndex':
      return `filterIndex ${printField(command.field)} in [${command.values.map(printExpression).join(', ')}]`;
    case 'Parse':
      return printParse(command.input, command.mode);
    case 'Stats': {
      const by = command.keys.length === 0 ? '' : ` by ${printItems(command.keys)}`;
      const offset = command.offset === undefined ? '' : ` offset ${printExpression(command.offset)}`;
      return `stats ${printItems(command.items)}${by}${offset}`;
    }
    case 'Sort':
      return `sort ${command.keys.map(printSortKey).join(', ')}`;
    case 'Limit':
      return `limit ${command.any ? 'any ' : ''}${command.count}`;
    case 'Dedup':
      return `dedup ${printFields(command.fields)}`;
    case 'Unnest':
      return `unnest ${printExpression(command.input)} into ${printName(command.name)}`;
    case 'Expand':
      return `expand ${printField(command.field)}`;
    case 'Pattern':
      return `pattern ${printExpression(command.input)}`;
    case 'Diff':
      return command.window === undefined ? 'diff' : `diff ${command.window}`;
    case 'Join': {
      const { type, left, right, query } = command;
      const on = command.on.map(
        (pair) =>
          `${printName(left)}.${printField(pair.left, false)} = ${printName(right)}.${printField(pair.right, false)}`,
      );
      return `join type=${type} left=${printName(left)} right=${printName(right)} where ${on.join(' and ')} (${printQuery(query)})`;
    }
    case 'Lookup': {
      const output = command.overwrite ? 'OUTPUT' : 'OUTPUTNEW';
      return `lookup ${printName(command.table)} ${printColumns(command.keys)} ${output} ${printColumns(command.outputs)}`;
    }
    case 'AddTotals': {
      const fields = printFields(command.fields);
      return `addtotals fieldname=${printName(command.fieldName)} row=${command.row} col=${command.column} ${fields}`.trim();
    }
    case 'FillDown':
      return ['filldown', ...command.names].join(' ');
    case 'FillMissing':
      return [
        'fillmissing',
        command.fills
          .map(({ value, fields }) => `with ${printExpression(value)} for ${printFields(fields)}`)
          .join(', '),
      ]
        .join(' ')
        .trim();
    case 'CountFrequent':
      return `countFrequent ${printFields(command.fields)}`;
  }
}

function printSelectors(selectors: readonly SourceSelector[]): string {
  return selectors.map(printSelector).join(' ');
}

function printSelector(selector: SourceSelector): string {
  switch (selector.kind) {
    case 'LogGroups': {
      const members = [
        ['namePrefix', selector.namePrefixes],
        ['accountIdentifier', selector.accountIdentifiers],
        ['class', selector.classes],
      ] as const;
      return `logGroups(${members
        .filter(([, values]) => values.length > 0)
        .map(([name, values]) => `${name}: ${printStrings(values)}`)
        .join(', ')})`;
    }
    case 'DataSource':
      return `dataSource(${printStrings(selector.names)})`;
    case 'LogGroupTags':
      return `logGroupTags([${selector.tags
        .map(({ key, values }) =>
          values.length === 0
            ? `{"key": ${printString(key)}}`
            : `{"key": ${printString(key)}, "values": ${printStrings(values)}}`,
        )
        .join(', ')}])`;
    case 'Names': {
      const start = selector.start === undefined ? '' : ` START=${printTime(selector.start)}`;
      const end = selector.end === undefined ? '' : ` END=${printTime(selector.end)}`;
      return `${selector.names.map(printString).join(', ')}${start}${end}`;
    }
  }
}

function printTime(time: string): string {
  return /^-?\d+[A-Za-z]*$|^now$/.test(time) ? time : printString(time);
}

function printParse(input: Expression | undefined, mode: ParseMode): string {
  if (mode.kind === 'Json') {
    const field = input === undefined ? '' : `field=${print(input, BINDING.operand)} `;
    const paths = mode.paths.map(({ path, name }) => `${printString(path)} as ${printName(name)}`);
    return `json ${field}${paths.join(', ')}`;
  }
  const from = input === undefined ? '' : `${print(input, BINDING.operand)} `;
  switch (mode.kind) {
    case 'Glob':
      return `parse ${from}${printString(mode.pattern)} as ${printNames(mode.names)}`;
    case 'Regex': {
      const names = mode.names === undefined ? '' : ` as ${printNames(mode.names)}`;
      return `parse ${from}${printRegex(mode.source)}${names}${mode.multi ? ' multi' : ''}`;
    }
    case 'Logfmt':
      return `parse ${from}logfmt as ${printName(mode.name)}`;
    case 'Csv':
      return `parse ${from}csv as ${printNames(mode.names)}`;
  }
}

function printItems(items: readonly NamedExpression[]): string {
  return items.map(printItem).join(', ');
}

function printItem({ expression, alias }: NamedExpression): string {
  return alias === undefined
    ? printExpression(expression)
    : `${printExpression(expression)} as ${printName(alias)}`;
}

/** A key can't begin with a call of `bin`, unless it stands in parentheses. */
function printSortKey({ item, descending }: SortKey): string {
  const text = printExpression(item.expression);
  const expression = /^bin\(/i.test(text) ? `(${text})` : text;
  const alias = item.alias === undefined ? '' : ` as ${printName(item.alias)}`;
  return `${expression}${alias} ${descending ? 'desc' : 'asc'}`;
}

function printColumns(columns: readonly LookupColumn[]): string {
  return columns
    .map(({ column, alias }) =>
      alias === undefined ? printName(column) : `${printName(column)} as ${printName(alias)}`,
    )
    .join(', ');
}

function print(expression: Expression, least: number): string {
  const text = printBare(expression);
  return bindingOf(expression) < least ? `(${text})` : text;
}

function printBare(expression: Expression): string {
  switch (expression.kind) {
    case 'Field':
      return printField(expression);
    case 'String':
      return printString(expression.value);
    case 'Number':
      return String(expression.value);
    case 'Boolean':
      return String(expression.value);
    case 'Duration':
      return `${expression.count}${expression.unit}`;
    case 'Regex':
      return printRegex(expression.source);
    case 'Call':
      return `${expression.name}(${expression.star ? '*' : expression.args.map(printExpression).join(', ')})`;
    case 'Member':
      return printBare(expression.target) + printPath(expression.steps);
    case 'Unary':
      return expression.operator === 'not'
        ? // The parser takes several in a row together, so each gets its own parentheses.
          `not ${print(expression.operand, BINDING.comparison)}`
        : `-${print(expression.operand, BINDING.sign)}`;
    case 'And':
      return expression.operands.map((operand) => print(operand, BINDING.not)).join(' and ');
    case 'Or':
      return expression.operands.map((operand) => print(operand, BINDING.and)).join(' or ');
    case 'InList': {
      const values = expression.values.map((value) => print(value, BINDING.sum)).join(', ');
      return `${print(expression.operand, BINDING.sum)} ${expression.negated ? 'not in' : 'in'} [${values}]`;
    }
    case 'InSubquery':
      return `${print(expression.operand, BINDING.sum)} ${expression.negated ? 'not in' : 'in'} (${printQuery(expression.query)})`;
    case 'Binary': {
      const own = bindingOf(expression);
      const isPower = expression.operator === '^';
      const isComparison = own === BINDING.comparison;
      // Chains lean to the left, but for ^; comparisons don't chain.
      const left = print(expression.left, isPower || isComparison ? own + 1 : own);
      const right = print(expression.right, isPower ? own : own + 1);
      return `${left} ${expression.operator} ${right}`;
    }
  }
}

function bindingOf(expression: Expression): number {
  switch (expression.kind) {
    case 'Or':
      return BINDING.or;
    case 'And':
      return BINDING.and;
    case 'InList':
    case 'InSubquery':
      return BINDING.comparison;
    case 'Unary':
      return expression.operator === 'not' ? BINDING.not : BINDING.sign;
    case 'Number':
      return expression.value < 0 ? BINDING.sign : BINDING.operand;
    case 'Binary':
      switch (expression.operator) {
        case '+':
        case '-':
          return BINDING.sum;
        case '*':
        case '/':
        case '%':
          return BINDING.product;
        case '^':
          return BINDING.power;
        default:
          return BINDING.comparison;
      }
    default:
      return BINDING.operand;
  }
}

function printFields(fields: readonly FieldReference[]): string {
  return fields.map((field) => printField(field)).join(', ');
}

/** @param isFirst - whether the name begins here, so that it can't begin with a digit */
function printField({ steps: [first, ...rest] }: FieldReference, isFirst = true): string {
  return printStep(String(first), isFirst && rest.length === 0, isFirst) + printPath(rest);
}

function printPath(steps: readonly FieldStep[]): string {
  return steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${printStep(step, false, false)}`))
    .join('');
}

function printStep(step: string, isWhole: boolean, isFirst: boolean): string {
  if ((isFirst ? BARE_FIRST : BARE_NEXT).test(step) && !(isWhole && RESERVED.has(step.toLowerCase()))) {
    return step;
  }
  // The guide writes the @ of system names outside.
  return step.length > 1 && step.startsWith('@') && isFirst ? `@\`${step.slice(1)}\`` : `\`${step}\``;
}

function printNames(names: readonly string[]): string {
  return names.map(printName).join(', ');
}

function printName(name: string): string {
  return printStep(name, true, true);
}

function printStrings(values: readonly string[]): string {
  return `[${values.map(printString).join(', ')}]`;
}

function printString(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function printRegex(source: string): string {
  return `/${source.replace(/\\[^]|\//g, (found) => (found === '/' ? '\\/' : found))}/`;
}
