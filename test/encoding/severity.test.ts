import { expect } from 'chai';
import { record } from './records.js';
import {
  SEVERITY_NAMES,
  severityNumberOf,
  severityText,
  severityTextOf,
} from '../../src/encoding/severity.js';

describe('severityText', () => {
  it('names each number as the data model does', () => {
    expect([1, 4, 5, 9, 10, 12, 13, 17, 21, 24].map(severityText)).to.deep.equal([
      'TRACE',
      'TRACE4',
      'DEBUG',
      'INFO',
      'INFO2',
      'INFO4',
      'WARN',
      'ERROR',
      'FATAL',
      'FATAL4',
    ]);
    expect([0, 25, -1, 1.5, NaN].map(severityText)).to.deep.equal(Array(5).fill(undefined));
  });

  it('belongs to the number of its name', () => {
    for (const name of SEVERITY_NAMES)
      expect(severityText(severityNumberOf(name))).to.equal(name.toUpperCase());
  });
});

describe('severityTextOf', () => {
  it('prefers the record’s own text', () => {
    expect(severityTextOf(record({ severityText: 'notice', severityNumber: 9 }))).to.equal('notice');
    expect(severityTextOf(record({ severityText: '', severityNumber: 9 }))).to.equal('INFO');
    expect(severityTextOf({})).to.equal(undefined);
  });
});
