/** Makes an example ready to run, in a folder of its own where it needs packages that are not installed here. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { name: ownName } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * @param {string} folder - of the example
 * @returns {string} the folder itself, or, where it is a package of its own, a copy beside what it needs
 */
export function prepareExample(folder) {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return folder;
  const { dependencies, devDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
  const others = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => name !== ownName);
  const scratch = mkdtempSync(join(tmpdir(), 'otel-cwlogs-example-'));
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  if (others.some(([name]) => !existsSync(join(root, 'node_modules', name)))) {
    cpSync(folder, scratch, { recursive: true, filter: (path) => !path.endsWith('package.json') });
    cpSync(join(root, '.npmrc'), join(scratch, '.npmrc'));
    const ranges = others.map(([name, range]) => `${name}@${range}`);
    execFileSync('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...ranges], {
      cwd: scratch,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } else {
    cpSync(folder, scratch, { recursive: true });
    for (const [name] of others) link(name, join(root, 'node_modules', name), scratch);
  }
  link(ownName, root, scratch);
  return scratch;
}

function link(name, target, folder) {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'dir');
}
