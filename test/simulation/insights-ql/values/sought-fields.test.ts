import { expect } from 'chai';
import fc from 'fast-check';
import { extractField } from '../../../../src/simulation/insights-ql/values/discovery.js';
import { JsonFields } from '../../../../src/simulation/insights-ql/values/json-fields.js';
import { parseJsonObject } from '../../../../src/simulation/insights-ql/values/json-fragment.js';
import { formatValue } from '../../../../src/simulation/insights-ql/values/value.js';

describe('extractField', () => {
  it('finds in any message what is found by parsing it', () => {
    const key = fc.constantFrom('a', 'b', 'a.b', 'b.0', '0', 'a b', 'é', '"', '', 'a"b', '-', '__proto__');
    const plain = fc.letrec<{ object: unknown; any: unknown }>((tie) => ({
      object: fc.array(fc.tuple(key, tie('any')), { maxLength: 4 }).map((items) => Object.fromEntries(items)),
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom('a', 'b', '"a"', 1, null, true),
        tie('object'),
        fc.array(tie('any'), { maxLength: 3 }),
      ),
    })).object;
    const written = plain.map((object) => JSON.stringify(object));
    const escaped = written.map((text) => text.replaceAll('a', '\\u0061'));
    const spaced = plain.map((object) => JSON.stringify(object, undefined, 1).replaceAll(':', ' : '));
    const message = fc.oneof(written, escaped, spaced, fc.constantFrom('a', '"a"', '{"a"', '{"a":1}}'));
    const names = ['a', 'b', 'a.b', 'a.a', 'b.0', '0', 'a.0', 'a.b.a', 'a b', 'é', 'a"b', '-', 'a.', '.a'];
    fc.assert(
      fc.property(message, (text) => {
        const fragment = parseJsonObject(text);
        const fields = fragment && new JsonFields(fragment.object, fragment.source);
        for (const name of names) {
          expect(extractField(text, name), `${name} in ${text}`).to.equal(
            fields === undefined ? undefined : formatValue(fields.get(name)),
          );
        }
      }),
      { numRuns: 2000 },
    );
  });
});
