import { type Verdict } from './back-end.js';

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

/** Whether a value, which a back end gave, is a verdict. */
export function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, afterMillis } = value as { kind?: unknown; afterMillis?: unknown };
  if (afterMillis !== undefined && !(Number.isFinite(afterMillis) && (afterMillis as number) >= 0))
    return false;
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind);
}
