import { isForsakenPromise } from '../cloudwatch/is-thenable.js';
import { type Verdict } from './back-end.js';
import { kindOf } from './kind-of.js';

const KINDS: Readonly<Record<Verdict['kind'], true>> = {
  accepted: true,
  partially_rejected: true,
  retry: true,
  throttled: true,
  unauthenticated: true,
  denied: true,
  missing: true,
  split: true,
  refused: true,
};

/** What a back end's `classify` gave: a verdict, or why it is none, to stand after "classify". */
export function readVerdict(
  value: unknown,
): { readonly verdict: Verdict } | { readonly verdict?: undefined; readonly what: string } {
  if (isForsakenPromise(value)) return { what: 'gave a promise, and must not be async' };
  if (typeof value !== 'object' || value === null) return { what: `gave ${kindOf(value)} and no verdict` };
  const { kind, afterMillis, rejected } = value as Partial<
    Record<'kind' | 'afterMillis' | 'rejected', unknown>
  >;
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) {
    return { what: `gave no verdict: kind must be one of ${Object.keys(KINDS).join(', ')}` };
  }
  if (afterMillis !== undefined && !(Number.isFinite(afterMillis) && (afterMillis as number) >= 0)) {
    return { what: 'gave no verdict: afterMillis must be a number of milliseconds, 0 or more' };
  }
  if (kind === 'partially_rejected' && typeof rejected !== 'number') {
    return { what: `gave no verdict: rejected must be a number of events; it is ${kindOf(rejected)}` };
  }
  return { verdict: value as Verdict };
}
