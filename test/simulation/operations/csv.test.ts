import { expect } from 'chai';
import fc from 'fast-check';

import { CsvError, parseCsv, writeCsv } from '../../../src/simulation/operations/csv.js';

describe('parseCsv', () => {
  const cases: [text: string, rows: string[][]][] = [
    ['', []],
    ['a', [['a']]],
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,\n,b',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    ['a,', [['a', '']]],
    [
      '"a,b","say ""x"""\n"1\n2",3',
      [
        ['a,b', 'say "x"'],
        ['1\n2', '3'],
      ],
    ],
    ['\ufeffa\n', [['a']]],
    ['a\n\nb', [['a'], [''], ['b']]],
    ['""\n', [['']]],
  ];
  for (const [text, rows] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(parseCsv(text)).to.deep.equal(rows);
    });
  }

  for (const text of ['"a', 'a"b', '"a"b', 'x\n"', '"a""']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseCsv(text)).to.throw(CsvError);
    });
  }

  it('reads what writeCsv writes', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('"', ',', '\r\n', '', '""'));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1 })), (rows) => {
        expect(parseCsv(writeCsv(rows))).to.deep.equal(rows);
      }),
      { seed: 7 },
    );
  });
});
