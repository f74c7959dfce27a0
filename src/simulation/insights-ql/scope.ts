import { aggregateFunctions, scalarFunctions } from './functions/index.js';
import { printExpression } from './printer.js';
import { placeOf, QuerySyntaxError, type Span } from './syntax-error.js';
import { fieldName, type Call, type Expression, type FieldReference } from './tree.js';

/** Columns that queries without fields, display, stats or parse show. Source: User Guide, fields. */
const DEFAULT_COLUMNS = ['@timestamp', '@message'] as const;

/** Which names a command may use, and which columns the result shows so far. */
export class Scope {
  /** Rows are no events any more: only what `stats` or `pattern` made exists. */
  #isClosed = false;
  #columns: string[] = [];
  #displayed: string[] | undefined;
  /** Names that the query made, which it may not make again. */
  readonly #made = new Set<string>();
  /** Of them, those that the query gave a name of its own; they stay taken behind `stats` too. */
  readonly #ephemeral = new Set<string>();
  readonly #known = new Set<string>();
  /** The columns whose names are expressions, by their text in one spelling. */
  readonly #byText = new Map<string, string>();

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What result rows show, in this order. */
  get columns(): readonly string[] {
    if (this.#displayed !== undefined) return this.#displayed;
    return this.#columns.length === 0 && !this.#isClosed ? DEFAULT_COLUMNS : this.#columns;
  }

  /** Whether a field is the event's own, not one that the query made. */
  isOwn(name: string): boolean {
    return !this.#isClosed && !this.#made.has(name) && !this.#made.has(name.split('.')[0]!);
  }

  /**
   * `fields x`, which makes no column of that name twice. Seen in answers of the service.
   * @throws QuerySyntaxError for a name that the query itself gave, be it with `as` or by `parse`
   */
  show(name: string, span: Span): void {
    if (this.#ephemeral.has(name)) throw alreadyDefined(name, span);
    if (!this.#columns.includes(name)) this.#columns.push(name);
  }

  /** A computed column without an alias, under its text. */
  showComputed(name: string, expression: Expression): void {
    this.define(name, expression);
    if (!this.#columns.includes(name)) this.#columns.push(name);
  }

  /** A column with a name of its own. @throws QuerySyntaxError for one that there is */
  make(name: string, span: Span): void {
    if (this.#made.has(name) || this.#columns.includes(name)) throw alreadyDefined(name, span);
    this.nameOnce(name, span);
    this.#columns.push(name);
    this.define(name);
  }

  /**
   * A name after `as`, which no other command may give again, not even a later `stats`. Seen in answers of
   * the service.
   * @throws QuerySyntaxError for one that is taken
   */
  nameOnce(name: string, span: Span): void {
    if (this.#ephemeral.has(name)) throw alreadyDefined(name, span);
    this.#ephemeral.add(name);
  }

  /** A name to be used, which is no column yet, or may be one again. */
  define(name: string, expression?: Expression): void {
    this.#made.add(name);
    this.#known.add(name);
    if (expression !== undefined) this.#byText.set(canonical(expression), name);
  }

  /** The last `display` wins. */
  display(names: readonly string[]): void {
    this.#displayed = [...new Set(names)];
  }

  /** Whether a name can be used behind `stats`, by itself or leading into a map. */
  knows(name: string): boolean {
    return !this.#isClosed || prefixes(name.split('.')).some((outer) => this.#known.has(outer));
  }

  /** From here on only these exist. */
  close(columns: readonly { readonly name: string; readonly expression?: Expression }[]): void {
    this.#isClosed = true;
    this.#displayed = undefined;
    this.#columns = [];
    this.#made.clear();
    this.#known.clear();
    this.#byText.clear();
    for (const { name, expression } of columns) {
      this.define(name, expression);
      this.#columns.push(name);
    }
  }

  /**
   * An expression with what stands for a column replaced by that column (`sort count(*)` after
   * `stats count(*)`).
   * @throws QuerySyntaxError for a name that does not exist after `stats`
   */
  resolve(expression: Expression): Expression {
    if (!this.#isClosed) return expression;
    return replace(expression, (part) => {
      const column = this.#byText.get(canonical(part));
      if (column !== undefined) return asField(column, part.span);
      if (part.kind === 'Field' && !this.knows(fieldName(part))) {
        throw unknownSymbols(fieldName(part), part.span);
      }
      if (part.kind === 'Call') {
        const name = part.name.toLowerCase();
        if (readsTimestamp(part) && !this.#known.has('@timestamp')) {
          throw unknownSymbols('@timestamp', part.span);
        }
        if (aggregateFunctions.has(name) && !scalarFunctions.has(name)) {
          throw unknownSymbols(printExpression(part), part.span);
        }
      }
      return undefined;
    });
  }
}

/** `bin(5m)`, which means `bin(@timestamp, 5m)` */
export function readsTimestamp({ name, args }: Call): boolean {
  return args.length === 1 && scalarFunctions.get(name.toLowerCase())?.takesTimestamp === true;
}

/** `a`, `a.b`, `a.b.c` */
function prefixes(steps: readonly string[]): readonly string[] {
  return steps.map((_, index) => steps.slice(0, index + 1).join('.'));
}

/** The text under which one expression is known, however its functions are spelled. */
export function canonical(expression: Expression): string {
  if (expression.kind === 'Field') return fieldName(expression);
  if (expression.kind !== 'Call') return printExpression(expression);
  return printExpression({ ...expression, name: expression.name.toLowerCase() });
}

export function asField(name: string, span: Span): FieldReference {
  return { kind: 'Field', steps: [name], span };
}

/** Source: seen in answers of the service. */
export function unknownSymbols(names: string, span: Span): QuerySyntaxError {
  return new QuerySyntaxError(`Unknown symbols found in or after stats: ${names}`, span);
}

/** Source: seen in answers of the service. */
export function alreadyDefined(name: string, span: Span): QuerySyntaxError {
  return new QuerySyntaxError(`Ephemeral field is already defined: ${name} ${placeOf(span)}`, span);
}

/** The names of all functions that an expression calls, in lower case. */
export function callsOf(expression: Expression): readonly string[] {
  const names: string[] = [];
  replace(expression, (part) => {
    if (part.kind === 'Call') names.push(part.name.toLowerCase());
    return undefined;
  });
  return names;
}

/** An expression in which parts are replaced, from the outside in; undefined goes on to the parts of a part. */
export function replace(
  expression: Expression,
  replacement: (part: Expression) => Expression | undefined,
): Expression {
  const replaced = replacement(expression);
  if (replaced !== undefined) return replaced;
  const inner = (part: Expression): Expression => replace(part, replacement);
  switch (expression.kind) {
    case 'Call':
      return { ...expression, args: expression.args.map(inner) };
    case 'Member': {
      const target = inner(expression.target);
      if (target.kind === 'Call') return { ...expression, target };
      // A column took the place of the call: its path leads into that column.
      return target.kind === 'Field' ? { ...target, steps: [...target.steps, ...expression.steps] } : target;
    }
    case 'Unary':
      return { ...expression, operand: inner(expression.operand) };
    case 'Binary':
      return { ...expression, left: inner(expression.left), right: inner(expression.right) };
    case 'And':
    case 'Or':
      return { ...expression, operands: expression.operands.map(inner) };
    case 'InList':
      return { ...expression, operand: inner(expression.operand), values: expression.values.map(inner) };
    case 'InSubquery':
      return { ...expression, operand: inner(expression.operand) };
    default:
      return expression;
  }
}
