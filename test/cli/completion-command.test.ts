import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** The log groups that the command is said to find for a beginning. */
const GROUPS = [
  '/apps/orders',
  '/apps/payments',
  '/aws/lambda/x#1',
  'arn:aws:logs:eu-west-1:123456789012:log-group:/a',
];
/** Stands in for the command itself: it offers them all, and tells what it was asked. */
const FAKE = `otel-cwlogs() { shift; printf "%s " "$@" >> "$ASKED"; printf '%s\\n' ${GROUPS.map((name) => `'${name}'`).join(' ')}; }`;

/** What bash has in COMP_WORDS: = and : stand alone, unless they are quoted. */
function bashWords(line: string): string[] {
  return line
    .split(' ')
    .flatMap((word) =>
      /^['"]/.test(word) ? [word] : word === '' ? [''] : (word.match(/[=:]+|[^=:]+/g) ?? []),
    );
}

/** What bash would type for a line that is typed up to its end. @returns what stands in place of its last word */
async function offered(line: string, asked = '/dev/null'): Promise<string[]> {
  const words = bashWords(line);
  const quoted = words.map((word) => `"${word.replaceAll('"', '\\"')}"`).join(' ');
  const program = `${FAKE}
${await script('bash')}
COMP_LINE="${line.replaceAll('"', '\\"')}"; COMP_POINT=\${#COMP_LINE}
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
_otel_cwlogs; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', program], {
    encoding: 'utf8',
    env: { ...process.env, ASKED: asked },
  });
  expect(stderr).to.equal('');
  return stdout.split('\n').filter((text) => text !== '');
}

/** fish reads no script from the kind of pipe that Node.js makes. */
async function inFile<T>(text: string, use: (path: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'completion-'));
  try {
    const path = join(folder, 'script');
    writeFileSync(path, text);
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where a shell is installed, whether it can read a script. */
async function syntaxError(shell: string, text: string): Promise<string | undefined> {
  const { status, stderr, error } = await inFile(text, (path) =>
    spawnSync(shell, ['-n', path], { encoding: 'utf8' }),
  );
  if (error) return undefined;
  return status === 0 ? undefined : stderr;
}

describe('otel-cwlogs completion', () => {
  it('completes commands, options, subcommands and choices in bash', async function () {
    if (spawnSync('bash', ['-c', ':']).error) this.skip();
    expect(await offered('otel-cwlogs tr')).to.deep.equal(['trace']);
    const top = await offered('otel-cwlogs ');
    expect(top).to.include.members(['find', 'errors', 'groups', 'completion', '--help']);
    expect(top).not.to.include('complete-log-groups');
    expect(await offered('otel-cwlogs trace --full')).to.deep.equal(['--full-text']);
    expect(await offered('otel-cwlogs trace abc --full')).to.deep.equal(['--full-text']);
    expect(await offered('otel-cwlogs completion ')).to.include.members(['bash', 'zsh', 'fish']);
    expect(await offered('otel-cwlogs spool dr')).to.deep.equal(['drain']);
    expect(await offered('otel-cwlogs spool drain --he')).to.deep.equal(['--help']);
    expect(await offered('otel-cwlogs dashboard cloudwatch --widg')).to.deep.equal(['--widget-arn']);
    expect(await offered('otel-cwlogs trace --since ')).to.deep.equal([]);
    expect(await offered('otel-cwlogs local --data-dir /et')).to.deep.equal(['/etc']);
    expect(await offered('otel-cwlogs local --data-dir=/et')).to.deep.equal(['/etc']);
    expect(await offered('otel-cwlogs spool list /et')).to.deep.equal(['/etc']);
    expect(await offered('otel-cwlogs local --fsync al')).to.deep.equal(['always']);
    expect(await offered('otel-cwlogs local --fsync=')).to.deep.equal(['always', 'interval', 'never']);
  });

  it('completes log groups in bash, in each way that they are written', async function () {
    if (spawnSync('bash', ['-c', ':']).error) this.skip();
    const orders = ['/apps/orders'];
    expect(await offered('otel-cwlogs trace abc -g /apps/')).to.deep.equal([
      '/apps/orders',
      '/apps/payments',
    ]);
    expect(await offered('otel-cwlogs trace abc -g /apps/o')).to.deep.equal(orders);
    expect(await offered('otel-cwlogs tail --log-group /apps/o')).to.deep.equal(orders);
    expect(await offered('otel-cwlogs tail --log-group=/apps/o')).to.deep.equal(orders);
    expect(await offered(`otel-cwlogs tail --log-group='/apps/o`)).to.deep.equal(orders);
    expect(await offered(`otel-cwlogs tail -g '/apps/o`)).to.deep.equal(orders);
    expect(await offered('otel-cwlogs tail -g "/aws')).to.deep.equal(['/aws/lambda/x#1']);
    expect(await offered('otel-cwlogs tail -g/apps/o')).to.deep.equal(['-g/apps/orders']);
    expect(await offered('otel-cwlogs groups /apps/orders /apps/p')).to.deep.equal(['/apps/payments']);
    expect(await offered('otel-cwlogs dashboard grafana -g /apps/o')).to.deep.equal(orders);
    // Behind its last colon, as readline has typed what is before.
    expect(await offered('otel-cwlogs trace x -g arn:aws:logs:eu-west-1:123')).to.deep.equal([
      '123456789012:log-group:/a',
    ]);
    expect(await offered(`otel-cwlogs trace x -g 'arn:aws:logs:eu-west-1:123`)).to.deep.equal([GROUPS[3]]);
  });

  it('asks for log groups with what is typed before', async function () {
    if (spawnSync('bash', ['-c', ':']).error) this.skip();
    const asked = await inFile('', async (path) => {
      await offered('otel-cwlogs trace abc --region eu-west-1 --log-group=/apps/o', path);
      return readFileSync(path, 'utf8');
    });
    expect(asked).to.equal('-- --log-group /apps/o trace abc --region eu-west-1 ');
  });

  it('completes log groups in zsh, also behind an argument, where it is installed', async function () {
    if (spawnSync('zsh', ['-c', 'true']).error) this.skip();
    const text = await script('zsh');
    const specs = text.split('\n').find((line) => line.startsWith("    'trace') _arguments"))!;
    expect(specs).to.contain("'*-g+[").and.contain(": _otel_cwlogs_log_groups --log-group'");
    expect(specs).to.match(/'\*:value: ' ;;$/);
  });

  it('completes commands, options and choices in fish, where it is installed', async function () {
    if (spawnSync('fish', ['-c', 'true']).error) this.skip();
    const text = await script('fish');
    const complete = async (line: string): Promise<string[]> => {
      const { stdout } = await inFile(text, (path) =>
        spawnSync(
          'fish',
          [
            '-c',
            `function otel-cwlogs; printf '%s\\n' ${GROUPS.join(' ')}; end; source '${path}'; complete -C '${line}'`,
          ],
          { encoding: 'utf8' },
        ),
      );
      return stdout.split('\n').flatMap((one) => (one === '' ? [] : [one.split('\t')[0]!]));
    };
    expect(await complete('otel-cwlogs tr')).to.deep.equal(['trace']);
    expect(await complete('otel-cwlogs tail --ut')).to.deep.equal(['--utc']);
    expect(await complete('otel-cwlogs completion ')).to.have.members(['bash', 'zsh', 'fish']);
    for (const typed of ['trace abc -g ', 'trace abc --log-group=', 'groups ', 'dashboard grafana -g ']) {
      const found = (await complete(`otel-cwlogs ${typed}/apps/`)).map((one) =>
        one.replace('--log-group=', ''),
      );
      expect(found, typed).to.deep.equal(['/apps/orders', '/apps/payments']);
    }
    expect(await complete('otel-cwlogs dashboard cloudwatch --widg')).to.deep.equal(['--widget-arn']);
  });

  for (const shell of ['bash', 'zsh', 'fish']) {
    it(`prints a script that ${shell} reads, with every command`, async () => {
      const text = await script(shell);
      expect(await syntaxError(shell, text)).to.equal(undefined);
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
    const option = {
      flags: ['-x', '--xx'],
      about: "it's [a: b]",
      takesValue: true,
      value: 'path' as const,
      choices: [],
    };
    const commands = [
      { name: 'one', about: "what's it: \\", options: [option], words: ['w'], argument: 'text' as const },
    ];
    const zsh = zshScript('p', commands);
    expect(zsh).to.contain("'one:what'\\''s it\\: \\\\'");
    expect(zsh).to.contain("'*-x+[it'\\''s \\[a\\: b\\]]:file:_files'").and.to.contain("'*:word:(w)'");
    const fish = fishScript('p', commands);
    expect(fish).to.contain("-d 'what\\'s it: \\\\'").and.to.contain('-s x -l xx -r -F -d');
  });
});
