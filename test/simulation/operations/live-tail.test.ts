import {
  CreateLogGroupCommand,
  StartLiveTailCommand,
  type StartLiveTailCommandInput,
  type StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { clientFor, failure, LocalService, START } from '../local-service.js';

const ARN = 'arn:aws:logs:us-east-1:000000000000:log-group:/app';

describe('StartLiveTail', () => {
  let service: LocalService;
  let client: ReturnType<typeof clientFor>;

  before(async () => {
    service = await LocalService.start();
    await service.createStream('/app');
    client = clientFor(service.local, { disableHostPrefix: true });
  });
  after(async () => {
    client.destroy();
    await service.stop();
  });

  const tail = (input: Partial<StartLiveTailCommandInput> = {}) =>
    client.send(new StartLiveTailCommand({ logGroupIdentifiers: [ARN], ...input }));

  it('streams what comes, after a start', async () => {
    const { responseStream } = await tail({ logEventFilterPattern: 'ERROR' });
    const stream = responseStream![Symbol.asyncIterator]();
    const next = async () => (await stream.next()).value as StartLiveTailResponseStream;
    expect((await next()).sessionStart).to.deep.include({
      logGroupIdentifiers: [ARN],
      logEventFilterPattern: 'ERROR',
    });
    await service.put('/app', [
      [-1, 'fine'],
      [0, 'ERROR x'],
    ]);
    let update = (await next()).sessionUpdate!;
    while (update.sessionResults!.length === 0) update = (await next()).sessionUpdate!;
    expect(update.sessionMetadata).to.deep.equal({ sampled: false });
    expect(update.sessionResults).to.deep.equal([
      {
        logStreamName: 'stream',
        logGroupIdentifier: '000000000000:/app',
        message: 'ERROR x',
        timestamp: START,
        ingestionTime: START,
      },
    ]);
    await service.put(
      '/app',
      Array.from({ length: 600 }, () => [0, 'ERROR'] as const),
    );
    do update = (await next()).sessionUpdate!;
    while (update.sessionResults!.length === 0);
    expect([update.sessionResults!.length, update.sessionMetadata!.sampled]).to.deep.equal([500, true]);
    await stream.return?.();
  });

  it('refuses what can not be followed', async () => {
    await client.send(
      new CreateLogGroupCommand({ logGroupName: '/rare', logGroupClass: 'INFREQUENT_ACCESS' }),
    );
    const cases: [Partial<StartLiveTailCommandInput>, string][] = [
      [{ logGroupIdentifiers: ['/app'] }, 'InvalidParameterException'],
      [{ logGroupIdentifiers: [`${ARN}:*`] }, 'InvalidParameterException'],
      [{ logGroupIdentifiers: [`${ARN}x`] }, 'ResourceNotFoundException'],
      [{ logGroupIdentifiers: [ARN.replace('/app', '/rare')] }, 'InvalidOperationException'],
      [{ logStreamNames: ['a'], logStreamNamePrefixes: ['a'] }, 'InvalidParameterException'],
      [{ logGroupIdentifiers: [ARN, ARN], logStreamNames: ['a'] }, 'InvalidParameterException'],
      [{ logEventFilterPattern: '{' }, 'InvalidParameterException'],
      [{ logGroupIdentifiers: [] }, 'InvalidParameterException'],
    ];
    for (const [input, name] of cases) expect((await failure(tail(input))).name).to.equal(name);
  });

  for (const kind of ['reset-after', 'truncate'] as const) {
    it(`breaks off by a fault of the kind ${kind}`, async () => {
      service.local.faults.add({ kind, operations: ['StartLiveTail'], count: 1 });
      const broken = tail().then(async ({ responseStream }) => {
        for await (const event of responseStream!) if (event.sessionStart) return;
        throw new Error('the stream ended');
      });
      await failure(broken);
      const { responseStream } = await tail();
      const stream = responseStream![Symbol.asyncIterator]();
      expect((await stream.next()).value).to.have.property('sessionStart');
      await stream.return?.();
    });
  }

  it('is bounded in sessions', async () => {
    const abort = new AbortController();
    const opened: Promise<unknown>[] = [];
    const many = clientFor(service.local, { disableHostPrefix: true });
    let refusal = '';
    for (let count = 0; count < 17 && refusal === ''; count++) {
      const sent = many.send(new StartLiveTailCommand({ logGroupIdentifiers: [ARN] }), {
        abortSignal: abort.signal,
      });
      opened.push(sent);
      await sent.catch((error: unknown) => (refusal = (error as Error).name));
    }
    expect(refusal).to.equal('LimitExceededException');
    abort.abort();
    many.destroy();
    await Promise.allSettled(opened);
  });
});
