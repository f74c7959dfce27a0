import { expect } from 'chai';
import { AUTO, FEW_INSTRUMENTATIONS, REGISTER, describeLocalApplications } from './local-applications.js';
import { type ApplicationResult } from './run-application.js';

describe('console under register', function () {
  this.timeout(60_000);
  const applications = describeLocalApplications('/console', FEW_INSTRUMENTATIONS);

  function run(
    name: string,
    {
      nodeArguments = ['--import', REGISTER],
      console = 'true',
      ...environment
    }: { nodeArguments?: string[]; console?: string } & Record<string, unknown> = {},
  ): Promise<ApplicationResult> {
    return applications.run(name, {
      nodeArguments,
      environment: {
        OTEL_EXPORTER_CLOUDWATCH_LOGS_CONSOLE: console,
        ...(environment as Record<string, string>),
      },
    });
  }
  const bodies = ({ records }: ApplicationResult): unknown[] => records.map(({ body }) => body);

  for (const flag of ['--import', '--require']) {
    it(`becomes records of the request's trace under ${flag}, and is printed as before`, async () => {
      const plain = await run('console.cjs', { nodeArguments: [flag, REGISTER], console: '' });
      expect(plain.records).to.deep.equal([]);
      const result = await run('console.cjs', { nodeArguments: [flag, REGISTER] });
      expect(result.stdout).to.equal(plain.stdout);
      expect(result.stderr).to.equal(plain.stderr);
      expect(bodies(result).filter((body) => !String(body).startsWith('failed'))).to.deep.equal([
        'order 7 of bob { paid: true }',
        'green',
        'careful',
        "{ a: [ 1, Map(1) { 'k' => 'v' } ] }",
        'where am I',
        'Assertion failed: two is not 3',
        'Assertion failed',
        'inside',
        'destructured',
        'turns: 1',
      ]);
      const traces = new Set(result.records.map((record) => record.trace_id));
      expect([...traces]).to.have.lengthOf(1);
      expect([...traces][0]).to.match(/^[0-9a-f]{32}$/);
      const failed = result.records.find(({ body }) => String(body).startsWith('failed'));
      expect(failed!.attributes).to.include({
        'exception.type': 'RangeError',
        'exception.message': 'too far',
      });
    });
  }

  it('brings what a logger prints once', async () => {
    const result = await run('console-loggers.cjs');
    expect(result.stderr).to.equal('');
    expect(bodies(result).sort()).to.deep.equal([
      'application one',
      'application two',
      'bunyan one',
      'from output: application three',
      'pino one',
      'winston one',
      'winston two',
    ]);
  });

  it('says what is wrong with its variable', async () => {
    const { stderr, records } = await run('plain.cjs', { console: 'yes' });
    expect(stderr).to.contain(
      'OTEL_EXPORTER_CLOUDWATCH_LOGS_CONSOLE must be true or false; it is "yes". It is ignored',
    );
    expect(records.filter(({ scope }) => scope.name === 'console')).to.deep.equal([]);
  });

  it("leaves out what another SDK's exporter prints", async () => {
    const result = await run('console.cjs', {
      nodeArguments: ['--import', AUTO, '--import', REGISTER],
      OTEL_LOGS_EXPORTER: 'console',
      OTEL_TRACES_EXPORTER: 'console',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
    });
    expect(result.records).to.have.lengthOf(11);
    expect(result.stdout).to.contain("body: 'order 7 of bob { paid: true }'");
  });

  it('does not run in circles where diagnostics are printed by it', async () => {
    const down = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_SHUTDOWN_TIMEOUT_MILLIS: '500',
    };
    const { stderr, exitCode } = await run('console-diag.cjs', down);
    expect(exitCode).to.equal(0);
    expect(stderr)
      .to.contain('at once opentelemetry-cloudwatch-logs')
      .and.contain('later opentelemetry-cloudwatch-logs');
    // The first, and what an instrumentation had to say of itself, twice.
    expect(stderr).to.match(/ emitted [1-3], delivered 0, /);
  });
});
