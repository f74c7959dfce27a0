import { expect } from 'chai';

import type { MetricSeries } from '../../../src/simulation/metrics/metric-series.js';
import { MetricStore, type MetricValues } from '../../../src/simulation/metrics/metric-store.js';
import { START } from '../local-service.js';

const MINUTE = 60_000;
const SERIES: MetricSeries = {
  region: 'us-east-1',
  namespace: 'App',
  metricName: 'm',
  unit: 'None',
  dimensions: {},
};

describe('MetricStore', () => {
  it('keeps 20,000 datapoints, and hands over what the oldest held', () => {
    const published: MetricValues[] = [];
    const store = new MetricStore(
      () => START,
      (values) => published.push(values),
    );
    for (let minute = 0; minute < 20_000; minute++) store.add(SERIES, START + minute * MINUTE, minute);
    expect(published).to.have.length(0);
    store.add(SERIES, START - MINUTE, -1);
    expect(published.map(({ timestamp, values }) => [timestamp, [...values]])).to.deep.equal([
      [START, [[0, 1]]],
    ]);
    const { datapoints } = store.read()[0]!;
    expect(datapoints).to.have.length(20_000);
    expect(datapoints[0]).to.include({ timestamp: START - MINUTE, sum: -1 });
    expect(datapoints[1]).to.include({ timestamp: START + MINUTE, sum: 1 });
  });

  it('hands over once what came in minutes that are over, by the clock', () => {
    const clock = { time: START + 59_999 };
    const published: number[] = [];
    const store = new MetricStore(
      () => clock.time,
      ({ values }) => published.push(...values.keys()),
    );
    store.add(SERIES, START, 1);
    store.publishDue();
    expect(published).to.deep.equal([]);
    clock.time++;
    store.publishDue();
    store.publishDue();
    expect(published).to.deep.equal([1]);
    store.add(SERIES, START, 2);
    store.publishDue();
    expect(published).to.deep.equal([1]);
    store.publishDue({ all: true });
    expect(published).to.deep.equal([1, 2]);
    expect(store.read()[0]!.datapoints[0]).to.include({ sampleCount: 2, sum: 3 });
  });

  it('tells metrics apart by region, unit and dimensions', () => {
    const store = new MetricStore(
      () => START,
      () => undefined,
    );
    for (const more of [{}, { region: 'eu-west-1' }, { unit: 'Count' }, { dimensions: { a: '1' } }]) {
      store.add({ ...SERIES, ...more }, START, 1);
      store.add({ ...SERIES, ...more }, START, 1);
    }
    expect(store.read().map(({ datapoints }) => datapoints[0]!.sum)).to.deep.equal([2, 2, 2, 2]);
    expect(store.read({ namespace: 'Other' })).to.deep.equal([]);
    store.clear();
    expect(store.read()).to.deep.equal([]);
  });
});
