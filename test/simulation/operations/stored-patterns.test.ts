import { expect } from 'chai';

import { MetricStore } from '../../../src/simulation/metrics/metric-store.js';
import {
  type MetricFilterDocument,
  metricFiltersOf,
} from '../../../src/simulation/operations/collections.js';
import { parseStoredPattern, storedFilterTest } from '../../../src/simulation/operations/filter-pattern.js';
import { observeMetrics } from '../../../src/simulation/operations/metric-observations.js';
import { MemoryCatalog } from '../../../src/simulation/store/memory-catalog.js';
import { START } from '../local-service.js';

const GROUP = '/app';

/** What an earlier version stored, and this one would not take. */
describe('a stored filter', () => {
  it('whose pattern is none matches nothing', () => {
    expect(parseStoredPattern('""')).to.equal(undefined);
    expect(storedFilterTest('""')('anything')).to.equal(false);
    expect(storedFilterTest('{ $.a = null }')('{"a":null}')).to.equal(false);
    expect(storedFilterTest('any')('anything')).to.equal(true);
  });

  it('whose pattern or selectors are none keeps no event from being stored, and no other filter from its values', () => {
    const catalog = new MemoryCatalog();
    const put = (filterName: string, filterPattern: string, more: object = {}): void => {
      const filter: MetricFilterDocument = {
        filterName,
        filterPattern,
        metricTransformations: [
          { metricName: filterName, metricNamespace: 'App', metricValue: '1', ...more },
        ],
        creationTime: START,
        logGroupName: GROUP,
        applyOnTransformedLogs: false,
      };
      catalog.put(metricFiltersOf(GROUP), filterName, filter);
    };
    put('a', '""');
    put('b', '{ $.n = * }', { metricValue: '$.list[*]' });
    put('c', '{ $.n = * }', { dimensions: { a: 'literal' } });
    put('d', '{ $.n = * }');
    const store = new MetricStore(
      () => START,
      () => undefined,
    );
    observeMetrics(
      { accountId: '000000000000', region: 'us-east-1', catalog },
      {
        group: {
          logGroupName: GROUP,
          creationTime: START,
          logGroupClass: 'STANDARD',
          tags: {},
          deletionProtectionEnabled: false,
        },
        logStreamName: 's',
        events: [{ timestamp: START, message: '{"n":1,"list":[2]}' }],
        appended: { count: 1, eventId: () => '1', ptr: () => 'p' },
        ingestionTime: START,
      },
      store,
    );
    expect(store.read().map(({ metricName }) => metricName)).to.deep.equal(['d']);
  });
});
