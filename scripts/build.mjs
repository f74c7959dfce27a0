/** Builds the ES-module and the CommonJS halves of the package into dist/. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(join(root, 'dist/cjs'), { recursive: true });
writeFileSync(join(root, 'dist/cjs/package.json'), '{ "type": "commonjs" }\n');

const codes = await Promise.all(
  ['esm', 'cjs'].map(
    (half) =>
      new Promise((resolve) => {
        // Without its build info tsc would believe that dist/ still holds the last build.
        rmSync(join(root, `build/.${half}.tsbuildinfo`), { force: true });
        spawn(process.execPath, [tsc, '-p', join(root, `tsconfig.${half}.json`)], {
          stdio: 'inherit',
          cwd: root,
        })
          .on('error', () => resolve(1))
          .on('close', resolve);
      }),
  ),
);
const command = join(root, 'dist/esm/cli/main.js');
if (existsSync(command)) chmodSync(command, 0o755);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
