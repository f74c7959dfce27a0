import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fishScript, zshScript } from '../../src/cli/completion-command.js';
import { runCommand } from './run-command.js';

async function script(shell: string): Promise<string> {
  const { stdout, code } = await runCommand('http://127.0.0.1:1', ['completion', shell]);
  expect(code).to.equal(0);
  return stdout;
}

/** What a shell would offer for the last of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const program = `${await script('bash')}
COMP_WORDS=(otel-cwlogs ${quoted}); COMP_CWORD=${words.length}
_otel_cwlogs; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', program], { encoding: 'utf8' });
  expect(stderr).to.equal('');
  return stdout.split('\n').filter((line) => line !== '');
}

/** fish reads no script from the kind of pipe that Node.js makes. */
function inFile<T>(text: string, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'completion-'));
  try {
    const path = join(folder, 'script');
    writeFileSync(path, text);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where a shell is installed, whether it can read a script. */
function syntaxError(shell: string, text: string): string | undefined {
  const { status, stderr, error } = inFile(text, (path) =>
    spawnSync(shell, ['-n', path], { encoding: 'utf8' }),
  );
  if (error) return undefined;
  return status === 0 ? undefined : stderr;
}

describe('otel-cwlogs completion', () => {
  it('completes commands, options, subcommands and choices in bash', async function () {
    if (spawnSync('bash', ['-c', ':']).error) this.skip();
    expect(await offered('tr')).to.deep.equal(['trace']);
    expect(await offered('')).to.include.members(['find', 'errors', 'groups', 'completion', '--help']);
    expect(await offered('trace', '--full')).to.deep.equal(['--full-text']);
    expect(await offered('completion', '')).to.include.members(['bash', 'zsh', 'fish']);
    expect(await offered('spool', 'dr')).to.deep.equal(['drain']);
    expect(await offered('trace', '--since', '')).to.deep.equal([]);
    expect(await offered('local', '--data-dir', '/et')).to.deep.equal(['/etc']);
  });

  it('completes commands, options and choices in fish, where it is installed', async function () {
    if (spawnSync('fish', ['-c', 'true']).error) this.skip();
    const text = await script('fish');
    const complete = (line: string): string[] => {
      const { stdout } = inFile(text, (path) =>
        spawnSync('fish', ['-c', `source '${path}'; complete -C '${line}'`], { encoding: 'utf8' }),
      );
      return stdout.split('\n').flatMap((one) => (one === '' ? [] : [one.split('\t')[0]!]));
    };
    expect(complete('otel-cwlogs tr')).to.deep.equal(['trace']);
    expect(complete('otel-cwlogs tail --ut')).to.deep.equal(['--utc']);
    expect(complete('otel-cwlogs completion ')).to.have.members(['bash', 'zsh', 'fish']);
  });

  for (const shell of ['bash', 'zsh', 'fish']) {
    it(`prints a script that ${shell} reads, with every command`, async () => {
      const text = await script(shell);
      expect(syntaxError(shell, text)).to.equal(undefined);
      for (const name of ['trace', 'find', 'errors', 'groups', 'tail', 'local'])
        expect(text).to.contain(name);
    });
  }

  it('refuses other shells', async () => {
    const { stderr, code } = await runCommand('http://127.0.0.1:1', ['completion', 'tcsh']);
    expect(code).to.equal(2);
    expect(stderr).to.contain('bash, zsh, fish');
  });

  it('escapes what shells would take for their own', () => {
    const option = { flags: ['-x', '--xx'], about: "it's [a: b]", takesValue: true, isPath: true };
    const commands = [{ name: 'one', about: "what's it: \\", options: [option], words: ['w'] }];
    const zsh = zshScript('p', commands);
    expect(zsh).to.contain("'one:what'\\''s it\\: \\\\'");
    expect(zsh).to.contain("'*-x[it'\\''s \\[a\\: b\\]]:value:_files'").and.to.contain("'*:word:(w)'");
    const fish = fishScript('p', commands);
    expect(fish).to.contain("-d 'what\\'s it: \\\\'").and.to.contain('-s x -l xx -r -F -d');
  });
});
