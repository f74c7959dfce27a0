import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { KnownDifferences } from './known-differences.js';

/** A service that answers as the local one, without the days of retention of log groups. */
async function forgetful(local: LocalCloudWatchLogs): Promise<Server> {
  const server = createServer((incoming, response) => {
    const { host: _, ...headers } = incoming.headers;
    const { url: path, method } = incoming;
    const forwarded = request({ host: '127.0.0.1', port: local.port, path, method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString().replaceAll('"retentionInDays"', '"forgotten"');
        // Its length and checksum were those of the answer before.
        const { 'content-length': _length, 'x-amz-crc32': _crc, ...kept } = answer.headers;
        response.writeHead(answer.statusCode!, kept).end(text);
      });
    });
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('runs against an endpoint', function () {
  this.timeout(180_000);
  let local: LocalCloudWatchLogs;
  let proxy: Server;
  let other: string;
  let folder: string;
  let file: string;

  before(async () => {
    local = await LocalCloudWatchLogs.start();
    proxy = await forgetful(local);
    other = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    folder = mkdtempSync(join(tmpdir(), 'endpoint-'));
    file = join(folder, 'differences.json');
  });
  after(async () => {
    proxy.close();
    proxy.closeAllConnections();
    await local.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the integration tests of provisioning, or the conformance cases of an operation. */
  async function run(
    suite: 'endpoint' | 'conformance',
    endpoint: string,
    ...more: string[]
  ): Promise<{ code: number | null; output: string }> {
    const program = fileURLToPath(new URL(`../${suite}/run.js`, import.meta.url));
    const only = suite === 'endpoint' ? 'provisioning' : 'PutRetentionPolicy';
    const { NODE_V8_COVERAGE: _, CLOUDWATCH_TEST_DIFFERENCES: __, ...environment } = process.env;
    const child = spawn(
      process.execPath,
      ['--no-warnings', program, '--endpoint', endpoint, '--only', only, ...more],
      { env: environment },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, output };
  }
  const list = (cases: object): void => {
    const difference = { id: 'retention', service: 'shows it', target: 'hides it', source: 'this test' };
    writeFileSync(
      file,
      JSON.stringify({ target: 'x', differences: [{ ...difference, derived: 'recorded', cases }] }),
    );
  };

  const FAILING = {
    endpoint: [
      'LogResources against a service log groups are made, found and deleted',
      'LogResources against a service log groups are brought in line, and only where they differ',
    ],
    conformance: ['PutRetentionPolicy sets the days, which deleting removes'],
  };
  const NAMES = { endpoint: 'integration', conformance: 'conformance' } as const;

  for (const suite of ['endpoint', 'conformance'] as const) {
    const name = NAMES[suite];
    it(`${name}: pass at another process’s service, say what they skip, and leave no log group there`, async () => {
      const { code, output } = await run(suite, local.endpoint);
      expect(output).to.match(/[1-9]\d* passed, 0 failed, \d+ skipped at http/);
      expect(code).to.equal(0);
      if (suite === 'endpoint') expect(output).to.match(/^skipped 1: it makes requests fail/m);
      const answer = await fetch(local.endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'Logs_20140328.DescribeLogGroups',
        },
        body: '{}',
      });
      expect(await answer.json()).to.deep.equal({ logGroups: [] });
    });

    it(`${name}: fail for a difference that is not listed, which they name`, async () => {
      list({});
      const { code, output } = await run(suite, other, '--differences', file);
      expect(code, output).to.equal(1);
      for (const title of FAILING[suite])
        expect(output).to.contain(`unlisted: ${title}\n`).and.to.contain(`add "${title}" to the "${name}"`);
    });

    it(`${name}: pass where the difference is listed, and fail where it is listed and not there`, async () => {
      list({ [name]: FAILING[suite] });
      const there = await run(suite, other, '--differences', file);
      expect(there.output).to.contain('all failures are known differences');
      expect(there.code).to.equal(0);
      const gone = await run(suite, local.endpoint, '--differences', file);
      expect(gone.code).to.equal(1);
      for (const title of FAILING[suite])
        expect(gone.output).to.contain(`Remove "${title}" from the "${name}" cases of "retention"`);
    });
  }

  it('have the integration tests that the list of LocalStack names', async () => {
    const program = fileURLToPath(new URL('./run.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', program, '--list']);
    const titles = stdout.split('\n');
    const listed = KnownDifferences.read('test/endpoint/localstack.json').differences.flatMap(
      ({ cases }) => cases.integration ?? [],
    );
    expect(listed.filter((title) => !titles.includes(title))).to.deep.equal([]);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).to.deep.equal([]);
  });

  it('record nothing of a part', async () => {
    list({ integration: ['x'] });
    const before = readFileSync(file, 'utf8');
    for (const suite of ['endpoint', 'conformance'] as const)
      expect((await run(suite, other, '--record', file)).code, suite).to.equal(2);
    expect(readFileSync(file, 'utf8')).to.equal(before);
  });
});
