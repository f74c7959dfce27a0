/** One reason why nothing was found, as far as it is known, or something that may find more. */
export interface Explanation {
  readonly reason:
    /** No log group was searched; names that are near stand in `suggestion`. */
    | 'log_group'
    /** The events lie outside of the range. */
    | 'range'
    /** No event has the field, or those that have it have other values. */
    | 'field'
    /** The value is written in another case. */
    | 'case'
    /** The id looks like one of another kind. */
    | 'kind'
    /** It was looked for in fields alone. */
    | 'text';
  /** One sentence for people, without a full stop. It may hold names of fields and values of logs. */
  readonly text: string;
  /** A way that may find more. */
  readonly suggestion?: Suggestion | undefined;
}

/** A change of a look-up that may find more. */
export type Suggestion =
  | { readonly change: 'log_group'; readonly logGroup: string }
  /** Milliseconds since 1970. */
  | { readonly change: 'range'; readonly fromMillis: number; readonly toMillis: number }
  | { readonly change: 'field'; readonly field: string; readonly value: string }
  | {
      readonly change: 'kind';
      readonly kind: 'trace' | 'span' | 'request' | 'errors';
      readonly value: string;
    }
  | { readonly change: 'text' };
