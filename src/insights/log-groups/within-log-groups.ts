import { checkLogGroupSelector } from './log-group-directory.js';

/**
 * Tells whether a selector of log groups (a name, an ARN, or a prefix that ends in `*`) means none but groups that
 * others mean too.
 */
export function isWithin(selector: string, allowed: readonly string[]): boolean {
  try {
    checkLogGroupSelector(selector);
  } catch {
    return false;
  }
  return allowed.some((one) => covers(one, selector));
}

function covers(allowed: string, selector: string): boolean {
  const one = withoutStar(allowed);
  if (one === withoutStar(selector)) return true;
  // An ARN may be of another account: only itself is it.
  if (one.startsWith('arn:') || selector.startsWith('arn:') || !allowed.endsWith('*')) return false;
  return selector.startsWith(allowed.slice(0, -1));
}

/** Without the `:*` at the end of some ARNs. */
function withoutStar(selector: string): string {
  return selector.replace(/^(arn:.*):\*$/, '$1');
}
