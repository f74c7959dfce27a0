import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommandLine } from '../../src/cli/program.js';
import { DEFAULT_SPOOL_SETTINGS, Spool } from '../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { batch } from '../delivery/builders.js';
import { StubService } from '../delivery/stub-service.js';

describe('otel-cwlogs spool', () => {
  let directory: string;
  let service: StubService;
  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());
  beforeEach(async () => {
    service.reset();
    directory = await mkdtemp(join(tmpdir(), 'spool-'));
    const spool = new Spool({ diagnostics: new Diagnostics() }, { directory, ...DEFAULT_SPOOL_SETTINGS });
    await spool.write(batch(['one', 'red \u001b[31m']), { sequence: 1 });
    await spool.write(batch(['two']), { sequence: 2 });
    await spool.close(1_000);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const run = async (
    ...args: string[]
  ): Promise<{ stdout: string; stderr: string; code: number | undefined }> => {
    const ending = { stdout: '', stderr: '', code: undefined as number | undefined };
    const env = {
      AWS_ENDPOINT_URL: service.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    };
    await runCommandLine(
      ['spool', ...args],
      {
        stdout: { write: (text: string) => (ending.stdout += text) },
        stderr: { write: (text: string) => (ending.stderr += text) },
        env,
        signal: new AbortController().signal,
        now: Date.now,
        setExitCode: (code) => {
          ending.code = code;
        },
      },
      '1.2.3',
    );
    return ending;
  };
  const firstFile = async (): Promise<string> => {
    const [folder] = await readdir(directory);
    return join(directory, folder!, (await readdir(join(directory, folder!))).sort()[0]!);
  };

  it('lists, shows with everything escaped, and verifies', async () => {
    const listed = await run('list', directory);
    expect(listed.stdout).to.match(/: 2 events, .*\n.*: 1 event, /);
    expect(listed.stderr).to.match(/^2 batches, 3 events, /);
    expect((await run('show', directory)).stdout).to.include('red \\e[31m');
    expect(await run('verify', directory)).to.deep.include({
      stdout: '2 files whole, 0 with problems\n',
      code: 0,
    });
  });

  it('finds a damaged file and changes nothing', async () => {
    const path = await firstFile();
    const content = await readFile(path);
    const flipped = Buffer.from(content);
    flipped[content.indexOf('red')]! ^= 1;
    await writeFile(path, flipped);
    const { stdout, code } = await run('verify', directory, '--json');
    expect(code).to.equal(3);
    expect(JSON.parse(stdout)).to.have.nested.property('problems[0].damagedEvents', 1);
    expect(await readFile(path)).to.deep.equal(flipped);
  });

  it('drains, and says what became of it', async () => {
    expect(await run('drain', directory)).to.deep.equal({
      stdout: 'delivered 3, lost 0, left 0\n',
      stderr: '',
      code: 0,
    });
    expect((await run('list', directory, '--json')).code).to.equal(1);
  });

  it('says what is wrong with the directory', async () => {
    const { stderr, code } = await run('list', join(directory, 'none'));
    expect(stderr).to.match(/must be a folder that can be read \(ENOENT\)/);
    expect(code).to.equal(2);
  });
});
