import { expect } from 'chai';
import { FEW_INSTRUMENTATIONS, REGISTER, describeLocalApplications } from './local-applications.js';
import { type ApplicationResult, type ApplicationRun } from './run-application.js';

const TRACE_ID = '5759e988bd862e3fe1be46a994272793';

/** Runs the package that `npm run build` has made. */
describe('worker threads under register', function () {
  this.timeout(180_000);
  const applications = describeLocalApplications('/threads', FEW_INSTRUMENTATIONS);

  function run(
    thread: object,
    { environment, file = 'threads.cjs', ...settings }: Partial<ApplicationRun> = {},
  ): Promise<ApplicationResult> {
    return applications.run(file, {
      environment: { THREAD: JSON.stringify(thread), ...environment },
      ...settings,
    });
  }

  function expectRecords({ stderr, records }: ApplicationResult, count = 1): void {
    expect(
      records.map(({ body, trace_id }) => ({ body, trace_id })),
      stderr.slice(0, 2_000),
    ).to.deep.equal(Array.from({ length: count }, () => ({ body: 'hello', trace_id: TRACE_ID })));
  }

  for (const flag of ['--import', '--require']) {
    for (const thread of [{ logs: 'pino' }, { logs: 'winston' }, { logs: 'api' }, { file: 'thread.mjs' }]) {
      it(`exports once what a thread logs: ${JSON.stringify(thread)} under ${flag}`, async () => {
        const result = await run(thread, { nodeArguments: [flag, REGISTER] });
        expectRecords(result);
        expect(result.stderr).to.equal('');
        expect(result.exitCode).to.equal(0);
      });
    }
  }

  it('preloads by NODE_OPTIONS as well', async () => {
    expectRecords(
      await run(
        {},
        { nodeArguments: [], environment: { THREAD: '{}', NODE_OPTIONS: `--import ${REGISTER}` } },
      ),
    );
  });

  for (const [name, thread, mainEnds, exitCode] of [
    ['the thread calls process.exit()', { ends: 'exit' }, undefined, 0],
    ['the thread throws', { ends: 'throw' }, undefined, 0],
    ['the thread is terminated', { ends: 'stays' }, 'terminate', 0],
    ['the process exits', { ends: 'stays' }, 'exit', 3],
    ['the process exits, and has heard nothing yet', { ends: 'stays' }, 'at once', 3],
    ['the thread has started another one', { nested: true }, undefined, 0],
  ] as const) {
    it(`loses nothing where ${name}`, async () => {
      const result = await run(
        thread,
        mainEnds && { environment: { THREAD: JSON.stringify(thread), MAIN_ENDS: mainEnds } },
      );
      expectRecords(result, 'nested' in thread ? 2 : 1);
      expect(result.exitCode).to.equal(exitCode);
    });
  }

  it('ends though a thread logs on and on', async () => {
    const thread = { logs: 'api', ends: 'never' };
    const environment = { THREAD: JSON.stringify(thread), MAIN_ENDS: 'exit' };
    const { exitCode, records } = await run(thread, { environment });
    // Whether the thread is quicker than who takes its records, which is said then, depends on the machine.
    expect(exitCode).to.equal(3);
    expect(records).to.not.have.lengthOf(0);
  });

  it('counts what there is no room for while the main thread is blocked', async () => {
    const { stderr } = await run(
      {},
      {
        file: 'threads-full.cjs',
        environment: { OTEL_LOG_LEVEL: 'info' },
      },
    );
    // 33 of them are 32 MiB.
    expect(stderr).to.contain(
      'emitted 40, delivered 33, not delivered by the end 0, dropped 7 (queue_full 7)',
    );
    expect(stderr).to.contain('worker threads logged more than the main thread, blocked, could take');
  });

  it('leaves out of a record what cannot be copied, as JSON does', async () => {
    const { records } = await run({ logs: 'functions' });
    expect(records.map(({ body }) => body)).to.deep.equal([{ text: 'hello' }]);
  });

  it('captures console there too', async () => {
    const environment = { OTEL_EXPORTER_CLOUDWATCH_LOGS_CONSOLE: 'true', THREAD: '{"logs":"console"}' };
    const result = await run({}, { environment });
    expectRecords(result);
    expect(result.stdout).to.equal('hello\n');
  });

  it('says once where the main thread has not preloaded it', async () => {
    const { stderr, records } = await run({}, { file: 'preloads-in-thread.cjs', nodeArguments: [] });
    expect(records).to.deep.equal([]);
    expect(stderr.split('\n')).to.have.lengthOf(2);
    expect(stderr).to.match(/main thread.*has not preloaded this package/);
  });

  it('brings the records of each worker of a cluster', async () => {
    const { records, stderr } = await run({}, { file: 'cluster.cjs' });
    expect(records.map(({ attributes }) => attributes!.worker).sort(), stderr).to.deep.equal([1, 2]);
    expect(new Set(records.map(({ resource }) => resource['service.instance.id'])).size).to.equal(2);
  });
});
