import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommandLine } from '../../src/cli/program.js';
import { checksummedLine } from '../../src/delivery/spool/checksummed-lines.js';
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
    ...given: (string | AbortController)[]
  ): Promise<{ stdout: string; stderr: string; code: number | undefined }> => {
    const args = given.filter((one) => typeof one === 'string');
    const abort = given.find((one) => typeof one !== 'string') ?? new AbortController();
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
        signal: abort.signal,
        epochMillis: Date.now,
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

  it('sends nothing to CloudWatch Logs that another back end keeps', async () => {
    const folder = join(directory, 'back-end-loki');
    const spool = new Spool(
      { diagnostics: new Diagnostics() },
      { ...DEFAULT_SPOOL_SETTINGS, directory: folder },
    );
    await spool.write(batch(['of loki']), { sequence: 1 });
    await spool.close(1_000);
    for (const path of [folder, `${folder}/`, join(folder, '..', 'back-end-loki', '.')]) {
      const { stderr, code } = await run('drain', path, '--create-groups');
      expect(stderr).to.include('these are of another back end');
      expect(code).to.equal(2);
    }
    expect(service.received).to.deep.equal([]);
    expect((await run('show', folder)).stdout).to.include('of loki');
    expect((await run('list', directory)).stderr).to.include(
      'of another back end, a spool of its own: back-end-loki\n',
    );
  });

  it('drains, and says what became of it', async () => {
    expect(await run('drain', directory)).to.deep.equal({
      stdout: 'delivered 3, lost 0, left 0\n',
      stderr: '',
      code: 0,
    });
    expect((await run('list', directory, '--json')).code).to.equal(1);
  });

  it('makes no log group unless it is told to', async () => {
    let exists = false;
    service.answer = ({ operation }) => {
      if (operation === 'CreateLogGroup') exists = true;
      return exists ? {} : { status: 400, json: { __type: 'ResourceNotFoundException' } };
    };
    const left = await run('drain', directory);
    expect(left).to.include({ stdout: 'delivered 0, lost 0, left 3\n', code: 3 });
    expect(left.stderr).to.include('Remedy: create the log group, or drain with --create-groups\n');
    expect(exists).to.equal(false);
    expect((await run('drain', directory, '--create-groups')).stdout).to.equal(
      'delivered 3, lost 0, left 0\n',
    );
  });

  for (const format of [[], ['--json']]) {
    it(`shows nothing of a request that an error quotes ${format.join()}`, async () => {
      const message =
        'The request signature we calculated does not match.\n\nThe Canonical String for this request should have ' +
        "been\n'POST\n/\n\nx-amz-security-token:SECRET'";
      service.answer = () => ({ status: 403, json: { __type: 'InvalidSignatureException', message } });
      const { stdout, stderr } = await run('drain', directory, ...format);
      expect(stdout + stderr).to.include('The request signature we calculated does not match.');
      expect(stdout + stderr).not.to.include('SECRET');
    });
  }

  it('says what is wrong with the directory', async () => {
    const { stderr, code } = await run('list', join(directory, 'none'));
    expect(stderr).to.match(/must be a folder that can be read \(ENOENT\)/);
    expect(code).to.equal(2);
  });

  it('shows what can be read of damaged files, and of files that others wrote', async () => {
    const folder = join(directory, (await readdir(directory))[0]!);
    const line = (text: string): string => checksummedLine(text);
    const header = {
      format: 'otel-cwlogs-spool',
      logGroupName: 'g',
      logStreamName: 's\u001b]0;x',
      events: 1,
    };
    await writeFile(
      join(folder, '0000000003-1700000000000-1-30-200.batch'),
      line(JSON.stringify({ ...header, version: 1 })) + line('1700000000000 8 "no\\u001b json"'),
    );
    await writeFile(
      join(folder, '0000000004-1700000000000-9-30-200.batch'),
      line(JSON.stringify({ ...header, version: 7 })),
    );
    await writeFile(join(folder, '0000000005-1700000000000-2-30-200.batch'), 'nothing');
    await mkdir(join(folder, '0000000006-1700000000000-2-30-200.batch'));
    await writeFile(join(directory, 'not\u001b[1m ours'), '');
    const shown = await run('show', directory);
    expect(shown.code).to.equal(3);
    expect(shown.stdout + shown.stderr).not.to.include('\u001b');
    expect(shown.stdout).to.include('no\\e json');
    expect(shown.stderr).to.match(/0000000004.*format 7, of a later version/);
    expect(shown.stderr).to.match(/0000000005.*no event of it can be read/);
    const verified = await run('verify', directory);
    expect(verified.code).to.equal(3);
    expect(verified.stdout).to.match(/future .*0000000004/);
    expect(verified.stdout).to.include('3 files whole, 2 with problems');
    expect(verified.stderr).to.match(/not of the spool: .*0000000006-1700000000000-2-30-200\.batch/);
    expect(verified.stderr).to.include('not\\e[1m ours');
    await rm(join(folder, '0000000003-1700000000000-1-30-200.batch'));
    const drained = await run('drain', directory);
    expect(drained.stdout).to.match(
      /^delivered 3, lost 2, left 9\n {2}lost 2: spool_corrupt\n {2}left 9: of a later version/,
    );
    expect(drained.stderr).to.include('of a later version of this package; they stay there for it');
    expect(drained.code).to.equal(3);
  });

  it('leaves to a running process what it holds, and says so', async () => {
    const spool = new Spool({ diagnostics: new Diagnostics() }, { directory, ...DEFAULT_SPOOL_SETTINGS });
    await spool.write(batch(['held']), { sequence: 1 });
    expect((await run('list', directory)).stdout).to.include(`, held by process ${process.pid}\n`);
    const drained = await run('drain', directory);
    expect(drained.stdout).to.equal('delivered 3, lost 0, left 1\n  left 1: running processes hold them\n');
    expect(drained.code).to.equal(3);
    const [folder] = await readdir(directory);
    const elsewhere = folder!.replace(/~(\d+-\d+)-[0-9a-f]{8}-/, '~$1-00000000-');
    await rename(join(directory, folder!), join(directory, elsewhere));
    expect((await run('list', directory)).stdout).to.include(' of another container or host');
    await spool.close(1_000);
  });

  it('ends a drain at once when it is interrupted', async () => {
    service.answer = () => ({ status: 503, json: { __type: 'ServiceUnavailableException' } });
    const interrupt = new AbortController();
    const drained = run('drain', directory, interrupt);
    while (service.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    interrupt.abort();
    expect((await drained).code).to.equal(130);
    expect((await run('list', directory)).stderr).to.match(/^2 batches, 3 events/);
  });
});
