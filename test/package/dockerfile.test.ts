import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { runCommand } from '../cli/run-command.js';

/** CI lints it, builds it and asks what it runs; here is what needs no Docker. */
describe('the Dockerfile', () => {
  const lines = readFileSync('Dockerfile', 'utf8')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  const of = (instruction: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1));

  it('copies what there is, and builds with scripts that there are', () => {
    const { name, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      name: string;
      scripts: Record<string, string>;
    };
    for (const copied of of('COPY')) {
      if (copied.startsWith('--from')) expect(copied).to.contain(`/${name}-*.tgz`);
      else for (const file of copied.split(' ').slice(0, -1)) expect(existsSync(file), file).to.equal(true);
    }
    for (const [, script] of of('RUN')
      .join('\n')
      .matchAll(/npm run ([\w:-]+)/g)) {
      expect(scripts).to.have.property(script!);
    }
  });

  it('starts the command with options that it has, not as root, on the port that it names', async () => {
    const [entry, command] = [of('ENTRYPOINT'), of('CMD')].map(
      (found) => JSON.parse(found[0]!) as string[],
    ) as [string[], string[]];
    expect(entry.slice(0, 2)).to.deep.equal(['otel-cwlogs', 'local']);
    const { stdout } = await runCommand('', ['local', '--help']);
    for (const option of [...entry, ...command].filter((word) => word.startsWith('--'))) {
      expect(stdout).to.contain(`${option} `);
    }
    expect(of('USER')).to.deep.equal(['node']);
    expect(of('EXPOSE')).to.deep.equal(['4586']);
    expect(stdout).to.contain('(default: 4586)');
  });
});
