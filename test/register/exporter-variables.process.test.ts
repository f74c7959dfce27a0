import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { AUTO, FEW_INSTRUMENTATIONS, REGISTER, describeLocalApplications } from './local-applications.js';
import { type ApplicationResult } from './run-application.js';

describe('variables that name exporters, under register', function () {
  this.timeout(60_000);
  const applications = describeLocalApplications('/exporters', FEW_INSTRUMENTATIONS);
  let collector: Server;
  let received: { path: string; type: string; body: string }[] = [];

  before(async () => {
    collector = createServer((request, response) => {
      let body = '';
      request.setEncoding('latin1').on('data', (text: string) => (body += text));
      request.on('end', () => {
        received.push({ path: request.url!, type: request.headers['content-type']!, body });
        response.writeHead(200, { 'content-type': request.headers['content-type'] }).end();
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    received = [];
  });
  after(() => {
    collector.close();
  });

  function run(
    environment: Record<string, string>,
    { preloads = [REGISTER], name = 'pino.cjs' }: { preloads?: string[]; name?: string } = {},
  ): Promise<ApplicationResult> {
    return applications.run(name, {
      nodeArguments: preloads.flatMap((preload) => ['--import', preload]),
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_NODE_RESOURCE_DETECTORS: 'none',
        ...environment,
      },
    });
  }
  const inCollector = (): string[] =>
    received
      .filter(({ path, body }) => path === '/v1/logs' && body.includes('hello'))
      .map(({ type }) => type);
  const printed = ({ stdout }: ApplicationResult): number => stdout.split("body: 'hello'").length - 1;

  const PROTOBUF = ['application/x-protobuf'];
  for (const [value, expected] of Object.entries({
    '': { console: 0, otlp: [] },
    none: { console: 0, otlp: [] },
    cloudwatch: { console: 0, otlp: [] },
    otlp: { console: 0, otlp: PROTOBUF },
    console: { console: 1, otlp: [] },
    'otlp,cloudwatch': { console: 0, otlp: PROTOBUF },
    'CloudWatch, console ,otlp,otlp': { console: 1, otlp: PROTOBUF },
    'none,otlp': { console: 0, otlp: [] },
  })) {
    it(`OTEL_LOGS_EXPORTER=${value} brings each record once to what it names, and to CloudWatch Logs`, async () => {
      const result = await run({ OTEL_LOGS_EXPORTER: value });
      expect(result.stderr).to.equal('');
      expect(result.exitCode).to.equal(0);
      expect(result.records.map(({ body }) => body)).to.deep.equal(['hello']);
      expect({ console: printed(result), otlp: inCollector() }).to.deep.equal(expected);
    });
  }

  it('speaks the protocol of OTLP that is asked for', async () => {
    const { stderr } = await run({
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/json',
    });
    expect({ stderr, types: inCollector() }).to.deep.equal({ stderr: '', types: ['application/json'] });
    const wrong = await run({ OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'smoke' });
    expect(wrong.stderr).to.match(/must be one of http\/protobuf, http\/json, grpc; it is "smoke"/);
    expect(wrong.records).to.have.lengthOf(1);
  });

  it('says which name is unknown, and leaves that one out', async () => {
    const result = await run({ OTEL_LOGS_EXPORTER: 'lightstep,console' });
    expect(result.stderr).to.equal(
      'opentelemetry-cloudwatch-logs: OTEL_LOGS_EXPORTER names lightstep, which is unknown (cloudwatch, otlp, console, none); it is left out\n',
    );
    expect([printed(result), result.records.length]).to.deep.equal([1, 1]);
  });

  for (const preloads of [
    [AUTO, REGISTER],
    [REGISTER, AUTO],
  ]) {
    it(`prints once beside an SDK that is preloaded too (${preloads[0] === AUTO ? 'before' : 'after'})`, async () => {
      const environment = { OTEL_LOGS_EXPORTER: 'console', OTEL_TRACES_EXPORTER: 'none' };
      const result = await run(environment, { preloads });
      expect(result.records).to.have.lengthOf(1);
      expect(printed(result)).to.equal(1);
    });
  }

  describe('OTEL_TRACES_EXPORTER', () => {
    for (const value of ['otlp', 'console', 'zipkin,otlp']) {
      it(`${value} is said not to be honoured`, async () => {
        const { stderr, records } = await run({ OTEL_TRACES_EXPORTER: value });
        expect(stderr).to.match(
          new RegExp(
            `^opentelemetry-cloudwatch-logs: OTEL_TRACES_EXPORTER=${value} is not honoured: [^\\n]*\\n$`,
          ),
        );
        expect(records).to.have.lengthOf(1);
      });
    }

    it('none is what is done', async () => {
      const { stderr, records } = await run({ OTEL_TRACES_EXPORTER: 'none' });
      expect(stderr).to.equal('');
      expect(records[0]!.trace_id).to.match(/^[0-9a-f]{32}$/);
    });

    it('is honoured by the SDK that is preloaded, or that the application starts', async () => {
      const environment = { OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'none' };
      const preloaded = await run(environment, { preloads: [AUTO, REGISTER] });
      const own = await run(environment, { name: 'own-sdk.mjs' });
      for (const { stdout, stderr, records } of [preloaded, own]) {
        expect(stderr).not.to.contain('not honoured');
        expect(stdout).to.contain(`traceId: '${records[0]!.trace_id!}'`);
      }
    });
  });
});
