import { expect } from 'chai';
import fc from 'fast-check';
import { mergeIndexPolicies, parseIndexPolicy, printIndexPolicy } from '../../src/resources/index-policy.js';

describe('parseIndexPolicy', () => {
  it('reads both forms of a document', () => {
    expect(
      parseIndexPolicy(
        '{"Fields":["a",7],"FieldsV2":{"b":{"type":"FIELD_INDEX"},"c":{"type":"FACET"},"d":null}}',
      ),
    ).to.deep.equal({ fields: ['a', 'b', 'd'], facets: ['c'] });
  });

  it('reads nothing from documents without fields', () => {
    for (const document of ['{}', 'null', '{"Fields":"a"}']) {
      expect(parseIndexPolicy(document)).to.deep.equal({ fields: [], facets: [] });
    }
  });

  it('reads what was written', () => {
    const names = fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__'),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(names, names, (fields, facets) => {
        const plain = fields.filter((name) => !facets.includes(name));
        const read = parseIndexPolicy(printIndexPolicy({ fields, facets }));
        expect(new Set(read.fields)).to.deep.equal(new Set(plain));
        expect(new Set(read.facets)).to.deep.equal(new Set(facets));
      }),
      { seed: 3 },
    );
  });
});

describe('mergeIndexPolicies', () => {
  it('lets a facet win over a field of the same name', () => {
    const merged = mergeIndexPolicies([
      { fields: ['a'], facets: ['b'] },
      { fields: ['b'], facets: ['a'] },
    ]);
    expect(merged).to.deep.equal({
      policy: { fields: [], facets: ['b', 'a'] },
      leftOut: [],
      addsToFirst: true,
    });
  });

  it('says when the last adds nothing', () => {
    const merged = mergeIndexPolicies([
      { fields: ['a', 'b'], facets: [] },
      { fields: ['a'], facets: [] },
    ]);
    expect(merged.addsToFirst).to.equal(false);
  });
});
