import { expect } from 'chai';

import { matchesPattern, parseFilterPattern } from '../../src/simulation/filter-patterns/filter-pattern.js';
import { decodeHlc, decodeNdjson, decodeStructuredJson } from '../../src/simulation/ingestion/json-logs.js';
import { prefixOf } from '../../src/simulation/operations/account-policy-rules.js';
import { parseFieldSelection } from '../../src/simulation/operations/field-selection.js';
import { checkMetricExtractionCriteria } from '../../src/simulation/operations/metric-extraction-criteria.js';
import { parseSubscriptionPolicy } from '../../src/simulation/operations/subscription-policy.js';
import { REQUESTS } from '../../src/simulation/protocol/request-shapes.js';
import type { ShapeKind } from '../../src/simulation/protocol/shapes.js';
import { IndexedValues } from '../../src/simulation/store/indexed-values.js';
import { textPrefilter } from '../../src/simulation/store/text-prefilter.js';
import { expectLinear } from './growing-cost.js';
import { events, rowsOf } from './insights-ql/fake-source.js';
import { LocalService } from './local-service.js';

/** The largest message that a query meets, and the longest that a filter pattern may be. */
const MESSAGE = 1_000_000;
const PATTERN = 1000;

/** `*a*a*a…b`, which a matcher that tries again tries in as many ways as there are to choose places. */
function stars(size: number): string {
  return `${'*a'.repeat(Math.ceil(size / 2))}*b`;
}

function swallow(work: () => unknown): void {
  try {
    work();
  } catch {
    // A refusal is as good an answer as another: it has to come in time.
  }
}

describe('a hostile pattern takes time in proportion to its length', () => {
  describe('over HTTP', () => {
    let service: LocalService;

    before(async () => {
      service = await LocalService.start();
      await service.raw(
        'CreateLogGroup',
        JSON.stringify({ logGroupName: 'a'.repeat(500), tags: { k: 'a'.repeat(250) } }),
      );
    });
    after(() => service.stop());

    const startQuery = (queryString: string) => () =>
      service.raw('StartQuery', JSON.stringify({ queryString, startTime: 0, endTime: 1 }));

    it('in the tags of SOURCE', () =>
      expectLinear(9000, (size) =>
        startQuery(`SOURCE logGroupTags([{"key":"k","values":["${stars(size)}"]}]) | limit 1`),
      ));

    it('in the negated tags of SOURCE', () =>
      expectLinear(9000, (size) =>
        startQuery(`SOURCE logGroupTags([{"key":"k","values":["!${stars(size)}"]}]) | limit 1`),
      ));

    it('in the names of operations that faults strike', () =>
      expectLinear(500_000, (size) => async () => {
        for (const member of ['operations', 'exceptOperations']) {
          await fetch(`${service.local.endpoint}/_control/faults`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ kind: 'deny', [member]: ['*e'.repeat(size / 2), '*t'.repeat(size / 2)] }),
          });
        }
      }));

    it('in the tags and names by which groups are listed', () =>
      expectLinear(100_000, (size) => async () => {
        const logGroupTags = [{ key: 'k', values: [`*${'a'.repeat(size)}b*`] }];
        await service.raw('ListLogGroups', JSON.stringify({ logGroupTags }));
        for (const logGroupNamePattern of [
          'a'.repeat(size),
          '^a|'.repeat(size / 3),
          `${'aaa|'.repeat(size / 4)}!`,
        ]) {
          await service.raw('ListLogGroups', JSON.stringify({ logGroupNamePattern }));
          await service.raw('DescribeLogGroups', JSON.stringify({ logGroupNamePattern }));
        }
      }));
  });

  describe('in filter patterns', () => {
    const matches = (pattern: string, message: string) => () => {
      swallow(() => matchesPattern(parseFilterPattern(pattern), message));
    };
    const regexes = ['(a+)+b', '(a|a)*b', '(a|aa)+b', 'a*a*a*a*a*b', '[ab]*[a]*b', '(.*)(.*)(.*)c'];

    it('with stars in a value, over many members', () =>
      expectLinear(MESSAGE / 10, (size) =>
        matches(`{ $.a = "${stars(PATTERN)}" }`, JSON.stringify({ a: 'a'.repeat(size) })),
      ));

    it('with stars in a field between blanks', () =>
      expectLinear(MESSAGE / 10, (size) => matches(`[x = ${stars(PATTERN)}, ...]`, 'a'.repeat(size))));

    it('with as many stars as there is room for', () =>
      expectLinear(PATTERN, (size) =>
        matches(`{ $.a = "${stars(size)}" }`, `{"a":"${'a'.repeat(MESSAGE)}"}`),
      ));

    it('with selectors of any depth', () =>
      expectLinear(MESSAGE / 10, (size) =>
        matches(`{ ($.*[*].a = 1) || ($[*].b = 2) }`, `[${'{"a":[1]},'.repeat(size / 10)}1]`),
      ));

    it('with a long text that is nearly found everywhere', () =>
      expectLinear(MESSAGE, (size) => matches(`"${'a'.repeat(500)}b${'a'.repeat(500)}"`, 'a'.repeat(size))));

    for (const regex of regexes) {
      it(`with the expression %${regex}%`, () =>
        expectLinear(MESSAGE / 4, (size) => matches(`%${regex}%`, 'a'.repeat(size))));
    }

    it('whatever is not closed', () =>
      expectLinear(PATTERN, (size) => () => {
        for (const open of [
          '(',
          '{(',
          '[',
          '"',
          '%',
          '{ $.a[',
          "{ $['",
          '%[',
          '%(',
          '{ $.a = %(',
          '- ',
          '?',
        ]) {
          matches(open.repeat(size), 'a')();
        }
      }));
  });

  describe('in criteria and policies', () => {
    const criteria: readonly ((text: string) => unknown)[] = [
      prefixOf,
      parseFieldSelection,
      (text) => {
        checkMetricExtractionCriteria(text, []);
      },
      (text) => parseSubscriptionPolicy('{"DestinationArn":"a","FilterPattern":""}', text),
    ];
    const hostile: readonly ((size: number) => string)[] = [
      (size) => ' '.repeat(size),
      (size) => `LogGroupName IN [${']  '.repeat(size / 3)}x`,
      (size) => `LogGroupName NOT IN [${' ]'.repeat(size / 2)}x`,
      (size) => `LogGroupNamePrefix${' '.repeat(size)}x`,
      (size) => `LogGroupNamePrefix IN ["${'a" '.repeat(size / 3)}`,
      (size) => `@aws.account IN [${'"1",'.repeat(size / 4)}`,
      (size) => '"\\"'.repeat(size / 3),
      (size) => '('.repeat(size),
    ];
    for (const [index, make] of hostile.entries()) {
      it(`that are no criteria, number ${index}`, () =>
        expectLinear(MESSAGE, (size) => () => {
          for (const read of criteria) swallow(() => read(make(size)));
        }));
    }

    it('in the names of indexed fields, and in what events hold of them', () =>
      expectLinear(MESSAGE / 2, (size) => () => {
        const values = new IndexedValues(['a'.repeat(size), 'trace_id', `${'a.'.repeat(size / 2)}!`], '/app');
        for (const message of [
          `{${'"trace_id": '.repeat(size / 12)}`,
          `"trace_id":"\\${'.trace_id":"\\'.repeat(size / 13)}`,
          `{"trace_id"${' '.repeat(size)}`,
          `{"trace_id":"\\${'a\\"'.repeat(size / 3)}`,
        ]) {
          values.each(message, () => undefined);
        }
        textPrefilter([{ field: 'a', values: [`${'a'.repeat(size)}b`], required: false }])!('a'.repeat(size));
      }));
  });

  describe('in queries', () => {
    /** 10,000 characters are what a query may have. */
    const long = `${'a'.repeat(4500)}b${'a'.repeat(4500)}`;
    const query = (text: string, message: string) => () =>
      rowsOf(text, events(message)).catch(() => undefined);
    const a = (size: number) => 'a'.repeat(size);
    const cases: readonly (readonly [name: string, query: string, message: (size: number) => string])[] = [
      ['like with a long text', `filter @message like "${long}"`, a],
      ['not like with a long text', `filter @message not like "${long}"`, a],
      ['strcontains', `filter strcontains(@message, "${long}")`, a],
      ['replace', `fields replace(@message, "${long}", "x")`, a],
      ['split', `fields split(@message, "${long}")`, a],
      ['= on a field', `filter v = "${long}"`, (size) => `{"v":"${a(size)}"}`],
      ['in on a field', `filter v in ["${long}", "x"]`, (size) => `{"v":"${a(size)}"}`],
      ['like /(a+)+b/', 'filter @message like /(a+)+b/', a],
      ['like /(a|aa)+$/', 'filter @message like /(a|aa)+$/', (size) => `${a(size)}!`],
      ['=~ with a text', 'filter @message =~ "(a*)*b"', a],
      ['regexReplace that looks far ahead', 'fields regexReplace(@message, "(?:a+a+)+b|a", "x")', a],
      ['regexReplace of groups', 'fields regexReplace(@message, "((a)*b)|a", "$1")', a],
      ['regexReplace of nothing', 'fields regexReplace(@message, "(a*b)?", "x")', a],
      ['parse with a glob', `parse @message "${'a*'.repeat(20)}b" as ${names(20)}`, a],
      ['parse with the longest glob', `parse @message "${'a*'.repeat(1000)}b" as ${names(1000)}`, a],
      ['parse with an expression', 'parse @message /(?<x>(a*)*)b/', a],
      ['parse with multi', 'parse @message /(?<x>a*b|a)/ multi', a],
      ['parse with multi of groups', 'parse @message /(?<x>(a)*b|a)/ multi', a],
      ['parse with logfmt', 'parse @message logfmt as m', (size) => 'a="\\"'.repeat(size / 5)],
      ['parse with logfmt, unclosed', 'parse @message logfmt as m', (size) => `a="${'\\'.repeat(size)}`],
      ['parse with csv of quotes', 'parse @message csv as x, y', (size) => `a${'"'.repeat(size)}`],
      ['parse with csv of blanks', 'parse @message csv as x', (size) => ' "'.repeat(size / 2)],
      ['parseDate', 'fields parseDate(@message, "yyyy")', (size) => '1'.repeat(size)],
      [
        'parseDate with sections in sections',
        `fields parseDate(@message, "${'[y'.repeat(2000)}")`,
        (size) => '1'.repeat(size),
      ],
      [
        'a date between blanks',
        'fields toMillis(@message)',
        (size) => `2026-01-01T00:00${' '.repeat(size)}x`,
      ],
      ['formatDate', `fields strftime(@timestamp, "${'%'.repeat(4000)}")`, a],
      [
        'a number between blanks',
        'fields v + 1',
        (size) => `{"v":"${' '.repeat(size)}1${' '.repeat(size)}x"}`,
      ],
      ['isIpInSubnet', 'fields isIpInSubnet(@message, "10.0.0.0/8")', (size) => '1.'.repeat(size / 2)],
      ['isIpv6InSubnet', 'fields isIpv6InSubnet(@message, "::/8")', (size) => ':'.repeat(size)],
      ['fields by a glob', `stats count(*) as ${a(500)} by bin(1m) as t | filldown \`${stars(500)}\``, a],
      ['names with dots', `filter ${'a.'.repeat(400)}a = 1`, (size) => `{"a":${'{"a":'.repeat(size / 5)}`],
      ['jsonParse', 'fields jsonParse(@message)', (size) => '['.repeat(size)],
      ['pattern', 'pattern @message', (size) => 'a-.'.repeat(size / 3)],
      [
        'Lambda lines',
        'fields @duration',
        (size) => `REPORT RequestId: ${'\tDuration: 1'.repeat(size / 12)}`,
      ],
      ['X-Ray ids', 'fields @xrayTraceId', (size) => `XRAY TraceId: 1${' \t'.repeat(size / 2)}x`],
      ['URLs', 'fields urldecode(@message)', (size) => '%'.repeat(size)],
      [
        'trim',
        'fields trim(@message), isblank(@message)',
        (size) => `${' '.repeat(size)}x${' '.repeat(size)}x`,
      ],
    ];
    for (const [name, text, message] of cases) {
      it(`with ${name}`, () => expectLinear(MESSAGE / 4, (size) => query(text, message(size)))).timeout(
        30_000,
      );
    }

    it('while it is read', () =>
      expectLinear(9000, (size) => async () => {
        for (const text of [
          '`'.repeat(size),
          '1'.repeat(size),
          `filter a = "${'\\'.repeat(size)}`,
          `filter v = "${'a'.repeat(size)}!"`,
          `filter @message like /${'('.repeat(size / 2)}/`,
          `filter @message like /${'a{1,9}'.repeat(size / 6)}b/`,
          `filter @message like /[${'a-z'.repeat(size / 3)}]/`,
          `filter ${'('.repeat(size)}`,
          `filter ${'not '.repeat(size / 4)}a`,
          `fields ${'a.'.repeat(size / 2)}`,
          `${'#'.repeat(size)}\n`,
        ]) {
          await query(text, 'a'.repeat(1000))();
        }
      }));
  });

  describe('in what the model says of members', () => {
    const expressions = new Set<RegExp>();
    collect(Object.values(REQUESTS));

    function collect(shapes: Iterable<ShapeKind>): void {
      for (const shape of shapes) {
        if (shape.kind === 'text' && shape.expression) expressions.add(shape.expression);
        else if (shape.kind === 'list') collect([shape.member]);
        else if (shape.kind === 'map') collect([shape.key, shape.value]);
        else if (shape.kind === 'structure')
          collect([...shape.members.values()].map((member) => member.shape));
      }
    }

    it('finds them', () => {
      expect(expressions.size).to.be.above(15);
    });

    for (const expression of expressions) {
      it(expression.source, () =>
        expectLinear(MESSAGE, (size) => () => {
          for (const unit of ['a', '-', '^a', 'aaa|', '1', '*', '_', 'a.']) {
            expression.test(`${unit.repeat(size / unit.length)}\u0000`);
          }
        }),
      );
    }
  });

  it('in bodies of the endpoints that take JSON', () =>
    expectLinear(MESSAGE, (size) => () => {
      for (const text of [
        '['.repeat(size),
        '"'.repeat(size),
        '"\\"'.repeat(size / 3),
        `[${'{"a":'.repeat(size / 5)}]`,
        `{"event":${' '.repeat(size)}x`,
        `[${'x['.repeat(size / 2)}]`,
        '{"event":1}'.repeat(size / 11),
        ' '.repeat(size),
      ]) {
        for (const decode of [decodeNdjson, decodeStructuredJson, decodeHlc]) swallow(() => decode(text, 0));
      }
    })).timeout(120_000);
});

function names(count: number): string {
  return Array.from({ length: count }, (_, index) => `n${index}`).join(', ');
}
