import { expect } from 'chai';
import fc from 'fast-check';
import { extractField } from '../../../src/simulation/insights-ql/values/discovery.js';
import { indexKey } from '../../../src/simulation/insights-ql/values/value.js';
import { IndexedValues } from '../../../src/simulation/store/indexed-values.js';

function keysOf(message: string, field: string, logGroupName = '/app'): string[] {
  const keys: string[] = [];
  new IndexedValues([field], logGroupName).each(message, (_, key) => keys.push(key));
  return keys;
}

/** JSON with blanks anywhere, and some characters of strings written as escapes. */
function writeJson(value: unknown, escape: number): string {
  const text = JSON.stringify(value, null, escape % 3);
  if (escape % 5 !== 0) return text;
  return text.replace(/[a-z](?=[^"{}[\],:]*")/g, (letter) =>
    letter.charCodeAt(0) % 3 === escape % 3 ? `\\u00${letter.charCodeAt(0).toString(16)}` : letter,
  );
}

describe('IndexedValues', () => {
  it('finds a key at the top, in a map, in a list, and as part of a dotted key', () => {
    expect(keysOf('{"trace_id":"a"}', 'trace_id')).to.deep.equal(['a']);
    expect(keysOf('{"attributes":{"session":{"id":"b"}}}', 'attributes.session.id')).to.deep.equal(['b']);
    expect(keysOf('{"attributes": {"session.id" : "c"}}', 'attributes.session.id')).to.deep.equal(['c']);
    expect(keysOf('{"items":[{"id":7.50}]}', 'items.0.id')).to.deep.equal(['7.5']);
    expect(keysOf('{"items":["x","y"]}', 'items.1')).to.deep.equal(['y']);
  });

  it('does not take the end of another key for a key', () => {
    expect(keysOf('{"my_trace_id":"a"}', 'trace_id')).to.deep.equal([]);
  });

  it('reads numbers, booleans and escapes as a query does', () => {
    expect(keysOf('{"n":1e3,"m":true}', 'n')).to.deep.equal(['1000']);
    expect(keysOf('{"n":1e3,"m":true}', 'm')).to.deep.equal(['1']);
    expect(keysOf('{"n":"a\\"b\\n"}', 'n')).to.deep.equal(['a"b\n']);
    expect(keysOf('{"\\u006e":"x"}', 'n')).to.deep.equal(['x']);
  });

  it('finds nothing for null, maps, lists and text without the key', () => {
    for (const message of ['{"n":null}', '{"n":{}}', '{"n":[1]}', 'n"', '"n":"', '', '{"n":"\\', 'n: 5']) {
      expect(
        keysOf(message, 'n').filter((key) => key !== ''),
        message,
      ).to.deep.equal([]);
    }
  });

  it("finds Lambda's fields, delimited fields and keys that begin with @", () => {
    const report =
      'REPORT RequestId: 3f8a4c1e-0000-4000-8000-1234567890ab\tDuration: 12.30 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB\t\n';
    expect(keysOf(report, '@requestId', '/aws/lambda/f')).to.deep.equal([
      '3f8a4c1e-0000-4000-8000-1234567890ab',
    ]);
    const flow =
      '2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK';
    expect(keysOf(flow, 'srcAddr')).to.deep.equal(['172.31.16.139']);
    expect(keysOf('{"@x":"y"}', '@@x')).to.deep.equal(['y']);
  });

  it('never misses the value that a query sees', () => {
    const key = fc.constantFrom(
      'id',
      'a',
      'b',
      'a.b',
      'trace_id',
      '@x',
      'é',
      'a b',
      'x"y',
      '0',
      'constructor',
    );
    const scalar = fc.oneof(
      fc.constantFrom('', 'x', '5', ' 5 ', '5.0', 'a\\b', 'q"uote', '\n', 'trace_id":"y', '{"id":"z"}'),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, scalar, tie('map'), fc.array(tie('value'), { maxLength: 2 })),
      map: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    }));
    const field = fc
      .array(fc.oneof(key, fc.constantFrom('0', '1')), { minLength: 1, maxLength: 3 })
      .map((keys) => (keys[0]!.startsWith('@') ? `@${keys.join('.')}` : keys.join('.')));
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 4 }), field, fc.nat(30), (record, name, escape) => {
        const message = writeJson(record, escape);
        const seen = extractField(message, name, '/app');
        if (seen !== undefined) expect(keysOf(message, name)).to.include(indexKey(seen));
      }),
      { seed: 30, numRuns: 2000 },
    );
  });
});
