import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { CloudWatchLogRecordProcessor } from '../../src/index.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { CorrelationEngine } from '../../src/insights/index.js';
import { ConsoleCapture } from '../../src/register/console-capture.js';
import { RecordMakers } from '../../src/register/printed-records.js';
import { readGroup } from '../register/read-group.js';

const OTHER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

const clientOptions = ({ endpoint }: LocalCloudWatchLogs) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

describe('traceContext', () => {
  let local: LocalCloudWatchLogs;
  before(async () => {
    local = await LocalCloudWatchLogs.start();
  });
  after(() => local.stop());

  const create = (logGroupName: string, options: object) => {
    const processor = new CloudWatchLogRecordProcessor({ ...clientOptions(local), logGroupName, ...options });
    const provider = new LoggerProvider({ processors: [processor] });
    return { provider, log: provider.getLogger('test') };
  };

  it('is found by its trace id', async () => {
    let current: typeof OTHER | undefined = OTHER;
    const { provider, log } = create('/code', { traceContext: () => current });
    log.emit({ body: 'within' });
    current = undefined;
    log.emit({ body: 'without' });
    await provider.shutdown();
    const [within, without] = await readGroup(local.endpoint, '/code');
    expect(within).to.include({
      body: 'within',
      trace_id: OTHER.traceId,
      span_id: OTHER.spanId,
      trace_flags: '01',
    });
    expect(without).not.to.include.keys('trace_id');
    const engine = new CorrelationEngine({ ...clientOptions(local), logGroups: ['/code'] });
    const { events } = await engine.correlateByTrace(OTHER.traceId);
    expect(events).to.have.lengthOf(1);
  });

  it('may be named in code', async () => {
    const { provider, log } = create('/named', { traceContext: ['xray'] });
    process.env._X_AMZN_TRACE_ID =
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    try {
      // What names stand for is loaded in the background.
      await new Promise((resolve) => setTimeout(resolve, 100));
      log.emit({ body: 'in Lambda' });
    } finally {
      delete process.env._X_AMZN_TRACE_ID;
    }
    await provider.shutdown();
    const [record] = await readGroup(local.endpoint, '/named');
    expect(record).to.include({ trace_id: '5759e988bd862e3fe1be46a994272793', span_id: '53995c3f42cd8ad8' });
  });

  it('loses no record where the function fails', async () => {
    const { provider, log } = create('/fails', {
      traceContext: () => {
        throw new Error('no');
      },
    });
    log.emit({ body: 'one' });
    log.emit({ body: 'two' });
    await provider.shutdown();
    expect((await readGroup(local.endpoint, '/fails')).map(({ body }) => body)).to.deep.equal(['one', 'two']);
  });

  it('takes what a function logs once, without a trace id, by a logger or by a captured console', async () => {
    const output = new PassThrough();
    const console = new Console(output, output);
    const { endpoint } = local;
    const processor = new CloudWatchLogRecordProcessor({
      ...clientOptions(local),
      logGroupName: '/logs',
      traceContext: () => {
        log.emit({ body: 'inner, by a logger' });
        console.log('inner, printed');
        return OTHER;
      },
    });
    const capture = new ConsoleCapture(new RecordMakers(), console);
    const provider = new LoggerProvider({ processors: [capture, processor] });
    const log = provider.getLogger('test');
    capture.start(provider);
    log.emit({ body: 'by a logger' });
    console.log('printed');
    await provider.shutdown();
    const records = await readGroup(endpoint, '/logs');
    const outer = records.filter(({ body }) => !String(body).startsWith('inner'));
    expect(outer.map(({ body, trace_id: id }) => [body, id])).to.have.deep.members([
      ['by a logger', OTHER.traceId],
      ['printed', OTHER.traceId],
    ]);
    const inner = records.filter((record) => !outer.includes(record));
    expect(inner.map(({ body, trace_id: id }) => [body, id])).to.have.deep.members([
      ['inner, by a logger', undefined],
      ['inner, printed', undefined],
      // What is printed while the record of a line is on its way is printed only.
      ['inner, by a logger', undefined],
    ]);
    expect(String(output.read() as Buffer)).to.equal('inner, printed\nprinted\ninner, printed\n');
  });
});
