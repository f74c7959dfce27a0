import { expect } from 'chai';
import { recordKey, recordsOfKeys } from '../../../src/dashboards/model/record-key.js';

const record = (timestampMillis: number, message: string, logGroup = '/a', logStream = 's'): never =>
  ({ timestampMillis, message, logGroup, logStream }) as never;

describe('the name of a record in an address', () => {
  const twice = [record(5, 'same'), record(5, 'same')];
  const records = [record(1_790_000_000_000, 'a'), ...twice, record(5, 'same', '/b'), record(6, 'same')];

  it('means that record alone, also where another says the same at the same time', () => {
    const keys = records.map((one) => recordKey(one, records));
    expect(new Set(keys).size).to.equal(records.length);
    const found = recordsOfKeys(keys, records);
    for (const [index, key] of keys.entries()) expect(found.get(key)).to.equal(records[index]);
  });

  it('stays as it is when more is found', () => {
    const key = recordKey(records[4]!, records);
    const more = [record(1, 'earlier'), ...records, record(6, 'later')];
    expect(recordsOfKeys([key], more).get(key)).to.equal(records[4]);
  });

  it('is short, and one that means nothing finds nothing', () => {
    expect(recordKey(records[0]!, records)).to.match(/^[a-z0-9]{8}-[a-z0-9]{1,7}$/);
    for (const key of ['', 'x', '5', '5-', '-', '<b>', `${recordKey(records[1]!, records)}.9`]) {
      expect([...recordsOfKeys([key], records)], key).to.deep.equal([]);
    }
  });
});
