import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Answer, StubService } from '../delivery/stub-service.js';

const FLUSHING = fileURLToPath(new URL('../fixtures/exporter/flush.js', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../fixtures/exporter/shut-down.js', import.meta.url));

interface Ending {
  readonly shutdownMillis: number;
  readonly at: number;
  readonly outcome: Readonly<Record<string, unknown>>;
}

describe('a process that shuts down while a flush waits for a dead service', () => {
  let service: StubService;
  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());

  /** @returns what the program printed, and the milliseconds it lived after its shutdown */
  const run = async (endpoint: string, which: string): Promise<Ending & { lingeredMillis: number }> => {
    const child = spawn(process.execPath, ['--no-warnings', PROGRAM, endpoint, which]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    const endedAt = Date.now();
    expect(code).to.equal(0);
    const ending = JSON.parse(output) as Ending;
    return { ...ending, lingeredMillis: endedAt - ending.at };
  };

  /** A flush may take 20 s, a request 10 s; shutdown is given 1 s. The margin is for a busy machine. */
  const expectCut = (ending: Ending & { lingeredMillis: number }, lost: number): void => {
    expect(ending.outcome).to.deep.equal({
      emitted: lost,
      delivered: 0,
      kept: 0,
      dropped: lost,
      droppedByReason: { shutdown: lost },
    });
    expect(ending.shutdownMillis).to.be.lessThan(9000);
    expect(ending.lingeredMillis).to.be.lessThan(9000);
  };

  const answers: Record<string, StubService['answer']> = {
    'never makes the missing group': ({ operation }): Answer =>
      operation === 'PutLogEvents' ? { status: 400, json: { __type: 'ResourceNotFoundException' } } : 'hang',
    'answers nothing': () => 'hang',
    'resets connections': () => 'reset',
    throttles: () => ({ status: 400, json: { __type: 'ThrottlingException' } }),
    'is unavailable': () => ({ status: 503, json: { __type: 'ServiceUnavailableException' } }),
  };
  for (const [what, answer] of Object.entries(answers)) {
    it(`ends in the time given to shutdown when the service ${what}`, async () => {
      service.answer = answer;
      expectCut(await run(service.endpoint, 'processor'), 10);
    }).timeout(120_000);
  }

  it('ends in the time given to shutdown with an exporter alone', async () => {
    service.answer = () => 'hang';
    expectCut(await run(service.endpoint, 'exporter'), 1);
  }).timeout(120_000);

  it('ends in the time given to shutdown when nobody listens', async () => {
    const nobody = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => nobody.once('listening', resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    expectCut(await run(`http://127.0.0.1:${port}`, 'processor'), 10);
  }).timeout(120_000);
});

describe('a process that does nothing but await a flush of an exporter', () => {
  let service: StubService;
  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());

  it('does not end before the flush is through, though it waits to try again', async () => {
    service.answer = () =>
      service.received.length < 3 ? { status: 400, json: { __type: 'ThrottlingException' } } : {};
    const child = spawn(process.execPath, ['--no-warnings', FLUSHING, service.endpoint]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expect({ code, output }).to.deep.equal({ code: 0, output: 'delivered 1\n' });
  }).timeout(120_000);
});
