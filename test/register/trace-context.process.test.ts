import { expect } from 'chai';
import { CorrelationEngine } from '../../src/insights/index.js';
import { describeLocalApplications, type LocalApplications } from './local-applications.js';

const clientOptions = ({ endpoint }: LocalApplications) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

describe('trace context of others under register', function () {
  this.timeout(60_000);
  const applications = describeLocalApplications('/trace-context');

  function run(traceContext: string, environment: Record<string, string> = {}, name = 'requests.mjs') {
    const logGroupName = applications.nextLogGroup();
    const result = applications.run(name, {
      logGroupName,
      environment: {
        // No tracer, no instrumentation of http.
        OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pino',
        OTEL_EXPORTER_CLOUDWATCH_LOGS_CONSOLE: 'true',
        OTEL_EXPORTER_CLOUDWATCH_LOGS_TRACE_CONTEXT: traceContext,
        ...environment,
      },
    });
    return { logGroupName, result };
  }

  it('keeps the records of one request together, by its headers or without', async () => {
    const { logGroupName, result } = run('request');
    const { records, stderr } = await result;
    expect(stderr).to.equal('');
    const idsOf = (name: string) => {
      const found = records.filter(({ body }) => String(body).startsWith(`${name} `));
      expect(found.map(({ body }) => body)).to.deep.equal([
        `${name} begins`,
        `${name} goes on`,
        `${name} ends`,
      ]);
      const ids = new Set(
        found.map((record) => `${record.trace_id!} ${record.span_id!} ${record.trace_flags!}`),
      );
      expect([...ids], name).to.have.lengthOf(1);
      return [...ids][0]!.split(' ');
    };
    expect(idsOf('w3c')).to.deep.equal(['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', '01']);
    expect(idsOf('xray')).to.deep.equal(['5759e988bd862e3fe1be46a994272793', '53995c3f42cd8ad8', '01']);
    const [balancer, span, flags] = idsOf('balancer');
    expect([balancer, flags]).to.deep.equal(['67891233abcdef012345678912345678', '00']);
    expect(span).to.match(/^[0-9a-f]{16}$/);
    const made = [idsOf('none')[0], idsOf('later')[0]];
    for (const traceId of made) expect(traceId).to.match(/^[0-9a-f]{32}$/);
    expect(new Set([...made, balancer])).to.have.lengthOf(3);
    expect(records.find(({ body }) => body === 'listens')).not.to.include.keys('trace_id');

    const engine = new CorrelationEngine({ ...clientOptions(applications), logGroups: [logGroupName] });
    const { events } = await engine.correlateByTrace('0af7651916cd43dd8448eb211c80319c');
    expect(events).to.have.lengthOf(3);
  });

  it('gives no trace id where nobody asks for it', async () => {
    const { records } = await run('').result;
    expect(records).to.have.lengthOf(16);
  });

  it("takes the ids of the tracer that is named, not the caller's, and lets its headers pass", async () => {
    const environment = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'pino,http' };
    const { records, stdout, stderr } = await run('datadog', environment, 'beside-datadog.cjs').result;
    expect(stderr).to.equal('');
    expect(stdout).to.equal(`00-${'d'.repeat(32)}-${'e'.repeat(16)}-01\n`);
    expect(
      records.filter(({ body }) => body === 'hello').map(({ trace_id, span_id }) => ({ trace_id, span_id })),
    ).to.deep.equal([{ trace_id: 'd'.repeat(32), span_id: 'd'.repeat(16) }]);
  });

  it('says what it does not know', async () => {
    const { stderr, records } = await run('request,lightstep').result;
    expect(stderr).to.match(
      /OTEL_EXPORTER_CLOUDWATCH_LOGS_TRACE_CONTEXT must be a function or a list of xray, sentry, datadog, newrelic, elastic, request; it is .*lightstep.*It is ignored/,
    );
    expect(records.filter(({ trace_id }) => trace_id !== undefined)).to.deep.equal([]);
  });
});
