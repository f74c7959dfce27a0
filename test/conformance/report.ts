import { type Outcome } from '../endpoint/known-differences.js';
import { EVIDENCE, type ConformanceCase } from './conformance-case.js';

/** What became of a case. */
export type Verdict = 'passed' | 'failed' | 'skipped';

export interface Judged {
  readonly conformanceCase: Pick<ConformanceCase, 'operation' | 'fact' | 'evidence'>;
  readonly verdict: Verdict;
  /** Why it failed. */
  readonly error?: string;
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

/** The verdicts, as what known differences are compared with. */
export function outcomesOf(judged: readonly Judged[]): Outcome[] {
  return judged.map(({ conformanceCase, verdict, error }) => ({
    name: caseName(conformanceCase),
    verdict,
    ...(error !== undefined && { error }),
  }));
}

export function caseName({ operation, fact }: Pick<ConformanceCase, 'operation' | 'fact'>): string {
  return `${operation} ${fact}`;
}
