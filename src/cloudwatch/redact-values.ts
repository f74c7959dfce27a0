/** A run of a secret that is this long or longer is one that nobody writes by chance. */
const RUN_LENGTH = 12;

const REDACTED = '[REDACTED]';

/**
 * Makes a function that takes secrets out of a text by their value, however the text around them is worded:
 * also parts of them, from twelve characters, and in the other case. Its cost is linear in the text.
 * @param secrets - shorter ones than four characters are none
 */
export function redactorOf(secrets: Iterable<string>): (text: string) => string {
  const runs = new Set<string>();
  const shorter = new Set<string>();
  for (const secret of secrets) {
    for (const form of new Set([secret, encodeURIComponent(secret.toWellFormed())])) {
      const lower = form.toLowerCase();
      if (lower.length >= RUN_LENGTH) {
        for (let at = 0; at + RUN_LENGTH <= lower.length; at++) runs.add(lower.slice(at, at + RUN_LENGTH));
      } else if (lower.length >= 4) shorter.add(lower);
    }
  }
  return (text) => {
    let redacted = withoutRuns(text, runs, RUN_LENGTH);
    for (const one of shorter) redacted = withoutRuns(redacted, new Set([one]), one.length);
    return redacted;
  };
}

/** Replaces what is covered by runs of a length. */
function withoutRuns(text: string, runs: ReadonlySet<string>, length: number): string {
  if (runs.size === 0) return text;
  const kept: string[] = [];
  let keptUpTo = 0;
  let secretUpTo = -1;
  for (let at = 0; at + length <= text.length; at++) {
    // Lower case of each run: that of the whole text may have another length.
    if (!runs.has(text.slice(at, at + length).toLowerCase())) continue;
    if (at > secretUpTo) {
      if (secretUpTo >= 0) keptUpTo = secretUpTo;
      kept.push(text.slice(keptUpTo, at), REDACTED);
    }
    secretUpTo = at + length;
  }
  if (secretUpTo < 0) return text;
  kept.push(text.slice(secretUpTo));
  return kept.join('');
}
