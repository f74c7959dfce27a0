import { type Span } from './syntax-error.js';

/** One step into a field: a name, or the position in a list (`list[0]`). */
export type FieldStep = string | number;

/** A field: `a`, `a.b.0`, `` m.`user.id` ``, `list[0]`. The first step is always a name. */
export interface FieldReference {
  readonly kind: 'Field';
  readonly steps: readonly FieldStep[];
  readonly span: Span;
}

export interface StringLiteral {
  readonly kind: 'String';
  readonly value: string;
  readonly span: Span;
}

export interface NumberLiteral {
  readonly kind: 'Number';
  readonly value: number;
  readonly span: Span;
}

export interface BooleanLiteral {
  readonly kind: 'Boolean';
  readonly value: boolean;
  readonly span: Span;
}

/** A period such as `5m`; the unit is as written. */
export interface DurationLiteral {
  readonly kind: 'Duration';
  readonly count: number;
  readonly unit: string;
  readonly span: Span;
}

/** `/source/`, with `\/` already a plain slash. */
export interface RegexLiteral {
  readonly kind: 'Regex';
  readonly source: string;
  readonly span: Span;
}

/** A function call; `count(*)` has no arguments and `star`. */
export interface Call {
  readonly kind: 'Call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly star: boolean;
  readonly span: Span;
}

/** A path into what a call gives: `jsonParse(@message).user.name`, `split(path, "/")[1]`. */
export interface Member {
  readonly kind: 'Member';
  readonly target: Call;
  readonly steps: readonly FieldStep[];
  readonly span: Span;
}

export type UnaryOperator = '-' | 'not';

export interface Unary {
  readonly kind: 'Unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
  readonly span: Span;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^';
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type MatchOperator = 'like' | 'not like' | '=~';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | MatchOperator;

export interface Binary {
  readonly kind: 'Binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** A chain of one operator; kept flat, because look-ups join thousands of conditions. */
export interface Logical {
  readonly kind: 'And' | 'Or';
  readonly operands: readonly Expression[];
  readonly span: Span;
}

/** `operand [not] in [values]` */
export interface InList {
  readonly kind: 'InList';
  readonly operand: Expression;
  readonly values: readonly Expression[];
  readonly negated: boolean;
  readonly span: Span;
}

/** `operand [not] in (SOURCE … | fields x)` */
export interface InSubquery {
  readonly kind: 'InSubquery';
  readonly operand: Expression;
  readonly query: Query;
  readonly negated: boolean;
  readonly span: Span;
}

export type Expression =
  | FieldReference
  | StringLiteral
  | NumberLiteral
  | BooleanLiteral
  | DurationLiteral
  | RegexLiteral
  | Call
  | Member
  | Unary
  | Binary
  | Logical
  | InList
  | InSubquery;

/** An expression with the name of its column. */
export interface NamedExpression {
  readonly expression: Expression;
  readonly alias?: string | undefined;
  /** The expression as written: the column's name where there is no alias. */
  readonly text: string;
  readonly span: Span;
}

export interface FieldsCommand {
  readonly kind: 'Fields' | 'Display';
  readonly items: readonly NamedExpression[];
  readonly span: Span;
}

export interface FilterCommand {
  readonly kind: 'Filter';
  readonly condition: Expression;
  readonly span: Span;
}

export interface FilterIndexCommand {
  readonly kind: 'FilterIndex';
  readonly field: FieldReference;
  readonly values: readonly (StringLiteral | NumberLiteral | BooleanLiteral)[];
  readonly span: Span;
}

/** How `parse` reads the text. */
export type ParseMode =
  | { readonly kind: 'Glob'; readonly pattern: string; readonly names: readonly string[] }
  | {
      readonly kind: 'Regex';
      readonly source: string;
      /** Given with `as`; undefined when the regex names its groups. */
      readonly names?: readonly string[] | undefined;
      readonly multi: boolean;
    }
  | { readonly kind: 'Logfmt'; readonly name: string }
  | { readonly kind: 'Csv'; readonly names: readonly string[] }
  | {
      readonly kind: 'Json';
      readonly paths: readonly { readonly path: string; readonly name: string }[];
    };

export interface ParseCommand {
  readonly kind: 'Parse';
  /** undefined: `@message` */
  readonly input?: Expression | undefined;
  readonly mode: ParseMode;
  readonly span: Span;
}

export interface StatsCommand {
  readonly kind: 'Stats';
  readonly items: readonly NamedExpression[];
  readonly keys: readonly NamedExpression[];
  readonly offset?: DurationLiteral | undefined;
  readonly span: Span;
}

export interface SortKey {
  readonly item: NamedExpression;
  readonly descending: boolean;
}

export interface SortCommand {
  readonly kind: 'Sort';
  readonly keys: readonly SortKey[];
  readonly span: Span;
}

export interface LimitCommand {
  readonly kind: 'Limit';
  readonly count: number;
  readonly any: boolean;
  readonly span: Span;
}

export interface DedupCommand {
  readonly kind: 'Dedup';
  readonly fields: readonly FieldReference[];
  readonly span: Span;
}

export interface UnnestCommand {
  readonly kind: 'Unnest';
  readonly input: Expression;
  readonly name: string;
  readonly span: Span;
}

export interface ExpandCommand {
  readonly kind: 'Expand';
  readonly field: FieldReference;
  readonly span: Span;
}

export interface PatternCommand {
  readonly kind: 'Pattern';
  readonly input: Expression;
  readonly span: Span;
}

export type DiffWindow = 'previousDay' | 'previousWeek' | 'previousMonth';

export interface DiffCommand {
  readonly kind: 'Diff';
  /** undefined: the window of equal length right before. */
  readonly window?: DiffWindow | undefined;
  readonly span: Span;
}

export interface JoinCommand {
  readonly kind: 'Join';
  readonly type: 'inner' | 'left';
  readonly left: string;
  readonly right: string;
  /** Pairs of fields that must be equal; the fields without the aliases before them. */
  readonly on: readonly { readonly left: FieldReference; readonly right: FieldReference }[];
  readonly query: Query;
  readonly span: Span;
}

export interface LookupColumn {
  readonly column: string;
  /** The field of the row; undefined: named as the column. */
  readonly alias?: string | undefined;
}

export interface LookupCommand {
  readonly kind: 'Lookup';
  readonly table: string;
  readonly keys: readonly LookupColumn[];
  readonly overwrite: boolean;
  readonly outputs: readonly LookupColumn[];
  readonly span: Span;
}

export interface AddTotalsCommand {
  readonly kind: 'AddTotals';
  readonly fieldName: string;
  readonly row: boolean;
  readonly column: boolean;
  readonly fields: readonly FieldReference[];
  readonly span: Span;
}

export interface FillDownCommand {
  readonly kind: 'FillDown';
  /** Names, in which `*` stands for any text; none: all columns. */
  readonly names: readonly string[];
  readonly span: Span;
}

export interface FillMissingCommand {
  readonly kind: 'FillMissing';
  readonly fills: readonly { readonly value: Expression; readonly fields: readonly FieldReference[] }[];
  readonly span: Span;
}

export interface CountFrequentCommand {
  readonly kind: 'CountFrequent';
  readonly fields: readonly FieldReference[];
  readonly span: Span;
}

/** One condition of `SOURCE logGroups(…)`. */
export type SourceSelector =
  | {
      readonly kind: 'LogGroups';
      readonly namePrefixes: readonly string[];
      readonly accountIdentifiers: readonly string[];
      readonly classes: readonly string[];
    }
  | { readonly kind: 'DataSource'; readonly names: readonly string[] }
  | {
      readonly kind: 'LogGroupTags';
      readonly tags: readonly { readonly key: string; readonly values: readonly string[] }[];
    }
  | {
      readonly kind: 'Names';
      readonly names: readonly string[];
      /** As written: seconds or milliseconds since 1970, or relative such as `-1d` or `now`. */
      readonly start?: string | undefined;
      readonly end?: string | undefined;
    };

export interface SourceCommand {
  readonly kind: 'Source';
  readonly selectors: readonly SourceSelector[];
  readonly span: Span;
}

export type Command =
  | FieldsCommand
  | FilterCommand
  | FilterIndexCommand
  | ParseCommand
  | StatsCommand
  | SortCommand
  | LimitCommand
  | DedupCommand
  | UnnestCommand
  | ExpandCommand
  | PatternCommand
  | DiffCommand
  | JoinCommand
  | LookupCommand
  | AddTotalsCommand
  | FillDownCommand
  | FillMissingCommand
  | CountFrequentCommand;

export interface Query {
  readonly kind: 'Query';
  readonly source?: SourceCommand | undefined;
  readonly commands: readonly Command[];
  readonly span: Span;
}

/** The flat name under which an event's field is found: its steps joined by dots. */
export function fieldName(field: FieldReference): string {
  return field.steps.length === 1 ? String(field.steps[0]) : field.steps.join('.');
}

/** The column that an expression makes: its alias, a field's name, or the expression as written. */
export function columnName({ alias, expression, text }: NamedExpression): string {
  return alias ?? (expression.kind === 'Field' ? fieldName(expression) : text);
}
