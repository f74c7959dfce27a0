import { expect } from 'chai';
import sinon from 'sinon';

import type { CompiledQuery, QueryRange, ResultRow } from '../../../src/simulation/queries/query-engine.js';
import { QueryService } from '../../../src/simulation/queries/query-service.js';
import type { EventSource } from '../../../src/simulation/insights-ql/event-source.js';

const RANGE: QueryRange = {
  logGroupNames: ['/app'],
  startTimeMillis: 0,
  endTimeMillis: 1,
  limit: 10,
  now: 0,
  lookupTables: new Map(),
};
const STATISTICS = {
  recordsMatched: 0,
  recordsScanned: 0,
  estimatedRecordsSkipped: 0,
  bytesScanned: 0,
  estimatedBytesSkipped: 0,
  logGroupsScanned: 0,
};

/** A query that runs until the promise resolves. */
function query(until: Promise<unknown>, rows: readonly ResultRow[] = []): CompiledQuery {
  return {
    source: () => undefined,
    start: () => ({
      run: async (signal) => {
        await Promise.race([until, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
      },
      rows: () => rows,
      statistics: () => STATISTICS,
    }),
  };
}

const forever = new Promise(() => undefined);

describe('QueryService', () => {
  const create = (maxConcurrent = 100, now = () => 0) =>
    new QueryService(
      { events: {} as EventSource, epochMillis: now },
      { maxConcurrent, maxConcurrentInfrequent: 1 },
    );
  const start = (service: QueryService, compiled: CompiledQuery) => service.start(compiled, RANGE, 'limit 1');

  it('runs a hundred queries at once and not one more', async () => {
    const service = create();
    let end: (value?: unknown) => void = () => undefined;
    const first = start(service, query(new Promise((resolve) => (end = resolve))));
    for (let count = 1; count < 100; count++) start(service, query(forever));
    expect(() => start(service, query(forever)))
      .to.throw('Account maximum query concurrency limit of [100] reached.')
      .with.property('type', 'LimitExceededException');
    end();
    while (first.status !== 'Complete') await new Promise(setImmediate);
    start(service, query(forever));
    service.stop();
    expect(service.list().map(({ status }) => status))
      .to.include('Cancelled')
      .and.not.include('Running');
  });

  it('runs fewer at once over groups of the Infrequent Access class', () => {
    const service = create();
    const infrequent = () => service.start(query(forever), { ...RANGE, isInfrequent: true }, 'limit 1');
    const first = infrequent();
    expect(infrequent).to.throw('Account maximum query concurrency limit of [1] reached.');
    start(service, query(forever));
    service.cancel(first.queryId);
    infrequent();
    service.stop();
  });

  it('is Scheduled, then Running, then as it ends', async () => {
    const service = create();
    const running = start(service, query(forever));
    expect(running.status).to.equal('Scheduled');
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(running.status).to.equal('Running');
    expect([service.cancel(running.queryId), service.cancel(running.queryId)]).to.deep.equal([true, false]);
    expect(running.status).to.equal('Cancelled');
    const failed = start(service, query(Promise.reject(new Error('broken'))));
    while (failed.status !== 'Failed') await new Promise(setImmediate);
    expect(service.cancel('none')).to.equal(false);
  });

  it('does not begin what was cancelled before it ran', async () => {
    const service = create();
    let ran = false;
    const scheduled = service.start(
      {
        source: () => undefined,
        start: () => ({
          run: () => {
            ran = true;
            return Promise.resolve();
          },
          rows: () => [],
          statistics: () => STATISTICS,
        }),
      },
      RANGE,
      'limit 1',
    );
    service.cancel(scheduled.queryId);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect([scheduled.status, ran]).to.deep.equal(['Cancelled', false]);
  });

  it('forgets the oldest results when they are too many, and never what runs', async () => {
    const service = create();
    const runs = start(service, query(forever));
    const many = Array.from({ length: 400_000 }, () => []);
    const ended = [1, 2, 3].map(() => start(service, query(Promise.resolve(), many)));
    while (ended.some(({ status }) => status !== 'Complete')) await new Promise(setImmediate);
    expect(service.list().map(({ queryId }) => queryId)).to.deep.equal([
      ended[2]!.queryId,
      ended[1]!.queryId,
      runs.queryId,
    ]);
    service.stop();
  });

  it('forgets the oldest results when their text is too much, but not the newest', async () => {
    const service = create();
    const text = 'x'.repeat(1024 * 1024);
    const large = Array.from({ length: 130 }, () => [{ field: '@message', value: text }]);
    const ended = [1, 2, 3].map(() => start(service, query(Promise.resolve(), large)));
    while (ended.some(({ status }) => status !== 'Complete')) await new Promise(setImmediate);
    expect(service.list()).to.deep.equal([ended[2]]);
  });

  it('fails a query whose rows cannot be printed, and goes on with others', async () => {
    const service = create();
    const unprintable: CompiledQuery = {
      source: () => undefined,
      start: () => ({
        run: () => Promise.resolve(),
        rows: () => {
          throw new RangeError('Invalid string length');
        },
        statistics: () => STATISTICS,
      }),
    };
    const broken = start(service, unprintable);
    while (broken.status !== 'Failed') await new Promise(setImmediate);
    expect(broken.rows()).to.deep.equal([]);
    const next = start(service, query(Promise.resolve()));
    while (next.status !== 'Complete') await new Promise(setImmediate);
    expect(service.list().map(({ status }) => status)).to.deep.equal(['Complete', 'Failed']);
  });

  it('fails a query whose rows so far cannot be printed', async () => {
    const service = create();
    let isPrintable = true;
    const running = start(service, {
      source: () => undefined,
      start: () => ({
        run: () => new Promise(() => undefined),
        rows: () => {
          if (isPrintable) return [];
          throw new RangeError('Invalid string length');
        },
        statistics: () => STATISTICS,
      }),
    });
    while (running.status !== 'Running') await new Promise(setImmediate);
    isPrintable = false;
    expect(running.rows()).to.deep.equal([]);
    expect(running.status).to.equal('Failed');
  });

  it('works on eight queries at a time, in their order', async () => {
    const service = create();
    const ends: (() => void)[] = [];
    const started = Array.from({ length: 10 }, () =>
      start(service, query(new Promise<void>((resolve) => ends.push(resolve)))),
    );
    const count = (status: string) => started.filter((each) => each.status === status).length;
    while (count('Running') < 8) await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect([count('Running'), count('Scheduled')]).to.deep.equal([8, 2]);
    service.cancel(started[8]!.queryId);
    ends[0]!();
    while (started[9]!.status !== 'Running') await new Promise(setImmediate);
    expect([count('Complete'), count('Running'), count('Cancelled')]).to.deep.equal([1, 8, 1]);
    service.stop();
  });

  it('shows the same rows again while it would take longer to print them than to go on', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['performance'] });
    try {
      const service = create();
      let prints = 0;
      const running = start(service, {
        source: () => undefined,
        start: () => ({
          run: () => new Promise(() => undefined),
          rows: () => {
            prints++;
            clock.tick(100);
            return [];
          },
          statistics: () => STATISTICS,
        }),
      });
      while (running.status !== 'Running') await new Promise(setImmediate);
      for (let poll = 0; poll < 5; poll++) running.rows();
      expect(prints).to.equal(1);
      clock.tick(1000);
      running.rows();
      expect(prints).to.equal(2);
      service.stop();
    } finally {
      clock.restore();
    }
  });
});
