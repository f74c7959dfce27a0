import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { InvocationIds } from '../../src/register/invocation-ids.js';

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

describe('InvocationIds', () => {
  const exporter = new InMemoryLogRecordExporter();
  const ids = new InvocationIds();
  const provider = new LoggerProvider({ processors: [ids, new SimpleLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger('test');
  const context = (awsRequestId: unknown): object => ({ awsRequestId, getRemainingTimeInMillis: () => 1000 });
  const idOf = (body: string): unknown =>
    exporter.getFinishedLogRecords().find((record) => record.body === body)!.attributes['faas.invocation_id'];
  type Call = (...args: unknown[]) => unknown;
  const wrap = (handler: Call): Call => ids.wrap(handler) as Call;

  it('tells invocations apart that run at once', async () => {
    const handler = wrap(async (event) => {
      await Promise.resolve();
      logger.emit({ body: `of ${String(event)}` });
      return event;
    });
    expect(await Promise.all([handler('a', context('id-a')), handler('b', context('id-b'))])).to.deep.equal([
      'a',
      'b',
    ]);
    expect([idOf('of a'), idOf('of b')]).to.deep.equal(['id-a', 'id-b']);
  });

  it('leaves records alone that have one, that are made outside, or where the context has none', () => {
    wrap(() => {
      logger.emit({ body: 'own', attributes: { 'faas.invocation_id': 'mine' } });
    })({}, context('id'));
    logger.emit({ body: 'outside' });
    for (const without of [undefined, {}, context(undefined), context('')]) {
      wrap(() => {
        logger.emit({ body: `without ${JSON.stringify(without)}` });
      })({}, without);
      expect(idOf(`without ${JSON.stringify(without)}`)).to.equal(undefined);
    }
    expect([idOf('own'), idOf('outside')]).to.deep.equal(['mine', undefined]);
  });

  it('is called as the handler is, with what the runtime reads of it', () => {
    const handler = function (this: unknown, event: unknown, stream: unknown, last: unknown): unknown {
      logger.emit({ body: 'streamed' });
      return [this, event, stream, last];
    };
    const marked = Object.assign(handler, { [STREAMING]: 'response' });
    const wrapped = wrap(marked);
    expect(wrapped).to.have.lengthOf(3);
    expect((wrapped as unknown as typeof marked)[STREAMING]).to.equal('response');
    const self = {};
    const last = context('id-stream');
    expect(Reflect.apply(wrapped, self, ['event', 'stream', last])).to.deep.equal([
      self,
      'event',
      'stream',
      last,
    ]);
    expect(idOf('streamed')).to.equal('id-stream');
  });

  it('has no say in whether records are made, and nothing to flush', async () => {
    const alone = new LoggerProvider({ processors: [new InvocationIds()] });
    expect(alone.getLogger('test').enabled()).to.equal(false);
    await alone.forceFlush();
    await alone.shutdown();
  });
});
