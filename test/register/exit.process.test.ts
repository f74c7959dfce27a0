import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Answer, StubService } from '../delivery/stub-service.js';
import { FEW_INSTRUMENTATIONS, REGISTER, describeLocalApplications } from './local-applications.js';
import { type ApplicationResult } from './run-application.js';

const PREFIX = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_';

type Ending = 'beforeExit' | 'handler' | 'SIGTERM' | 'SIGINT' | 'throws' | 'rejects' | 'process.exit';

/** How each ending would end the process without this package. */
const ENDINGS: Readonly<Record<Ending, Partial<ApplicationResult>>> = {
  beforeExit: { exitCode: 0, signal: null },
  handler: { exitCode: 0, signal: null },
  SIGTERM: { exitCode: null, signal: 'SIGTERM' },
  SIGINT: { exitCode: null, signal: 'SIGINT' },
  throws: { exitCode: 1, signal: null },
  rejects: { exitCode: 1, signal: null },
  'process.exit': { exitCode: 3, signal: null },
};

/**
 * A short deadline, for a service that hangs. Requests are given far more time than the test: none of them may
 * keep the process.
 */
const IMPATIENT = {
  [`${PREFIX}SHUTDOWN_TIMEOUT_MILLIS`]: '1000',
  [`${PREFIX}DELIVERY_TIMEOUT_MILLIS`]: '500',
  [`${PREFIX}REQUEST_TIMEOUT_MILLIS`]: '300000',
};

/** Every way in which a process ends, with the table of docs/exit.md. */
describe('register, at the end of the process', function () {
  this.timeout(180_000);
  const applications = describeLocalApplications('/exit', FEW_INSTRUMENTATIONS);
  let dead: StubService;
  let directory: string;
  let logGroupName: string;

  before(async () => {
    dead = await StubService.start();
    dead.answer = () => 'hang';
  });
  after(() => dead.stop());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'exit-'));
    dead.answer = () => 'hang';
    logGroupName = applications.nextLogGroup();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  function run(ending: Ending, environment: Record<string, string> = {}): Promise<ApplicationResult> {
    return applications.run('ends.cjs', {
      logGroupName,
      ...(ending.startsWith('SIG') && { signal: ending as NodeJS.Signals }),
      ...(ending === 'handler' && { signal: 'SIGTERM' }),
      environment: { ENDING: ending, ...environment },
    });
  }

  /** As in a container without an init process: the kernel does not end process 1 by a signal to which nobody listens. */
  describe('as process 1', () => {
    const CONTAINER = ['--fork', '--pid', '--mount-proc', '--kill-child', '--map-root-user'];
    before(function () {
      if (spawnSync('unshare', [...CONTAINER, 'true']).status !== 0) this.skip();
    });

    for (const [ending, by, exitCode] of [
      ['process 1', 'SIGTERM', 143],
      ['process 1', 'SIGINT', 130],
      ['process 1, by itself', 'SIGTERM', 143],
    ] as const) {
      for (const sendAtExit of ['true', 'false']) {
        it(`delivers what is queued and ends as by ${by}: ${ending}, SEND_AT_EXIT=${sendAtExit}`, async () => {
          const result = await applications.run('ends.cjs', {
            node: 'unshare',
            nodeArguments: [...CONTAINER, process.execPath, '--import', REGISTER],
            environment: { ENDING: ending, BY: by, [`${PREFIX}SEND_AT_EXIT`]: sendAtExit },
          });
          expect(result).to.include({ exitCode, stdout: '' });
          expect(result.records.map((record) => record.body)).to.deep.equal(['hello']);
        });
      }
    }
  });

  const endings = Object.keys(ENDINGS) as Ending[];
  for (const ending of endings) {
    it(`delivers what is queued: ${ending}`, async () => {
      const result = await run(ending);
      expect(result).to.include(ENDINGS[ending]);
      expect(result.records.map((record) => record.body)).to.deep.equal(['hello']);
    });

    it(`ends by its deadline when the service hangs, and says what was lost: ${ending}`, async () => {
      const result = await run(ending, { ...IMPATIENT, AWS_ENDPOINT_URL: dead.endpoint });
      expect(result).to.include(ENDINGS[ending]);
      expect(result.stderr).to.contain(
        'emitted 1, delivered 0, not delivered by the end 0, dropped 1 (shutdown 1)',
      );
    });

    it(`leaves in the spool what a service that hangs does not take: ${ending}`, async () => {
      const spool = { [`${PREFIX}SPOOL_DIRECTORY`]: directory };
      const result = await run(ending, { ...IMPATIENT, AWS_ENDPOINT_URL: dead.endpoint, ...spool });
      expect(result).to.include(ENDINGS[ending]);
      expect(result.stderr).to.contain('emitted 1, delivered 0, not delivered by the end 1, dropped 0');
      const { records } = await run('beforeExit', spool);
      expect(processesOf(records)).to.equal(2);
    });
  }

  const outages: Readonly<Record<string, { answer?: Answer; environment?: Record<string, string> }>> = {
    hangs: { answer: 'hang' },
    'resets connections': { answer: 'reset' },
    throttles: { answer: { status: 400, json: { __type: 'ThrottlingException' } } },
    'is unavailable': { answer: { status: 503, json: { __type: 'ServiceUnavailableException' } } },
    'denies the permission': { answer: { status: 400, json: { __type: 'AccessDeniedException' } } },
    'finds the token expired': { answer: { status: 400, json: { __type: 'ExpiredTokenException' } } },
    'is not there': { environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } },
    'is not found by DNS': { environment: { AWS_ENDPOINT_URL: 'http://nowhere.invalid' } },
    'is asked without credentials': {
      environment: {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_EC2_METADATA_DISABLED: 'true',
        HOME: '/nowhere',
        // Of a service on this machine made-up ones would do.
        AWS_ENDPOINT_URL: 'https://nowhere.invalid',
      },
    },
  };
  for (const [what, { answer = 'hang', environment }] of Object.entries(outages)) {
    it(`lets a job end within the time given to shutdown when the service ${what}`, async () => {
      dead.answer = () => answer;
      const result = await run('beforeExit', {
        // What the job's end waits for is the flush and the shutdown, and nothing besides.
        [`${PREFIX}SHUTDOWN_TIMEOUT_MILLIS`]: '1000',
        AWS_ENDPOINT_URL: dead.endpoint,
        ...environment,
      });
      expect(result).to.include(ENDINGS.beforeExit);
      const [, millis] = /ended after (\d+) ms/.exec(result.stdout)!;
      // The margin is for a busy machine. The SDK's own timers, and those of OpenTelemetry's processor, took ten
      // seconds and more.
      expect(Number(millis)).to.be.lessThan(4_000);
    });
  }

  it('loses at process.exit() what is in memory alone where nothing is to be sent then, and says so', async () => {
    const result = await run('process.exit', { [`${PREFIX}SEND_AT_EXIT`]: 'false' });
    expect(result).to.include(ENDINGS['process.exit']);
    expect(result.records).to.deep.equal([]);
    expect(result.stderr).to.contain('emitted 1, delivered 0, not delivered by the end 1, dropped 0');
  });

  for (const ending of endings) {
    it(`loses nothing that is written ahead, whatever the service does: ${ending}`, async () => {
      const writeAhead = { [`${PREFIX}WRITE_AHEAD_DIRECTORY`]: directory };
      const result = await run(ending, { ...IMPATIENT, AWS_ENDPOINT_URL: dead.endpoint, ...writeAhead });
      expect(result).to.include(ENDINGS[ending]);
      const { records } = await run('beforeExit', {
        ...writeAhead,
        [`${PREFIX}SHUTDOWN_TIMEOUT_MILLIS`]: '',
      });
      expect(processesOf(records)).to.equal(2);
    });
  }
});

/** From how many processes there are records. What is in flight when a process ends is sent once more. */
function processesOf(records: ApplicationResult['records']): number {
  return new Set(records.map(({ resource }) => resource['service.instance.id'])).size;
}
