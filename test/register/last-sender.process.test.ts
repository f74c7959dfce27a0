import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type AllSentAtOnce, DEFAULT_DELIVERY_SETTINGS } from '../../src/delivery/delivery.js';
import { DEFAULT_SPOOL_SETTINGS } from '../../src/delivery/spool/spool-settings.js';
import { Spool } from '../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import {
  type LastDelivery,
  readLastDelivery,
  readSent,
  writeLastDelivery,
} from '../../src/register/last-delivery.js';
import { createExitSender, exitSenderProblem } from '../../src/register/send-at-exit.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { batch } from '../delivery/builders.js';
import { StubService } from '../delivery/stub-service.js';
import { readGroup } from './read-group.js';

const senderFile = fileURLToPath(new URL('../../../dist/cjs/register/last-sender.js', import.meta.url));

const now = Date.now();
const body = (text: string): ReturnType<typeof batch> => {
  const one = batch([JSON.stringify({ body: text })]);
  return { ...one, events: one.events.map((event) => ({ ...event, timestamp: now })) };
};
const bodies = async (endpoint: string): Promise<unknown[]> =>
  (await readGroup(endpoint, '/apps/orders')).map((record) => record.body);

describe('the sender of what is left at the end', function () {
  this.timeout(120_000);
  let local: LocalCloudWatchLogs;
  let directory: string;

  beforeEach(async () => {
    local = await LocalCloudWatchLogs.start();
    directory = await mkdtemp(join(tmpdir(), 'last-sender-'));
  });
  afterEach(async () => {
    await local.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const delivery = (more: Partial<LastDelivery> = {}): LastDelivery => ({
    endsAtMillis: Date.now() + 15_000,
    client: { endpoint: local.endpoint, region: 'us-east-1' },
    credentials: undefined,
    settings: DEFAULT_DELIVERY_SETTINGS,
    environment: { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' },
    ...more,
  });

  /** In this process's environment, so that its coverage is seen. */
  async function run(input: string): Promise<string> {
    const child = spawn(process.execPath, [senderFile], { stdio: ['pipe', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stdin.end(input);
    await new Promise((resolve) => child.once('close', resolve));
    return output;
  }

  /** A time that is over soon, but not before a sender has started and asked, however busy the machine is. */
  async function soon(): Promise<number> {
    const start = Date.now();
    await run('');
    return Date.now() + 1000 + 5 * (Date.now() - start);
  }

  it('makes group and stream, delivers, and says so', async () => {
    const sent = readSent(await run(writeLastDelivery(delivery(), [body('a'), body('b')])));
    expect(sent).to.deep.include({
      batches: [
        { delivered: 1, lost: 0 },
        { delivered: 1, lost: 0 },
      ],
      lostByReason: {},
    });
    expect(await bodies(local.endpoint)).to.have.members(['a', 'b']);
  });

  it('leaves to the process that ends what is not delivered in time, and says why', async () => {
    const dead = { ...delivery().client, endpoint: 'http://127.0.0.1:1' };
    const late = delivery({ endsAtMillis: await soon(), client: dead });
    const sent = readSent(await run(writeLastDelivery(late, [body('a')])))!;
    expect(sent).to.deep.include({ batches: [{ delivered: 0, lost: 0 }], lostByReason: {} });
    expect(sent.problem).to.contain('ECONNREFUSED');
  });

  it('does nothing by halves: what was cut is not read', async () => {
    const whole = writeLastDelivery(delivery(), [body('a')]);
    expect(await run(whole.slice(0, -2))).to.equal('');
    expect(await bodies(local.endpoint)).to.deep.equal([]);
  });

  it('sends first what is in the spool, and nothing before it', async () => {
    const settings = { ...DEFAULT_DELIVERY_SETTINGS, spool: { ...DEFAULT_SPOOL_SETTINGS, directory } };
    const spool = new Spool({ diagnostics: new Diagnostics() }, settings.spool);
    expect(spool.writeAtEnd(body('stored'), 1)).to.equal(true);
    await spool.close(100);
    const dead = { ...delivery().client, endpoint: 'http://127.0.0.1:1' };
    const late = delivery({ settings, endsAtMillis: await soon(), client: dead });
    expect(readSent(await run(writeLastDelivery(late, [body('a')])))).to.include({ spooled: 1 });
    const sent = readSent(await run(writeLastDelivery(delivery({ settings }), [body('a')])));
    expect(sent).to.deep.include({ batches: [{ delivered: 1, lost: 0 }], spooled: 0 });
    expect(await bodies(local.endpoint)).to.have.members(['stored', 'a']);
  });

  it('writes and reads the same', () => {
    const batches = [
      batch(['a b', 'ä\n"\u2028']),
      batch(['c'], { entity: { keyAttributes: { a: 'b' }, attributes: {} } }),
    ];
    const read = readLastDelivery(writeLastDelivery(delivery({ endsAtMillis: 1 }), batches))!;
    expect(read.batches).to.deep.equal(
      [{ ...batches[0]!, entity: undefined }, batches[1]].map(
        (one) => JSON.parse(JSON.stringify(one)) as unknown,
      ),
    );
    expect(read.delivery.endsAtMillis).to.equal(1);
  });

  it('takes for nothing what can not be read', () => {
    expect(readSent('')).to.equal(undefined);
    expect(readSent('{"batches":[')).to.equal(undefined);
  });
});

describe('createExitSender', function () {
  this.timeout(120_000);
  const options = { isSpoolLeft: false };
  const parts = (endpoint: string, environment: Record<string, string>) => ({
    senderFile,
    environment,
    client: { endpoint, region: 'us-east-1' },
    credentials: () => undefined,
    settings: DEFAULT_DELIVERY_SETTINGS,
  });
  const NOTHING: AllSentAtOnce = { batches: [], lostByReason: {}, spooled: undefined };

  it('knows nothing of what a sender did that does not start', () => {
    const send = createExitSender({ ...parts('http://127.0.0.1:1', {}), senderFile: '/nowhere' }, 5000);
    expect(send([body('a')], options)).to.deep.equal(NOTHING);
  });

  it('hands credentials over by standard input alone, and no option of Node.js', async function () {
    if (process.platform !== 'linux') this.skip();
    const service = await StubService.start();
    // This process stands still while the sender runs, so another one runs the test.
    const seen = await seenOfSender(service);
    await service.stop();
    expect(seen.arguments).to.deep.equal([process.execPath, senderFile]);
    // Node.js itself hands the folder of its coverage on to every child, whatever its environment is.
    const given = seen.environment.filter((variable) => !variable.startsWith('NODE_V8_COVERAGE='));
    expect(given).to.deep.equal(['NODE_EXTRA_CA_CERTS=']);
  });

  async function seenOfSender(service: StubService): Promise<{ arguments: string[]; environment: string[] }> {
    const program = `
      const { createExitSender } = await import(${JSON.stringify(new URL('../../src/register/send-at-exit.js', import.meta.url).href)});
      createExitSender({ senderFile: ${JSON.stringify(senderFile)}, client: { endpoint: ${JSON.stringify(service.endpoint)}, region: 'us-east-1' },
        environment: { NODE_OPTIONS: '--import nothing', NODE_EXTRA_CA_CERTS: '', AWS_SECRET_ACCESS_KEY: 'secret', AWS_ACCESS_KEY_ID: 'key' },
        credentials: () => ({ accessKeyId: 'key', secretAccessKey: 'secret' }), settings: ${JSON.stringify(DEFAULT_DELIVERY_SETTINGS)} }, 20000)(
        ${JSON.stringify([body('a')])}, { isSpoolLeft: false });`;
    let ask!: () => void;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    service.answer = () => {
      ask();
      return 'hang';
    };
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await asked;
    const pid = readFileSync(`/proc/${child.pid!}/task/${child.pid!}/children`, 'utf8').trim().split(' ')[0]!;
    const read = (file: string): string[] =>
      readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter(Boolean);
    const seen = { arguments: read('cmdline'), environment: read('environ') };
    process.kill(Number(pid), 'SIGKILL');
    await closed;
    return seen;
  }
});

describe('exitSenderProblem', () => {
  it('says what is in the way', () => {
    expect(exitSenderProblem(senderFile)).to.equal(undefined);
    expect(exitSenderProblem(undefined)).to.contain('bundle');
  });

  for (const isAllowed of [true, false]) {
    it(`asks whether processes may be started under --permission: ${isAllowed}`, () => {
      Object.defineProperty(process, 'permission', { value: { has: () => isAllowed }, configurable: true });
      try {
        const problem = exitSenderProblem(senderFile);
        if (isAllowed) expect(problem).to.equal(undefined);
        else expect(problem).to.contain('--allow-child-process');
      } finally {
        Reflect.deleteProperty(process, 'permission');
      }
    });
  }
});
