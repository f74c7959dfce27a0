import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { StubService } from './stub-service.js';

const program = fileURLToPath(new URL('../fixtures/delivery/deliver-once.js', import.meta.url));

describe('a process that delivers', () => {
  let service: StubService;
  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());
  beforeEach(() => {
    service.reset();
  });

  const run = async (mode: string): Promise<{ code: number | null; output: string }> => {
    const child = spawn(process.execPath, ['--no-warnings', program, service.endpoint, mode]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    return { code, output };
  };

  it('ends by itself while batches wait to be sent again', async () => {
    service.answer = () => ({
      status: 400,
      json: { __type: 'ThrottlingException' },
      headers: { 'retry-after': '3600' },
    });
    expect(await run('leave')).to.deep.equal({ code: 0, output: '' });
    expect(service.received.length).to.be.greaterThan(0);
  });

  it('ends by itself after delivery, with its connection open', async () => {
    expect(await run('leave')).to.deep.equal({ code: 0, output: 'delivered 1 kept 0 lost 0\n' });
  });

  it('stays until a shutdown is through', async () => {
    service.answer = () =>
      service.received.length < 3 ? { status: 400, json: { __type: 'ThrottlingException' } } : {};
    expect(await run('shutdown')).to.deep.equal({
      code: 0,
      output: 'delivered 1 kept 0 lost 0\nshut down 1\n',
    });
  });
});
