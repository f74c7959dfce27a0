import { expect } from 'chai';
import fc from 'fast-check';
import {
  type EventScan,
  type IndexCondition,
  type ScanStatistics,
} from '../../../src/simulation/insights-ql/event-source.js';
import { extractField } from '../../../src/simulation/insights-ql/values/discovery.js';
import { indexKey } from '../../../src/simulation/insights-ql/values/value.js';
import { type EventStore } from '../../../src/simulation/store/event-store.js';
import { createMemoryEventStore } from '../../../src/simulation/store/memory-event-store.js';
import { createEventSource } from '../../../src/simulation/store/store-event-source.js';

const NOW = 1_700_000_000_000;

function statisticsOf(): ScanStatistics {
  return {
    recordsScanned: 0,
    bytesScanned: 0,
    estimatedRecordsSkipped: 0,
    estimatedBytesSkipped: 0,
    logGroupsScanned: 0,
  };
}

describe('createEventSource', () => {
  let store: EventStore;
  let creationTime: number;
  let formerIndexFields: Record<string, number>;
  let statistics: ScanStatistics;
  beforeEach(() => {
    store = createMemoryEventStore({ defaultIndexedFields: ['trace_id', '@logStream'], maxSegmentEvents: 5 });
    creationTime = 0;
    formerIndexFields = {};
    statistics = statisticsOf();
  });

  function put(
    logGroupName: string,
    at: number,
    message = `${logGroupName}${at}`,
    ingestionTime = NOW,
  ): void {
    store.append({
      logGroupName,
      logStreamName: `s${at % 2}`,
      events: [{ timestamp: NOW + at, message }],
      ingestionTime,
    });
  }

  function scan(parts: Partial<EventScan> = {}): string[] {
    const source = createEventSource(store, {
      accountId: '123456789012',
      region: 'eu-west-1',
      epochMillis: () => NOW,
      logGroups: () =>
        ['g', 'h', 'i'].map((logGroupName) => ({
          logGroupName,
          logGroupClass: 'STANDARD',
          tags: { team: 'x' },
          creationTime,
          formerIndexFields,
        })),
    });
    const chunks = source.scan(
      {
        logGroupNames: ['g', 'h', 'i'],
        startTimeMillis: 0,
        endTimeMillis: NOW * 2,
        indexConditions: [],
        ...parts,
      },
      statistics,
    );
    return [...chunks].flat().map(({ message }) => message);
  }

  function traceIs(required: boolean, ...values: string[]): IndexCondition[] {
    return [{ field: 'trace_id', values, required }];
  }

  it('merges groups newest first, whatever came when', () => {
    const event = fc.record({ logGroupName: fc.constantFrom('g', 'h', 'i'), at: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        store = createMemoryEventStore({ maxSegmentEvents: 5 });
        for (const [index, { logGroupName, at }] of events.entries()) {
          put(logGroupName, at, `${at} ${index}`, NOW + index);
        }
        const expected = events
          .map(({ at }, index) => ({ at, index }))
          .sort((left, right) => right.at - left.at || right.index - left.index)
          .map(({ at, index }) => `${at} ${index}`);
        expect(scan()).to.deep.equal(expected);
      }),
      { seed: 60, numRuns: 200 },
    );
  });

  it('leaves out events from before their group, and groups that do not exist', () => {
    put('g', 0);
    put('g', 1);
    put('gone', 2);
    creationTime = NOW + 1;
    expect(scan({ logGroupNames: ['g', 'gone', 'g'] })).to.deep.equal(['g1']);
    expect(statistics).to.include({ recordsScanned: 1, bytesScanned: 2, logGroupsScanned: 1 });
  });

  it('takes both ends of the time range in', () => {
    for (const at of [0, 1, 2, 3]) put('g', at);
    expect(scan({ startTimeMillis: NOW + 1, endTimeMillis: NOW + 2 })).to.deep.equal(['g2', 'g1']);
  });

  it('reads only what an index can not rule out, and counts the rest', () => {
    for (let at = 0; at < 20; at++) put('g', at, `{"trace_id":"t${at % 10}"}`);
    expect(scan({ indexConditions: traceIs(false, 't3', 't4') }).length).to.equal(4);
    expect(statistics).to.deep.equal({
      recordsScanned: 4,
      bytesScanned: 4 * 17,
      estimatedRecordsSkipped: 16,
      estimatedBytesSkipped: 16 * 17,
      logGroupsScanned: 3,
    });
  });

  it('needs every condition to hold', () => {
    for (let at = 0; at < 10; at++) put('g', at, `{"trace_id":"t${at % 3}","n":${at}}`);
    const conditions = [...traceIs(false, 't1'), { field: '@logStream', values: ['s1'], required: false }];
    expect(scan({ indexConditions: conditions })).to.deep.equal([
      '{"trace_id":"t1","n":7}',
      '{"trace_id":"t1","n":1}',
    ]);
  });

  it('uses the index of a field that no policy names any more for 30 days', () => {
    put('g', 0, '{"trace_id":"a"}');
    put('g', 1, '{"trace_id":"b"}');
    const thirtyDays = 30 * 24 * 60 * 60 * 1000;
    const read = (required: boolean): number => {
      statistics = statisticsOf();
      scan({ indexConditions: traceIs(required, 'a') });
      return statistics.recordsScanned;
    };
    formerIndexFields = { trace_id: NOW - thirtyDays + 1 };
    expect([read(false), read(true)]).to.deep.equal([1, 1]);
    formerIndexFields = { trace_id: NOW - thirtyDays };
    expect([read(false), read(true)]).to.deep.equal([2, 0]);
  });

  it('reads events from before the index, unless it is required', () => {
    store.setIndexedFields('g', []);
    put('g', 0, '{"trace_id":"old"}');
    store.setIndexedFields('g', ['trace_id']);
    put('g', 1, '{"trace_id":"new"}');
    put('g', 2, '{"trace_id":"other"}');
    expect(scan({ indexConditions: traceIs(false, 'new') })).to.deep.equal(['{"trace_id":"new"}']);
    expect(statistics.recordsScanned).to.equal(2);
    expect(scan({ indexConditions: traceIs(true, 'new') })).to.deep.equal(['{"trace_id":"new"}']);
    expect(store.indexedFields('g')).to.deep.equal(['trace_id']);
    expect(store.indexedFields('unknown')).to.deep.equal(['trace_id', '@logStream']);
  });

  it('finds numbers however they are written', () => {
    store.setIndexedFields('g', ['status']);
    for (const [at, text] of ['500', '"500"', '5e2', '"0500.0"', '501', '"x"'].entries()) {
      put('g', at, `{"status":${text}}`);
    }
    const indexConditions = [{ field: 'status', values: ['500'], required: true }];
    expect(scan({ indexConditions }).length).to.equal(4);
  });

  it('never leaves out what a filter would keep, indexed or not', () => {
    const value = fc.constantFrom('a', 'ab', '5', '05', '1', '', 'é', '"', '\\', '\n', 'true', '{"f":"a"}');
    const scalar = fc.oneof(value, fc.constantFrom(5, 1, 0, true, false, null), fc.constant(['a']));
    const record = fc.record(
      { f: scalar, g: scalar, nested: fc.record({ f: scalar }) },
      { requiredKeys: [] },
    );
    const spelled = fc.tuple(record, fc.boolean()).map(([members, hidden]) => {
      const text = JSON.stringify(members);
      return hidden ? text.replaceAll('a', '\\u0061') : text;
    });
    fc.assert(
      fc.property(
        fc.array(spelled, { maxLength: 12 }),
        fc.constantFrom('f', 'g', 'nested.f'),
        fc.array(value, { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        (messages, field, values, indexed) => {
          store = createMemoryEventStore({
            defaultIndexedFields: indexed ? [field] : [],
            maxSegmentEvents: 5,
          });
          for (const [at, message] of messages.entries()) put('g', at, message);
          const found = scan({ indexConditions: [{ field, values, required: false }] });
          const keep = messages.filter((message) => {
            const seen = extractField(message, field, 'g');
            return seen !== undefined && values.some((text) => indexKey(text) === indexKey(seen));
          });
          const kept = new Set(keep);
          expect(found.filter((message) => kept.has(message))).to.deep.equal(keep.reverse());
        },
      ),
      { seed: 61, numRuns: 500 },
    );
  });

  it('survives removals while it reads', () => {
    for (let at = 0; at < 500; at++) put('g', at);
    const source = createEventSource(store, {
      accountId: '1',
      region: 'r',
      epochMillis: () => NOW,
      logGroups: () => [{ logGroupName: 'g', logGroupClass: 'STANDARD', tags: {}, creationTime: 0 }],
    });
    const all = { logGroupNames: ['g'], startTimeMillis: 0, endTimeMillis: NOW * 2, indexConditions: [] };
    const seen: string[] = [];
    for (const chunk of source.scan(all, statistics)) {
      for (const { message } of chunk) seen.push(message);
      store.deleteLogGroup('g');
    }
    expect(seen.length).to.be.within(1, 499);
    expect([...source.logGroups()].length).to.equal(1);
  });
});
