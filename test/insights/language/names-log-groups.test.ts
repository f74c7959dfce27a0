import { expect } from 'chai';
import { namesLogGroups } from '../../../src/insights/language/names-log-groups.js';

const JOIN = 'fields a | join left=a right=b where a.x = b.x';

describe('whether a query names log groups', () => {
  const naming = [
    "SOURCE '/a' | fields @message",
    '| source "/a"',
    "# mine\nSOURCE logGroups(namePrefix: ['/a'])",
    `${JOIN} (SOURCE '/secret/b' | fields x)`,
    `${JOIN} (\u00a0| sOuRcE\t"/secret/b" | fields x)`,
    `${JOIN} (SOURCE # why\n# not\n '/secret/b' | fields x)`,
    `${JOIN} (\u017fource '/secret/b' | fields x)`,
    'filter x in (SOURCE logGroups (namePrefix: ["/secret"]) | fields x)',
    'filter x in (SOURCE dataSource(["s3"]) | fields x)',
    "filter x in (SOURCE logGroupTags([{'key': 'a', 'values': ['b']}]) | fields x)",
    `fields a / b | join left=a right=b where a.x = b.x (SOURCE '/secret' | fields c / d)`,
    `filter a like /it's/ | filter x in (SOURCE '/secret' | fields x)`,
    `filter a like "\\" | filter x in (SOURCE '/secret' | fields x)`,
    `filter a like "say \\"x" | filter x in (SOURCE '/secret' | fields x)`,
    `filter a = '# ' | filter x in (SOURCE '/secret' | fields x)`,
    `fields \`it's\` | filter x in (SOURCE '/secret' | fields x)`,
    `filter x in (# parse\nSOURCE '/secret' | fields x)`,
    `filter x in (\`parse\` SOURCE '/secret' | fields x)`,
  ];
  for (const query of naming)
    it(`does: ${JSON.stringify(query)}`, () => expect(namesLogGroups(query)).to.equal(true));

  const silent = [
    '',
    'fields source, @message | filter source = "x" | stats count(*) by source | sort source desc',
    'filter source in ["a"] and source like /x/ or (source) = 1 and source not in ["b"]',
    'parse source "user=*" as user',
    "fields @message | parse  source 'a *' as x",
    'stats count(source) as n by source as s',
    `filter @message like "SOURCE '/a'"`,
    `filter @message like '(source "/a")'`,
    `filter @message like /SOURCE \\(x/`,
    `fields @message # SOURCE '/a'\n| limit 3`,
    "fields `source` | filter a.source = 'x' and source_of = 'y'",
    "filter source != 'x' and (source = 'y' or source = 'z')",
    'join left=source right=b where source.x = b.x (fields x)',
    'source',
  ];
  for (const query of silent)
    it(`does not: ${JSON.stringify(query)}`, () => expect(namesLogGroups(query)).to.equal(false));

  it('reads text of any length once', () => {
    expect(namesLogGroups('source #'.repeat(200_000))).to.equal(false);
    expect(namesLogGroups('parse '.repeat(200_000) + 'source '.repeat(200_000))).to.equal(false);
  });
});
