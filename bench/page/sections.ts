import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../../../docs/performance.md', import.meta.url);

/** Puts what a benchmark measured in its place on docs/performance.md, between two comments that name it. */
export function writeSection(name: string, text: string): void {
  const begin = `<!-- ${name}: written by bench -->`;
  const end = `<!-- end of ${name} -->`;
  const page = readFileSync(PAGE, 'utf8');
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`docs/performance.md has no place for ${name}`);
  writeFileSync(PAGE, `${page.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${page.slice(to)}`);
}

/** A table in Markdown, its first column to the left. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), `|---${'|---:'.repeat(heads.length - 1)}|`, ...rows.map(line)].join('\n');
}
