import { EVIDENCE, type ConformanceCase } from './conformance-case.js';

/** What became of a case. */
export type Verdict = 'passed' | 'failed' | 'skipped';

export interface Judged {
  readonly conformanceCase: Pick<ConformanceCase, 'operation' | 'fact' | 'evidence'>;
  readonly verdict: Verdict;
}

const VERDICTS: readonly Verdict[] = ['passed', 'failed', 'skipped'];

/** Counts of verdicts by operation and by evidence, as tables of text, and the sum at the end. */
export function renderReport(judged: readonly Judged[], endpoint: string): string {
  const byOperation = table(
    'operation',
    [...new Set(judged.map(({ conformanceCase }) => conformanceCase.operation))],
    judged,
    ({ operation }) => operation,
  );
  const byEvidence = table('evidence', EVIDENCE, judged, ({ evidence }) => evidence);
  const sums = VERDICTS.map((verdict) => `${count(judged, verdict)} ${verdict}`).join(', ');
  return `${byOperation}\n\n${byEvidence}\n\n${sums} at ${endpoint}`;
}

function table(
  title: string,
  names: readonly string[],
  judged: readonly Judged[],
  nameOf: (conformanceCase: Judged['conformanceCase']) => string,
): string {
  const lines = names.map((name) => {
    const own = judged.filter(({ conformanceCase }) => nameOf(conformanceCase) === name);
    return line(name, [String(own.length), ...VERDICTS.map((verdict) => String(count(own, verdict)))]);
  });
  return [line(title, ['cases', ...VERDICTS]), ...lines].join('\n');
}

function line(name: string, cells: readonly string[]): string {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(8)).join('');
}

function count(judged: readonly Judged[], verdict: Verdict): number {
  return judged.filter((one) => one.verdict === verdict).length;
}

/**
 * The cases that an endpoint is known to fail, one a line as `<operation> <fact>`; empty lines and those that begin
 * with `#` say nothing.
 */
export function readKnownDifferences(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((known) => known.trim());
  return new Set(lines.filter((known) => known !== '' && !known.startsWith('#')));
}

/** The list that {@link readKnownDifferences} reads, of one run. */
export function renderDifferences(judged: readonly Judged[], endpoint: string): string {
  const failed = judged.filter(({ verdict }) => verdict === 'failed');
  const names = failed.map(({ conformanceCase }) => caseName(conformanceCase));
  return [`# Cases that failed at ${endpoint}`, ...names, ''].join('\n');
}

/** How the verdicts differ from what is known of an endpoint; empty where they don't. */
export function compareWithKnown(judged: readonly Judged[], known: ReadonlySet<string>): string[] {
  const verdicts = new Map(
    judged.map(({ conformanceCase, verdict }) => [caseName(conformanceCase), verdict]),
  );
  const surprises: string[] = [];
  for (const [name, verdict] of verdicts) {
    if (verdict === 'failed' && !known.has(name))
      surprises.push(`failed, and is no known difference: ${name}`);
  }
  for (const name of known) {
    const verdict = verdicts.get(name);
    if (verdict === undefined) surprises.push(`a known difference, but no case: ${name}`);
    if (verdict === 'passed') surprises.push(`a known difference, but passed: ${name}`);
  }
  return surprises;
}

export function caseName({ operation, fact }: Pick<ConformanceCase, 'operation' | 'fact'>): string {
  return `${operation} ${fact}`;
}
