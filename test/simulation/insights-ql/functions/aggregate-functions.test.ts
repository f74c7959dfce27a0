import { expect } from 'chai';
import {
  MAX_EXACT_DISTINCT,
  DistinctCount,
} from '../../../../src/simulation/insights-ql/functions/distinct-count.js';
import { aggregateFunctions } from '../../../../src/simulation/insights-ql/functions/index.js';
import { Timestamp, type Value } from '../../../../src/simulation/insights-ql/values/value.js';

/** Runs a function over rows of one field; the rows' timestamps are their positions. */
function over(name: string, values: readonly Value[], ...constants: Value[]): Value {
  const rows = values.map((value) => (name === 'topk' ? [constants[0]!, value] : [value, ...constants]));
  return run(name, rows, name === 'topk' ? [constants[0]!, null] : [null, ...constants]);
}

function run(
  name: string,
  rows: readonly (readonly Value[])[],
  constants: readonly Value[] = [],
  timestamp: (index: number) => number | undefined = (index) => index,
): Value {
  const accumulator = aggregateFunctions.get(name.toLowerCase())!.create(constants);
  rows.forEach((args, index) => {
    accumulator.add(args, { timestamp: timestamp(index) });
  });
  return accumulator.result();
}

describe('aggregateFunctions', () => {
  const table: readonly (readonly [string, readonly Value[], readonly Value[], Value])[] = [
    ['count', ['a', null, 1], [], 2],
    ['avg', [1, '2', 'x', null, 6], [], 3],
    ['avg', ['x'], [], null],
    ['sum', [0.1, 0.2, 0.3], [], 0.6],
    ['sum', [1e100, 1, -1e100], [], 1],
    ['sum', ['x', null], [], null],
    ['min', [3, '1.5', 'x', null], [], 1.5],
    ['max', [3, '12', null], [], 12],
    ['max', [], [], null],
    ['min', [new Timestamp(5), new Timestamp(3)], [], new Timestamp(3)],
    ['max', [new Timestamp(5), 7], [], 7],
    ['earliest', [null, new Timestamp(5), new Timestamp(3)], [], 5],
    ['latest', [new Timestamp(5), new Timestamp(3), null], [], 3],
    ['latest', ['a', true], [], true],
    ['median', [3, '1', 2, 'x'], [], 2],
    ['variance', [2, 4, 4, 4, 5, 5, 7, 9], [], 4],
    ['variance', [], [], null],
    ['count_distinct', ['a', 'b', 'a', null, 1, '1', ['x']], [], 3],
    ['countDistinct', ['a'], [], 1],
    ['collect_values', [1], [], [1]],
    ['topk', ['b', 'a', 'b', null, 'c', 'a', 'b'], [2], ['b', 'a']],
    ['earliest', [null, 'b', 'c'], [], 'b'],
    ['latest', ['a', 'b', null], [], 'b'],
    ['sortsFirst', ['b', 10, 'a9', null, 'a10'], [], 'a9'],
    ['sortsLast', ['b', 10, '9', null], [], 10],
    ['sortsFirst', [null], [], null],
    ['count_over_time', ['a', null, 'b'], [], 2],
    ['sum_over_time', [1, 2, '3'], [], 6],
    ['countOverTime', ['a'], [], 1],
  ];
  for (const [name, values, constants, result] of table) {
    it(`${name} of ${JSON.stringify(values)}`, () => {
      expect(over(name, values, ...constants)).to.deep.equal(result);
    });
  }

  it('counts rows without an argument', () => {
    expect(run('count', [[], [], []])).to.equal(3);
    expect(run('count', [])).to.equal(0);
  });

  it('not documented: stddev is that of the population', () => {
    expect(over('stddev', [2, 4, 4, 4, 5, 5, 7, 9])).to.equal(2);
    expect(over('stddev', [])).to.equal(null);
    expect(over('stddev', [5])).to.equal(0);
  });

  it('not documented: median of an even count is the mean of the two in the middle', () => {
    expect(over('median', [9, '1', 4, 2, 'x', null])).to.equal(3);
    expect(over('median', [1e308, 1.5e308])).to.equal(1.25e308);
    expect(over('median', [7])).to.equal(7);
    expect(over('median', [])).to.equal(null);
  });

  it('not documented: pct takes the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(over('pct', values, 95)).to.equal(95);
    expect(over('pct', values, 0)).to.equal(1);
    expect(over('pct', values, 100)).to.equal(100);
    expect(over('pct', [15, 20, 35, 40, 50], 30)).to.equal(20);
    expect(over('pct', [], 50)).to.equal(null);
    expect(over('pct', ['x'], 50)).to.equal(null);
  });

  it('not documented: values lists each value once, in the order in which they come', () => {
    expect(over('values', ['b', 'a', 'b', null, 1])).to.deep.equal(['b', 'a', 1]);
  });

  it('earliest and latest go by @timestamp, not by the order of rows', () => {
    const rows = [['b'], ['a'], ['c'], ['no time']];
    const times = [20, 10, 30, undefined];
    expect(run('earliest', rows, [], (index) => times[index])).to.equal('a');
    expect(run('latest', rows, [], (index) => times[index])).to.equal('c');
  });

  it('rate is the change of a field for each interval', () => {
    const rows = [[10], [40], ['x'], [70]];
    const seconds = [0, 30, 45, 60];
    const time = (index: number) => seconds[index]! * 1000;
    expect(run('rate', rows, [null, '1m'], time)).to.equal(60);
    expect(run('rate', rows, [null, '1s'], time)).to.equal(1);
    expect(run('rate', rows, [null, '90s'], time)).to.equal(90);
    expect(run('rate', [...rows].reverse(), [null, '1m'], (index) => time(3 - index))).to.equal(60);
    expect(run('rate', [[1]], [null, '1m'])).to.equal(null);
    expect(run('rate', rows, [null, 'soon'], time)).to.equal(null);
    expect(run('rate', rows, [null, '1mo'], time)).to.equal(30 * 24 * 60 * 60);
  });

  it('histogram counts the numbers of ranges of equal width', () => {
    expect(over('histogram', [0, 1, 2.5, 5, 10, 'x'], 2)).to.deep.equal(
      new Map([
        ['0-5', 3],
        ['5-10', 2],
      ]),
    );
    expect(over('histogram', [3, 3], 4)).to.deep.equal(new Map([['3-3', 2]]));
    expect(over('histogram', [], 4)).to.equal(null);
    expect(over('histogram', [1], null)).to.deep.equal(new Map([['1-1', 1]]));
  });

  it('says what is wrong with constant arguments', () => {
    const problem = (name: string, ...constants: Value[]) =>
      aggregateFunctions.get(name)!.problem!(constants);
    for (const percent of [0, 99.9, 100]) expect(problem('pct', null, percent)).to.equal(undefined);
    for (const percent of [-0.1, 100.1, null, 'x'])
      expect(problem('pct', null, percent)).to.include('0 to 100');
    for (const k of [1, 10_000]) expect(problem('topk', k, null)).to.equal(undefined);
    for (const k of [0, 10_001, 1.5, null]) expect(problem('topk', k, null)).to.include('1 to 10000');
    expect(problem('rate', null, '5m')).to.equal(undefined);
    expect(problem('rate', null, 5)).to.include('period');
    expect(problem('histogram', null, 10)).to.equal(undefined);
    expect(problem('histogram', null, 0)).to.include('whole number');
  });

  it('holds topk to a stats of its own', () => {
    expect(aggregateFunctions.get('topk')!.alone).to.equal(true);
  });
});

describe('DistinctCount', () => {
  it('is exact up to its bound and an estimate beyond', () => {
    const few = new DistinctCount(100);
    for (let index = 0; index < 200; index++) few.add(`value-${index % 100}`);
    expect(few.count).to.equal(100);
    few.add('one more');
    expect(few.count).to.be.closeTo(101, 2);
    const many = new DistinctCount();
    for (let index = 0; index < 3 * MAX_EXACT_DISTINCT; index++) many.add(`value-${index}`);
    expect(many.count).to.be.closeTo(3 * MAX_EXACT_DISTINCT, 0.04 * 3 * MAX_EXACT_DISTINCT);
  });
});
