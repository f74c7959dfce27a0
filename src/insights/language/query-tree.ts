/** A value or computation of the query language. Only the printer turns it into text. */
export type Expression =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'duration'; readonly count: number; readonly unit: DurationUnit }
  | { readonly kind: 'everything' }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] };

/** Units of `bin`, `datefloor` and `dateceil`. */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w' | 'mo' | 'q' | 'y';

/** How a field is compared with a value. */
export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** A condition of `filter` about an event. */
export type Condition =
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'in';
      readonly operand: Expression;
      readonly values: readonly Expression[];
      readonly negated: boolean;
    }
  | {
      readonly kind: 'like';
      readonly operand: Expression;
      readonly pattern: TextPattern;
      readonly negated: boolean;
    }
  | { readonly kind: 'present'; readonly operand: Expression; readonly negated: boolean }
  | { readonly kind: 'all' | 'any'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition };

/** The right side of `like`: a substring, or a regular expression that is searched. */
export type TextPattern =
  { readonly kind: 'substring'; readonly text: string } | { readonly kind: 'regex'; readonly source: string };

/** An expression with the name that it gets in the rows. */
export interface Column {
  readonly expression: Expression;
  readonly alias?: string | undefined;
}

/** One command of a query, between two `|`. */
export type Command =
  | { readonly kind: 'fields' | 'display'; readonly columns: readonly Column[] }
  | { readonly kind: 'filter'; readonly condition: Condition }
  | { readonly kind: 'filterIndex'; readonly field: string; readonly values: readonly string[] }
  | {
      readonly kind: 'parseGlob';
      readonly field: string;
      readonly glob: string;
      readonly names: readonly string[];
    }
  | { readonly kind: 'parseRegex'; readonly field: string; readonly source: string }
  | { readonly kind: 'stats'; readonly aggregates: readonly Column[]; readonly by: readonly Column[] }
  | { readonly kind: 'sort'; readonly field: Expression; readonly direction: 'asc' | 'desc' }
  | { readonly kind: 'limit'; readonly count: number }
  | { readonly kind: 'dedup'; readonly fields: readonly string[] }
  | { readonly kind: 'unnest'; readonly field: string; readonly into: string }
  | { readonly kind: 'pattern'; readonly field: string };

/** A whole query. */
export interface Query {
  readonly commands: readonly Command[];
}
