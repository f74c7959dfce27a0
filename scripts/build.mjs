/** Builds the ES-module and the CommonJS halves of the package into dist/. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

rmSync(`${root}dist`, { recursive: true, force: true });
for (const half of ['esm', 'cjs']) {
  rmSync(`${root}build/.${half}.tsbuildinfo`, { force: true });
  execFileSync(process.execPath, [tsc, '-p', `${root}tsconfig.${half}.json`], {
    stdio: 'inherit',
    cwd: root,
  });
}
mkdirSync(`${root}dist/cjs`, { recursive: true });
writeFileSync(`${root}dist/cjs/package.json`, '{ "type": "commonjs" }\n');
const command = `${root}dist/esm/cli/main.js`;
if (existsSync(command)) chmodSync(command, 0o755);
