/**
 * Reads coverage/coverage-final.json and holds the bounds: lines and branches at least 90 % of all, and
 * 100 % of each file of the folders on which delivery stands: delivery with its spool, the write-ahead log.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';
import libCoverage from 'istanbul-lib-coverage';

const root = fileURLToPath(new URL('..', import.meta.url));
const WHOLE = /^src\/(?:delivery|write-ahead|file-ownership)\//;
const LEAST = 90;
/** The trace page runs in browsers alone: its own tests see it there. */
const IN_BROWSERS = /^src\/dashboards\/page\//;

const map = libCoverage.createCoverageMap(
  JSON.parse(readFileSync(`${root}coverage/coverage-final.json`, 'utf8')),
);
const all = libCoverage.createCoverageSummary();
const folders = new Map();
let wrong = 0;

/** A file of types alone compiles to nothing that could run. */
function holdsCode(name) {
  const compiled = `${root}build/${name.replace(/\.(c?)ts$/, '.$1js')}`;
  if (!existsSync(compiled)) return true;
  return (
    readFileSync(compiled, 'utf8')
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      .replace('export {};', '')
      .trim() !== ''
  );
}

for (const file of map.files()) {
  const name = relative(root, file);
  if (IN_BROWSERS.test(name) || !holdsCode(name)) continue;
  const summary = map.fileCoverageFor(file).toSummary();
  all.merge(summary);
  const folder = name.split('/').slice(0, 2).join('/');
  if (!folders.has(folder)) folders.set(folder, libCoverage.createCoverageSummary());
  folders.get(folder).merge(summary);
  if (WHOLE.test(name) && (summary.lines.pct < 100 || summary.branches.pct < 100)) {
    wrong++;
    console.error(
      `${name}: lines ${summary.lines.pct} %, branches ${summary.branches.pct} %; both must be 100 %`,
    );
  }
}
for (const [folder, summary] of [...folders, ['all', all]]) {
  console.log(
    `${folder.padEnd(24)} lines ${String(summary.lines.pct).padStart(6)} %  branches ${String(summary.branches.pct).padStart(6)} %`,
  );
}
if (all.lines.pct < LEAST || all.branches.pct < LEAST) {
  wrong++;
  console.error(`all: lines and branches must be at least ${LEAST} %`);
}
process.exitCode = wrong > 0 ? 1 : 0;
