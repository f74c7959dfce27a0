import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { StubService } from '../delivery/stub-service.js';
import { FEW_INSTRUMENTATIONS, REGISTER, describeLocalApplications, root } from './local-applications.js';
import { type ApplicationResult } from './run-application.js';

const PREFIX = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_';

/** A small program that logs, and ends in some way. */
interface Program {
  /** `log` and `say` are there: a record, and a line of standard output. */
  readonly code: string;
  readonly module?: true;
  readonly nodeArguments?: readonly string[];
  /** Sent once it says something. */
  readonly signal?: NodeJS.Signals;
  /** What is to be found in the log group; nothing where that is not promised. */
  readonly records?: readonly string[];
  /**
   * The service hangs, so that the end takes its time, a second: what runs on meanwhile would show. A timer must not
   * be due before that end begins, which a busy machine may put off by some tenths of a second.
   */
  readonly hangs?: true;
  /** Standard error is not compared: it holds what differs from run to run. */
  readonly anyStderr?: true;
}

/** With any --import Node.js starts the main module in another way, which stack traces show. */
const NOTHING = ['--import', 'data:text/javascript,'];

/** Of warnings. Node.js counts rejections that are handled later, too. */
const PROCESS_ID = /^\(node:\d+\)/gm;
const REJECTION_ID = /\(rejection id: \d+\)/g;

/** What is lost in an outage is said in lines of our own; frames inside of Node.js are more where contexts are followed. */
const OWN_LINES = /^(?:opentelemetry-cloudwatch-logs: .*| +at (?:.*\()?node:.*?)( \{)?\n/gm;

const HELLO = ['hello'];
const COUNTS = `
  for (const event of ['beforeExit', 'exit', 'uncaughtExceptionMonitor', 'unhandledRejection', 'warning', 'disconnect']) {
    if (event !== 'unhandledRejection') process.on(event, (value) => say(event, String(value)));
  }
`;
const WAITS = `setInterval(() => undefined, 1000); say('ready');`;
const THROWS = `setTimeout(() => { throw new TypeError('nobody catches this') }, 1);`;
const REJECTS = `Promise.reject(new TypeError('nobody catches this'));`;

const throwing: Record<string, Program> = {
  'a failed job with a later exit': {
    code: `log('hello'); setTimeout(() => { throw new Error('the job failed') }, 100); setTimeout(() => process.exit(0), 700);`,
    records: HELLO,
  },
  'the same while the service hangs': {
    code: `log('hello'); setTimeout(() => { throw new Error('the job failed') }, 100); setTimeout(() => process.exit(0), 300);`,
    hangs: true,
  },
  'an exit handler that throws': {
    code: `log('hello'); process.on('exit', () => require('assert').strictEqual(1, 2));`,
    records: HELLO,
  },
  'an exit handler that throws, of process.exit': {
    code: `log('hello'); process.on('exit', () => { log('bye'); throw new Error('in exit') }); process.exit(0);`,
    records: ['hello', 'bye'],
  },
  'an exit handler that throws after an exception': {
    code: `log('hello'); process.on('exit', () => { throw new Error('in exit') }); ${THROWS}`,
    records: HELLO,
  },
  'an exit handler that throws, caught, and the process goes on': {
    code: `${COUNTS} log('hello'); process.once('exit', () => { throw new Error('in exit') });
      try { process.exit(4) } catch (error) { say(error.message) } setTimeout(() => { log('later'); say('later') }, 50);`,
  },
  'an exception at once': {
    code: `${COUNTS} log('hello'); throw new TypeError('nobody catches this');`,
    records: HELLO,
  },
  'an exception later': { code: `${COUNTS} log('hello'); ${THROWS}`, records: HELLO },
  'an exception in a tick': {
    code: `${COUNTS} log('hello'); process.nextTick(() => { throw new RangeError('in a tick') });`,
    records: HELLO,
  },
  'an exception beside process.exitCode': {
    code: `${COUNTS} log('hello'); process.exitCode = 5; ${THROWS}`,
    records: HELLO,
  },
  'a text that is thrown': { code: `log('hello'); throw 'a text';`, records: HELLO },
  'null that is thrown': { code: `log('hello'); throw null;`, records: HELLO },
  'an emitter without a listener of its error': {
    code: `log('hello'); new (require('events'))().emit('error', new Error('of an emitter'));`,
    records: HELLO,
  },
  'what the last listeners log': {
    code: `process.on('uncaughtExceptionMonitor', (error) => log('monitor ' + error.message)); process.on('exit', (code) => log('exit ' + code)); throw new Error('x');`,
    records: ['monitor x', 'exit 1'],
  },
  'a listener of uncaughtException that goes on': {
    code: `${COUNTS} process.on('uncaughtException', (error, origin) => { say(origin); log('caught') }); ${THROWS} setTimeout(() => say('on'), 50);`,
    records: ['caught'],
  },
  'a listener of uncaughtException that ends': {
    code: `${COUNTS} process.on('uncaughtException', () => { log('caught'); process.exit(9) }); ${THROWS}`,
    records: ['caught'],
  },
  'a listener of uncaughtException that throws': {
    code: `${COUNTS} log('hello'); process.on('uncaughtException', () => { throw new Error('again') }); ${THROWS}`,
  },
  'a callback that captures exceptions': {
    code: `${COUNTS} process.setUncaughtExceptionCaptureCallback(() => { say('captured'); log('hello') }); ${THROWS}`,
    records: HELLO,
  },
  'a rejection that somebody listens to': {
    code: `${COUNTS} process.on('unhandledRejection', (error) => { say(error.message); log('hello') }); ${REJECTS}`,
    records: HELLO,
  },
  'a listener of unhandledRejection that throws': {
    code: `${COUNTS} log('hello'); process.on('unhandledRejection', (error) => { throw error }); ${REJECTS}`,
    records: HELLO,
  },
  ...Object.fromEntries(
    ['throw', 'strict', 'warn', 'none', 'warn-with-error-code'].map((mode): [string, Program] => [
      `an unhandled rejection, mode ${mode}`,
      {
        code: `${COUNTS} log('hello'); ${REJECTS}`,
        nodeArguments: [`--unhandled-rejections=${mode}`],
        records: HELLO,
      },
    ]),
  ),
};

const ending: Record<string, Program> = {
  'its own end': { code: `${COUNTS} log('hello');`, records: HELLO },
  'its own end beside a timer that does not keep it': {
    code: `${COUNTS} log('hello'); setInterval(() => say('tick'), 500).unref(); setTimeout(() => process.exit(6), 600).unref();`,
    hangs: true,
  },
  'work in beforeExit': {
    code: `let times = 0; process.on('beforeExit', () => { say('beforeExit'); log('round'); if (++times < 3) setTimeout(() => say('work'), 5) }); ${COUNTS}`,
    records: ['round', 'round', 'round'],
  },
  'process.exitCode': { code: `${COUNTS} log('hello'); process.exitCode = 7;`, records: HELLO },
  'process.exitCode of beforeExit': {
    code: `${COUNTS} log('hello'); process.on('beforeExit', () => { process.exitCode = 8 });`,
    records: HELLO,
  },
  'process.exitCode of exit': {
    code: `${COUNTS} log('hello'); process.on('exit', () => { log('bye'); process.exitCode = 9 });`,
    records: ['hello', 'bye'],
  },
  'process.exit': { code: `${COUNTS} log('hello'); process.exit(3);`, records: HELLO },
  'process.exit without a code': {
    code: `${COUNTS} log('hello'); process.exitCode = 2; process.exit();`,
    records: HELLO,
  },
  'process.exit with what is no code': {
    code: `${COUNTS} log('hello'); process.exit('many');`,
    records: HELLO,
  },
  'process.exit in beforeExit': {
    code: `${COUNTS} process.on('beforeExit', () => { log('hello'); process.exit(4) });`,
    records: HELLO,
  },
  'process.exit in exit': {
    code: `log('hello'); process.on('exit', (code) => { say(code); process.exit(5) });`,
    records: HELLO,
  },
  'process.exit by a timer': {
    code: `${COUNTS} log('hello'); setInterval(() => undefined, 9); setTimeout(() => process.exit(6), 60);`,
    records: HELLO,
  },
  'process.reallyExit': { code: `${COUNTS} log('hello'); process.reallyExit(4);`, records: HELLO },
  'process.abort': { code: `${COUNTS} log('hello'); process.abort();`, anyStderr: true },
  'ten listeners of exit': {
    code: `for (let n = 0; n < 10; n++) { process.on('exit', () => undefined); process.on('SIGTERM', () => undefined) } log('hello'); setTimeout(() => process.exit(0), 20);`,
    records: HELLO,
  },
  'a main module that never settles': {
    code: `log('hello'); await new Promise(() => undefined);`,
    module: true,
    records: HELLO,
  },
  'a main module that never settles, with exit handlers': {
    code: `process.on('exit', (code) => { say(code); log('bye') }); await new Promise(() => undefined);`,
    module: true,
    records: ['bye'],
  },
  'a main module that rejects': {
    code: `log('hello'); await Promise.reject(new Error('of the module'));`,
    module: true,
    records: HELLO,
  },
  'a worker that exits': {
    code: `${COUNTS} log('hello'); const { Worker } = require('worker_threads');
      new Worker('process.exit(5)', { eval: true }).on('exit', (code) => say('worker', code));`,
    records: HELLO,
  },
  'a worker that throws': {
    code: `${COUNTS} log('hello'); const { Worker } = require('worker_threads'); new Worker('throw new Error("of a worker")', { eval: true });`,
    records: HELLO,
  },
  'a worker at process.exit': {
    code: `${COUNTS} log('hello'); const { Worker } = require('worker_threads');
      new Worker('setInterval(() => undefined, 9)', { eval: true }).on('online', () => process.exit(2));`,
    records: HELLO,
  },
};

const signals: Record<string, Program> = Object.fromEntries(
  (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).flatMap((signal): [string, Program][] => {
    const promised = signal === 'SIGHUP' ? {} : { records: HELLO };
    return [
      [`${signal}, nobody listens`, { code: `${COUNTS} log('hello'); ${WAITS}`, signal, ...promised }],
      [
        `${signal}, nobody listens, beside a timer that ends the process`,
        { code: `log('hello'); setTimeout(() => process.exit(0), 800); ${WAITS}`, signal, hangs: true },
      ],
      [
        `${signal}, a handler that exits`,
        {
          code: `${COUNTS} process.on('${signal}', (...values) => { say(...values); log('hello'); process.exit(3) }); ${WAITS}`,
          signal,
          records: HELLO,
        },
      ],
      [
        `${signal}, a handler that lets the process end`,
        {
          code: `${COUNTS} const timer = setInterval(() => undefined, 9); process.once('${signal}', () => { log('hello'); process.exitCode = 4; clearInterval(timer) }); say('ready');`,
          signal,
          records: HELLO,
        },
      ],
      [
        `${signal}, a handler that raises it again`,
        {
          code: `log('hello'); process.once('${signal}', (name) => { say('handled'); process.kill(process.pid, name); say('after') }); ${WAITS}`,
          signal,
          ...promised,
        },
      ],
      [
        `process.kill of itself by ${signal}`,
        {
          code: `${COUNTS} log('hello'); process.kill(process.pid, '${signal}'); say('after'); process.exitCode = 1;`,
          ...promised,
        },
      ],
      [
        `process.kill of itself by ${signal}, somebody listens`,
        {
          code: `${COUNTS} process.on('${signal}', () => { say('handled'); log('hello'); process.exit(2) }); process.kill(process.pid, '${signal}'); say('after'); setTimeout(() => undefined, 5000);`,
          records: HELLO,
        },
      ],
      [
        `${signal} that is only emitted`,
        {
          code: `${COUNTS} log('hello'); process.emit('${signal}'); setTimeout(() => say('on'), 20);`,
          records: HELLO,
        },
      ],
    ];
  }),
);
const kills: Record<string, Program> = {
  'process.kill of itself by SIGKILL': {
    code: `log('hello'); process.kill(process.pid, 'SIGKILL'); say('after');`,
  },
  'process.kill of itself by number': {
    code: `log('hello'); process.kill(process.pid, 15); say('after');`,
    records: HELLO,
  },
  'process.kill of itself by 0': { code: `log('hello'); say(process.kill(process.pid, 0));`, records: HELLO },
  'process.kill of nobody': { code: `log('hello'); process.kill(2 ** 30, 'SIGTERM');`, records: HELLO },
  'process.kill by what is no signal': {
    code: `log('hello'); process.kill(process.pid, 'SIGNOTHING');`,
    records: HELLO,
  },
};

/** What an application, and who supervises it, sees of its end, with `register` and without. */
describe('register leaves the end of a process as it is', function () {
  this.timeout(180_000);
  const applications = describeLocalApplications('/same-end', FEW_INSTRUMENTATIONS);
  let dead: StubService;
  let directory: string;
  let programs = 0;

  before(async () => {
    dead = await StubService.start();
    dead.answer = () => 'hang';
    // Where the program finds the loggers of this repository.
    directory = await mkdtemp(join(root, 'build/ends-'));
  });
  after(async () => {
    await dead.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function bothWays(
    program: Program,
  ): Promise<{ with: ApplicationResult; without: ApplicationResult }> {
    const { code, module, nodeArguments = [], signal, hangs } = program;
    const file = join(directory, `${++programs}.${module ? 'mjs' : 'cjs'}`);
    const load = module ? `import pino from 'pino';` : `const pino = require('pino');`;
    await writeFile(
      file,
      `${load} const logger = pino({}, { write() {} }); const log = (text) => logger.info(text);
const say = (...words) => console.log(...words);\n${code}\n`,
    );
    const settings = {
      ...(signal && { signal }),
      environment: {
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...(hangs && { AWS_ENDPOINT_URL: dead.endpoint }),
        [`${PREFIX}SHUTDOWN_TIMEOUT_MILLIS`]: hangs ? '1000' : '20000',
      },
    };
    const without = await applications.run(file, {
      ...settings,
      nodeArguments: [...nodeArguments, ...NOTHING],
    });
    const withIt = await applications.run(file, {
      ...settings,
      nodeArguments: [...nodeArguments, '--import', REGISTER],
    });
    return { with: withIt, without };
  }

  const seen = ({ exitCode, signal, stdout, stderr }: ApplicationResult, { anyStderr }: Program) => ({
    exitCode,
    signal,
    stdout: stdout.replace(REJECTION_ID, ''),
    stderr: anyStderr ? '' : stderr.replace(OWN_LINES, '').replace(REJECTION_ID, '').replace(PROCESS_ID, ''),
  });

  for (const [name, program] of Object.entries({ ...throwing, ...ending, ...signals, ...kills })) {
    it(name, async () => {
      const results = await bothWays(program);
      expect(seen(results.with, program)).to.deep.equal(seen(results.without, program));
      if (!program.records) return;
      expect(results.with.records.map(({ body }) => body)).to.deep.equal(program.records);
    });
  }
});
