import { expect } from 'chai';

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
    new QueryService({ events: {} as EventSource, now }, { maxConcurrent });
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
});
