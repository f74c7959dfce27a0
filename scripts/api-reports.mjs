/**
 * Compares the API report of each public entry (etc/*.api.md) with the build in dist/; a difference fails.
 * `--update` writes the reports anew.
 */
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const update = process.argv.includes('--update');
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
mkdirSync(join(root, 'build/api'), { recursive: true });

let wrong = 0;
for (const [entry, conditions] of Object.entries(entries)) {
  if (entry === './register' || typeof conditions === 'string') continue; // loads, exports nothing
  const name = entry === '.' ? 'index' : entry.slice(2);
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, conditions.import.types),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json') },
      apiReport: {
        enabled: true,
        // The table of options and the exporter's base class are not exported; their members are public.
        includeForgottenExports: true,
        reportFileName: `${name}.api.md`,
        reportFolder: join(root, 'etc'),
        reportTempFolder: join(root, 'build/api'),
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
  const result = Extractor.invoke(config, {
    localBuild: update,
    showVerboseMessages: false,
    messageCallback: (message) => (message.handled = true),
  });
  if (result.apiReportChanged && !update) {
    wrong++;
    console.error(
      `etc/${name}.api.md differs from the build: read the change, then run: npm run api-reports`,
    );
  }
}
process.exitCode = wrong > 0 ? 1 : 0;
