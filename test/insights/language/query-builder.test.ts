import { expect } from 'chai';
import { OptionError } from '../../../src/cloudwatch/errors.js';
import { as, bin, call, count, field, literal } from '../../../src/insights/language/expressions.js';
import { FilterBuilder } from '../../../src/insights/language/filter-builder.js';
import { QueryBuilder } from '../../../src/insights/language/query-builder.js';

describe('QueryBuilder', () => {
  it('never changes what a method was called on', () => {
    const base = new QueryBuilder().fields('a');
    const longer = base.limit(1);
    expect(base.toString()).to.equal('fields a');
    expect(longer.toString()).to.equal('fields a\n| limit 1');
  });

  it('makes statistics by bins and computed columns', () => {
    const query = new QueryBuilder()
      .stats([as(count(), 'events'), count('trace_id')], [bin(5, 'm'), 'service'])
      .sort(field('events'), 'desc');
    expect(query.toString()).to.equal(
      'stats count(*) as events, count(trace_id) by bin(5m), service\n| sort events desc',
    );
    const joined = new QueryBuilder().fields(as(call('concat', 'a', literal('-'), literal(1.5)), 'ab'));
    expect(joined.toString()).to.equal('fields concat(a, "-", 1.5) as ab');
  });

  it('writes every other command', () => {
    const query = new QueryBuilder()
      .display('a')
      .filterIndex('trace_id', 'x')
      .parse('@message', 'user=*, id=*', 'user', 'id')
      .parse('@message', /ms=(?<ms>\d+)/)
      .unnest('items', 'item')
      .pattern()
      .dedup('a', 'b-c');
    expect(query.toString()).to.equal(
      [
        'display a',
        'filterIndex trace_id = "x"',
        'parse @message "user=*, id=*" as user, id',
        'parse @message /ms=(?<ms>\\d+)/',
        'unnest items into item',
        'pattern @message',
        'dedup a, `b-c`',
      ].join('\n| '),
    );
  });

  it('writes numbers without an exponent', () => {
    const filter = (value: number): string => new FilterBuilder().equals('n', value).toString();
    expect(filter(1e21)).to.equal('n = 1000000000000000000000');
    expect(filter(1e-7)).to.equal('n = 0.0000001');
    expect(() => filter(NaN)).to.throw(OptionError);
  });

  it('refuses what cannot be a query', () => {
    expect(() => new QueryBuilder().fields()).to.throw(OptionError, 'fields');
    expect(() => new QueryBuilder().limit(0)).to.throw(OptionError, 'limit');
    expect(() => new QueryBuilder().limit(100_001)).to.throw(OptionError, 'limit');
    expect(new QueryBuilder().limit(100_000).toString()).to.equal('limit 100000');
    expect(() => new QueryBuilder().parse('a', 'x*y*', 'only')).to.throw(OptionError, 'names');
    expect(() => new QueryBuilder().parse('a', 'plain')).to.throw(OptionError, 'names');
    expect(() => new QueryBuilder().parse('a', /x/, 'name')).to.throw(OptionError, 'names');
    expect(() => new QueryBuilder().filterIndex('a', [])).to.throw(OptionError, 'values');
    expect(() => new QueryBuilder().filter((one) => one)).to.throw(OptionError, 'filter');
    expect(() => bin(0, 'm')).to.throw(OptionError);
    expect(() => new QueryBuilder().fields(call('a b')).toString()).to.throw(OptionError, 'function');
  });
});

describe('FilterBuilder', () => {
  it('joins what is demanded with and, alternatives in parentheses', () => {
    const filter = new FilterBuilder()
      .greaterThan('a', 1)
      .lessThan('a', 9)
      .atMost('b', 2)
      .any(new FilterBuilder().contains('m', 'x'), (one) => one.notMatches('m', 'y+'))
      .not((one) => one.notEquals('c', 'z'));
    expect(filter.toString()).to.equal(
      'a > 1 and a < 9 and b <= 2 and (m like "x" or m not like /y+/) and not (c != "z")',
    );
  });

  it('refuses empty lists', () => {
    expect(() => new FilterBuilder().in('a', [])).to.throw(OptionError);
    expect(() => new FilterBuilder().any()).to.throw(OptionError);
    expect(() => new FilterBuilder().all()).to.throw(OptionError);
  });
});
