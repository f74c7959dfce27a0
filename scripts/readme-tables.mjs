/**
 * Writes the tables that come from code into the documents, between `<!-- NAME:start -->` and
 * `<!-- NAME:end -->`. `--check` writes nothing and fails where a document differs.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLossDocs, readOptionDocs } from './option-docs.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { optionsTable } = await import('../build/src/options/options-table.js');
const { errorTable } = await import('../build/src/delivery/error-table.js');
const { faultKinds, operationsTable, queryLanguageTable } =
  await import('../build/src/simulation/coverage-tables.js');

/** The titles of the tests that hold what no source says: `not documented: …`. */
function undocumentedDecisions() {
  const folder = join(root, 'test/simulation');
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.test.ts'));
  const titles = files.sort().flatMap((file) => {
    const found = readFileSync(join(folder, file), 'utf8').matchAll(/^ *it\((['"])not documented(.*)\1, /gm);
    return [...found].map(([, , title]) => `- ${title.replace(/^: /, '').trim()}`);
  });
  return titles.sort().join('\n').replaceAll('*', '\\*').replaceAll('_', '\\_');
}

/** What becomes of a record, by reason. */
function lossTable() {
  const rows = Object.entries(readLossDocs()).map(([reason, { text }]) => `| \`${reason}\` | ${text} |`);
  return ['| Reason | When |', '| --- | --- |', ...rows].join('\n');
}

const local = 'docs/local-service.md';
const tables = [
  { file: 'docs/options.md', name: 'options', text: optionsTable(readOptionDocs()) },
  { file: 'docs/watch.md', name: 'losses', text: lossTable() },
  { file: 'docs/delivery.md', name: 'errors', text: errorTable() },
  { file: local, name: 'local-operations', text: operationsTable() },
  { file: local, name: 'local-query-language', text: queryLanguageTable() },
  { file: local, name: 'local-faults', text: faultKinds() },
  { file: local, name: 'local-undocumented', text: undocumentedDecisions() },
];

for (const { file, name, text } of tables) {
  const path = join(root, file);
  const document = readFileSync(path, 'utf8');
  const pattern = new RegExp(`(<!-- ${name}:start -->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`);
  if (!pattern.test(document)) throw new Error(`${file} has no place for the table ${name}`);
  const written = document.replace(pattern, (_, start, end) => `${start}\n${text.trim()}\n\n${end}`);
  if (written === document) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file}: the table ${name} is not the code's; run: node scripts/readme-tables.mjs`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, written);
    console.log(`${file}: wrote ${name}`);
  }
}
