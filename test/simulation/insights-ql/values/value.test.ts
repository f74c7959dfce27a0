import { expect } from 'chai';
import fc from 'fast-check';
import {
  compareForSort,
  compareValues,
  compareWith,
  equalsValue,
  formatValue,
  indexKey,
  parseNumber,
  Timestamp,
  toJson,
  toNumber,
  toText,
  truthy,
  type Value,
} from '../../../../src/simulation/insights-ql/values/value.js';

const list: Value = [1, 'a', null];
const map: Value = new Map<string, Value>([['a', 1]]);
const moment = new Timestamp(1_716_099_016_682);

describe('formatValue', () => {
  it('prints timestamps as results do', () => {
    expect(formatValue(moment)).to.equal('2024-05-19 06:10:16.682');
    expect(formatValue(new Timestamp(Number.NaN))).to.equal(undefined);
  });

  it('prints numbers without exponents, whole ones bare, booleans as 1 and 0, and leaves null out', () => {
    expect([15, -0, 1e21, -1.25e25, 0.5, 1e-7, -1.5e-8, Number.NaN].map(formatValue)).to.deep.equal([
      '15',
      '0',
      '1000000000000000000000',
      '-12500000000000000000000000',
      '0.5',
      '0.0000001',
      '-0.000000015',
      undefined,
    ]);
    expect([true, false, null, 'x'].map(formatValue)).to.deep.equal(['1', '0', undefined, 'x']);
  });

  it('not documented: lists and maps print as JSON', () => {
    expect(formatValue(list)).to.equal('[1,"a",null]');
    expect(formatValue(new Map<string, Value>([['__proto__', list]]))).to.equal('{"__proto__":[1,"a",null]}');
    expect(toJson(moment)).to.equal('"2024-05-19 06:10:16.682"');
  });
});

describe('toNumber', () => {
  it('reads decimal numbers that take up the whole text', () => {
    expect(['1', '-1.5', '+2', '.5', '5.', '6.7E7', ' 8 '].map(parseNumber)).to.deep.equal([
      1, -1.5, 2, 0.5, 5, 67_000_000, 8,
    ]);
    for (const text of ['', ' ', '0xff', 'Infinity', 'NaN', '1e999', '1 2', '1a', 'a1', '.', '-', 'é']) {
      expect(parseNumber(text), text).to.equal(undefined);
    }
  });

  it('takes timestamps as milliseconds, booleans as 1 and 0, and nothing else', () => {
    expect([moment, true, false, 3].map(toNumber)).to.deep.equal([1_716_099_016_682, 1, 0, 3]);
    expect([null, list, map].map(toNumber)).to.deep.equal([undefined, undefined, undefined]);
  });
});

describe('toText', () => {
  it('has none for null, maps and lists', () => {
    expect(['a', 1, null, list, map].map(toText)).to.deep.equal(['a', '1', undefined, undefined, undefined]);
  });
});

describe('truthy', () => {
  it('holds for true and numbers other than 0', () => {
    expect([true, 1, '1', 'true', 'TRUE', moment].map(truthy)).to.not.include(false);
    expect([false, 0, '0', '', 'no', null, list, map].map(truthy)).to.not.include(true);
  });
});

describe('compareWith', () => {
  const holds = (left: Value, operator: '=' | '!=' | '<' | '<=' | '>' | '>=', right: Value) =>
    compareWith(operator, left, right);

  it('compares a text that spells a number with a number by value', () => {
    expect(holds('404', '>=', 400)).to.equal(true);
    expect(holds('9', '<', 10)).to.equal(true);
    expect(holds('10.0', '=', 10)).to.equal(true);
    expect(holds('OK', '=', 1)).to.equal(false);
    expect(holds('OK', '!=', 1)).to.equal(true);
    expect(holds(true, '=', 1)).to.equal(true);
    expect(holds(moment, '>', 1_716_099_016_681)).to.equal(true);
    expect(holds(5, '<=', 5) && holds(5, '>=', 5) && !holds(5, '<', 5)).to.equal(true);
  });

  it('finds a map or list unequal, and not different, to anything', () => {
    for (const structure of [list, map]) {
      for (const operator of ['=', '!=', '<', '>='] as const) {
        expect(holds(structure, operator, 'a') || holds('a', operator, structure)).to.equal(false);
      }
    }
  });

  it('not documented: a missing field satisfies no comparison', () => {
    for (const operator of ['=', '!=', '<', '<=', '>', '>='] as const) {
      expect(holds(null, operator, 'a') || holds(1, operator, null) || holds(null, operator, null)).to.equal(
        false,
      );
    }
  });

  it('not documented: two texts are equal only as texts, and ordered as numbers where both spell one', () => {
    expect(holds('1.0', '=', '1')).to.equal(false);
    expect(holds('9', '<', '10')).to.equal(true);
    expect(holds('a9', '<', 'a10')).to.equal(false);
    expect(holds('b', '>', 'a')).to.equal(true);
    expect(holds('a', '<', 'ab')).to.equal(true);
    expect(holds('\u{ffff}', '<', '\u{1f600}')).to.equal(true);
  });

  it('not documented: a timestamp has no order beside text that is no number', () => {
    expect(holds(moment, '<', '2025-01-01') || holds('x', '>', moment)).to.equal(false);
    expect(holds(moment, '=', '1716099016682')).to.equal(true);
  });

  it('tells long integers apart that are one double', () => {
    expect(holds('1716099016682000001', '<', '1716099016682000002')).to.equal(true);
    expect(holds('1716099016682000001', '>=', '1716099016682000001')).to.equal(true);
    expect(holds('1716099016682000.25', '<', '1716099016682000.2500')).to.equal(false);
  });
});

describe('compareValues', () => {
  const sorted = (values: Value[]) => [...values].sort(compareValues);

  it('puts non-numbers before numbers, and numbers by value', () => {
    expect(sorted([10, '9', 'b', 1, 'a', '-2.5'])).to.deep.equal(['a', 'b', '-2.5', 1, '9', 10]);
  });

  it('compares chunks: digits by length and then value, the rest by code point', () => {
    expect(
      sorted(['img12', 'img9', 'img10', 'IMG1', 'img', 'a-1', 'a1', '\u{1f600}', '\u{ffff}']),
    ).to.deep.equal(['IMG1', 'a-1', 'a1', 'img', 'img9', 'img10', 'img12', '\u{ffff}', '\u{1f600}']);
    expect(compareValues('v1.10', 'v1.10')).to.equal(0);
  });

  it('not documented: nulls come last in both directions', () => {
    const values = [null, 2, 'a', null, 1];
    expect([...values].sort((a, b) => compareForSort(a, b, 'asc'))).to.deep.equal(['a', 1, 2, null, null]);
    expect([...values].sort((a, b) => compareForSort(a, b, 'desc'))).to.deep.equal([2, 1, 'a', null, null]);
  });

  it('is an order: antisymmetric and transitive', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[a0-9.-]{0,5}$/),
      fc.integer(),
      fc.boolean(),
    );
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).to.equal(0);
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) {
          expect(compareValues(a, c)).to.be.at.most(0);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('indexKey', () => {
  it('is the same for values that a condition finds equal', () => {
    const value = fc.oneof(
      fc.constantFrom('1', '1.0', '01', '1e0', 'a', ' 1'),
      fc.integer(),
      fc.double(),
      fc.boolean(),
    );
    fc.assert(
      fc.property(value, value, (a, b) => {
        if (equalsValue(a, b)) expect(indexKey(formatValue(a)!)).to.equal(indexKey(formatValue(b)!));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('changes nothing when applied twice', () => {
    for (const text of ['1e300', '1e-7', '-0', '5.0', 'a', '00012e4', '1716099016682000001']) {
      expect(indexKey(indexKey(text)), text).to.equal(indexKey(text));
    }
  });
});
