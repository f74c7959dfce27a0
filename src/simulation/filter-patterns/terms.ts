import { containsText } from '../text-matching/text-search.js';
import { type RegexOperand } from './pattern-regex.js';

/** A term as text or regular expression. */
export type Term = { readonly kind: 'Text'; readonly text: string } | RegexOperand;

/** `ERROR "a phrase" -debug ?a ?b %re%` */
export interface TermsPattern {
  readonly kind: 'Terms';
  /** All of them must occur. */
  readonly required: readonly Term[];
  /** None of them may occur. */
  readonly excluded: readonly Term[];
  /**
   * One of them must occur; empty as soon as another kind of term is present. Source: User Guide: a pattern
   * that combines them ignores the terms with question marks.
   */
  readonly alternatives: readonly Term[];
}

export function matchesTerms(pattern: TermsPattern, message: string): boolean {
  const occurs = (term: Term): boolean => occursIn(term, message);
  return (
    pattern.required.every(occurs) &&
    !pattern.excluded.some(occurs) &&
    (pattern.alternatives.length === 0 || pattern.alternatives.some(occurs))
  );
}

function occursIn(term: Term, message: string): boolean {
  return term.kind === 'Text' ? containsText(message, term.text) : term.regex.test(message);
}
