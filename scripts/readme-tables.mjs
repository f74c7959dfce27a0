/**
 * Writes the tables that come from code into the documents, between `<!-- NAME:start -->` and
 * `<!-- NAME:end -->`. `--check` writes nothing and fails where a document differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { optionsTable } = await import('../dist/esm/exporter/options-table.js');

const tables = [{ file: 'README.md', name: 'options', text: optionsTable() }];

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
