import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);

/** Runs the package that `npm run build` has made: the README speaks of that one. */
describe('the README', function () {
  this.timeout(180_000);
  let local: LocalCloudWatchLogs;
  let environment: NodeJS.ProcessEnv;
  // Within the package, so that its own name resolves.
  const folder = join(root, 'build/readme');

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    environment = { PATH: process.env.PATH, ...local.environment };
    mkdirSync(folder, { recursive: true });
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await local.stop();
  });

  /** The text of the first blocks of code of a language behind a heading. */
  function blocksBehind(heading: string, language: string): string[] {
    const text = readFileSync(join(root, 'README.md'), 'utf8');
    const chapter = text.slice(text.indexOf(`\n## ${heading}\n`) + 1).split(/\n## /, 1)[0]!;
    const parts = chapter.split(`\n\`\`\`${language}\n`).slice(1);
    return parts.map((part) => part.slice(0, part.indexOf('\n```')));
  }

  it('has a first snippet that works as it stands, and a query that finds its records', async () => {
    const [snippet] = blocksBehind('Export', 'js');
    const program = join(folder, 'first.mjs');
    writeFileSync(program, snippet!);
    await run(process.execPath, [program], { env: environment });
    const command = blocksBehind('Export', 'sh').find((block) => block.includes(' query '));
    const [, query, logGroup] = /query '([^']+)' --log-group (\S+)/.exec(command!)!;
    const main = join(root, 'dist/esm/cli/main.js');
    const answer = await run(process.execPath, [main, 'query', query!, '--log-group', logGroup!], {
      env: environment,
    });
    expect(answer.stdout).to.contain('order 42 is paid');
    expect(answer.stdout).to.contain('the card expires soon');
    expect(answer.stderr).to.match(/^2 rows, scanned \d+ bytes\n$/);
  });
});
