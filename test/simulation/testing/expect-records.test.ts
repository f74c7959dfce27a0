import { AssertionError } from 'node:assert';
import { expect } from 'chai';
import { expectRecords, LocalCloudWatchLogs, type PlacedEvent } from '../../../src/simulation/index.js';

describe('expectRecords', () => {
  const event = (fields: object | string, logGroupName = '/app'): PlacedEvent => ({
    logGroupName,
    logStreamName: 's',
    timestamp: 1_000,
    message: typeof fields === 'string' ? fields : JSON.stringify(fields),
  });
  const events = [
    event({ body: 'order placed', severity_text: 'INFO', attributes: { id: 1, tags: ['a', 'b'] } }),
    event({ body: 'payment failed', severity_text: 'ERROR', attributes: { id: 1 } }),
    event('plain text', '/other'),
    event('[1]'),
    event({ body: 'order placed', severity_text: 'INFO', attributes: { id: 2 } }),
  ];
  const now = expectRecords(events, { timeoutMillis: 0 });

  async function failureOf(promise: Promise<unknown>): Promise<AssertionError> {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(AssertionError);
    return error as AssertionError;
  }

  it('finds a record by some of its members', async () => {
    const found = await now.toContain({ body: 'order placed', attributes: { id: 2 } });
    expect(found.fields.severity_text).to.equal('INFO');
  });

  it('matches by expressions, functions, lists, the message and the place', async () => {
    await now.toContain({ body: /^payment/g, attributes: { id: (id: unknown) => id === 1 } });
    await now.toContain({ body: /^payment/g });
    await now.toContain({ attributes: { tags: ['a', /b/] } });
    await now.toContain({ message: 'plain text', logGroupName: '/other', timestamp: 1_000 });
    await now.toContain({ attributes: { id: 2, tags: undefined } });
    const wrong: Readonly<Record<string, unknown>>[] = [
      { attributes: { tags: ['a'] } },
      { attributes: { tags: 'a' } },
      { attributes: { id: { deep: 1 } } },
      { attributes: { missing: 1 } },
      { body: [] },
      { toString: /function/ },
    ];
    for (const pattern of wrong) await failureOf(now.toContain(pattern));
  });

  it('counts, of all and of a kind', async () => {
    await now.toHaveCount(5);
    expect(await now.toHaveCount(2, { severity_text: 'INFO' })).to.have.length(2);
    expect((await failureOf(now.toHaveCount(3, { severity_text: 'INFO' }))).message).to.contain(
      "expected 3 records { severity_text: 'INFO' }, and there are 2; ",
    );
    expect((await failureOf(now.toHaveCount(1, { severity_text: 'INFO' }))).message).to.contain(
      "expected 1 record { severity_text: 'INFO' }, and there are 2; ",
    );
    expect((await failureOf(now.toHaveCount(1))).message).to.contain('expected 1 record, and there are 5; ');
  });

  it('says that there is none', async () => {
    await now.toHaveNone({ severity_text: 'FATAL' });
    expect((await failureOf(now.toHaveNone())).message).to.contain('expected no record');
  });

  it('wants an order, with others in between', async () => {
    const [first, second] = [{ body: 'payment failed' }, { body: 'order placed' }];
    expect(await now.inOrder([first, second])).to.have.length(2);
    expect((await failureOf(now.inOrder([second, first, first]))).message).to.contain('record 3 of 3');
  });

  it('shows the nearest records, and what differs', async () => {
    const { message, expected } = await failureOf(
      now.toContain({ body: 'order placed', severity_text: 'WARN' }),
    );
    expect(message).to.match(/of 5, the nearest are\n {2}\/app .*order placed.*\(differs: severity_text\)/);
    expect(expected).to.deep.equal({ body: 'order placed', severity_text: 'WARN' });
    const none = await failureOf(expectRecords([], { timeoutMillis: 0 }).toContain({ body: 'x' }));
    expect(none.message).to.contain('there is no record');
  });

  it('reads one group or stream', async () => {
    await expectRecords(events, { logGroupName: '/other' }).toHaveCount(1);
    await expectRecords(events, { logStreamName: 'none', timeoutMillis: 0 }).toHaveNone();
  });

  it('waits for a record that comes later', async () => {
    const local = await LocalCloudWatchLogs.start();
    try {
      const waiting = expectRecords(local).toContain({ body: 'late' });
      await local.put([event({ body: 'late' })]);
      expect((await waiting).logGroupName).to.equal('/app');
    } finally {
      await local.stop();
    }
  });

  it('refuses wrong options', () => {
    expect(() => expectRecords([], { timeoutMillis: -1 })).to.throw('timeoutMillis must');
    expect(() => expectRecords([], { timeout: 1 } as never)).to.throw('did you mean timeoutMillis?');
  });
});
