/**
 * Compares the API report of each public entry (etc/*.api.md) with the build in dist/; a difference fails.
 * `--update` writes the reports anew.
 */
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const update = process.argv.includes('--update');
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const scratch = join(root, 'build/api');
mkdirSync(join(scratch, 'report'), { recursive: true });
const types = declarationsWithSpaces();

const configs = new Map();
for (const [entry, conditions] of Object.entries(entries)) {
  if (entry === './register' || typeof conditions === 'string') continue; // loads, exports nothing
  const name = entry === '.' ? 'index' : entry.slice(2);
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(types, conditions.import.types.replace('./dist/esm/', '')),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json') },
      apiReport: {
        enabled: true,
        // The table of options and the exporter's base class are not exported; their members are public.
        includeForgottenExports: true,
        reportFileName: `${name}.api.md`,
        reportFolder: join(scratch, 'report'),
        reportTempFolder: scratch,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: 'none' } },
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
  configs.set(name, config);
}

// One program for all entries, which share nearly all that is to be read.
const [first, ...others] = configs.values();
const compilerState = CompilerState.create(first, {
  additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
});
let wrong = 0;
for (const [name, config] of configs) {
  Extractor.invoke(config, {
    compilerState,
    localBuild: true,
    showVerboseMessages: false,
    messageCallback: (message) => (message.handled = true),
  });
  const report = withSortedUnions(readFileSync(join(scratch, 'report', `${name}.api.md`), 'utf8'));
  const path = join(root, 'etc', `${name}.api.md`);
  if (existsSync(path) && report === readFileSync(path, 'utf8')) continue;
  if (update) {
    writeFileSync(path, report);
  } else {
    wrong++;
    console.error(
      `etc/${name}.api.md differs from the build: read the change, then run: npm run api-reports`,
    );
  }
}
process.exitCode = wrong > 0 ? 1 : 0;

/** A report would have tabs among its spaces. @returns the folder of a copy of the declarations */
function declarationsWithSpaces() {
  const [from, to] = [join(root, 'dist/esm'), join(scratch, 'types')];
  rmSync(to, { recursive: true, force: true });
  for (const file of readdirSync(from, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    const text = readFileSync(join(from, file), 'utf8');
    writeFileSync(
      join(to, file),
      text.replace(/^\t+/gm, (tabs) => '    '.repeat(tabs.length)),
    );
  }
  return to;
}

/** The compiler writes the members of a union of literals in the order in which it met them: that of the imports. */
function withSortedUnions(report) {
  const member = String.raw`(?:"[^"]*"|\d+|\b(?!readonly\b)[A-Za-z]\w*\b(?![<[.(]))`;
  return report.replace(new RegExp(`${member}(?: \\| ${member})+`, 'g'), (union) =>
    /["\d]/.test(union)
      ? union
          .split(' | ')
          .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
          .join(' | ')
      : union,
  );
}
