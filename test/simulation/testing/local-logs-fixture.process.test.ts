import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

const simulation = new URL('../../../src/simulation/index.js', import.meta.url).href;

describe('localLogsFixture in node:test', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fixture-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(tests: string): Promise<{ exitCode: number | null; output: string }> {
    const file = join(folder, 'orders.test.mjs');
    writeFileSync(
      file,
      `import { after, before, beforeEach, it } from 'node:test';
      import { expectRecords, localLogsFixture } from '${simulation}';
      const logs = localLogsFixture({ beforeAll: before, beforeEach, afterAll: after });
      ${tests}`,
    );
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'], timeout: 30_000 });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, output };
  }

  it('lets a file without a test end', async () => {
    const { exitCode } = await run('');
    expect(exitCode).to.equal(0);
  });

  it('is there until a test that waits for it is over', async () => {
    const { exitCode, output } = await run(`
      it('logs', async () => {
        const answer = await fetch(logs.local.endpoint + '/health');
        await answer.text();
        await expectRecords(logs.local).toHaveCount(0);
        logs.local.faults.add({ kind: 'delay', delayMillis: 100 });
        await fetch(logs.local.endpoint, { method: 'POST' });
      });`);
    expect(output).to.match(/pass 1\b/);
    expect(exitCode).to.equal(0);
  });
});
