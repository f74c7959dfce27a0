import { expect } from 'chai';
import fc from 'fast-check';
import { OptionError } from '../../../src/cloudwatch/errors.js';
import { FilterBuilder } from '../../../src/insights/language/filter-builder.js';
import { QueryBuilder } from '../../../src/insights/language/query-builder.js';
import { printFieldName, printRegex, printString } from '../../../src/insights/language/query-printer.js';
import { type Condition } from '../../../src/insights/language/query-tree.js';
import { parseQuery } from '../../../src/simulation/insights-ql/index.js';
import { type Expression as ParsedExpression } from '../../../src/simulation/insights-ql/tree.js';

/** Characters that could end a string, a name, a regular expression or a command. */
const hostile = fc.string({
  unit: fc.constantFrom(
    ...[
      '"',
      "'",
      '`',
      '\\',
      '/',
      '|',
      '#',
      '\n',
      '\r',
      '\t',
      '\0',
      ' ',
      ',',
      '(',
      ')',
      '[',
      ']',
      '*',
      '=',
      '@',
    ],
    ...['a', 'b', '.', '0', '\u202e', '\ud800', '\u{1f600}', 'é', ' or ', ' limit 1', '| stats count(*)'],
  ),
  maxLength: 12,
});

/** The parser's tree in the shape of ours, for what the builders can make. */
function toOurs(expression: ParsedExpression): unknown {
  switch (expression.kind) {
    case 'Field':
      return { kind: 'field', name: expression.steps.join('.') };
    case 'String':
      return { kind: 'string', value: expression.value };
    case 'Number':
      return { kind: 'number', value: expression.value };
    case 'And':
    case 'Or':
      return { kind: expression.kind === 'And' ? 'all' : 'any', conditions: expression.operands.map(toOurs) };
    case 'Unary':
      return expression.operand.kind === 'Call'
        ? { kind: 'present', operand: toOurs(expression.operand.args[0]!), negated: true }
        : { kind: 'not', condition: toOurs(expression.operand) };
    case 'Call':
      return { kind: 'present', operand: toOurs(expression.args[0]!), negated: false };
    case 'InList':
      return {
        kind: 'in',
        operand: toOurs(expression.operand),
        values: expression.values.map(toOurs),
        negated: expression.negated,
      };
    case 'Binary': {
      const { operator, left, right } = expression;
      if (operator !== 'like' && operator !== 'not like') {
        return { kind: 'comparison', operator, left: toOurs(left), right: toOurs(right) };
      }
      const pattern =
        right.kind === 'Regex'
          ? { kind: 'regex', source: right.source }
          : { kind: 'substring', text: right.kind === 'String' ? right.value : undefined };
      return { kind: 'like', operand: toOurs(left), pattern, negated: operator === 'not like' };
    }
    default:
      throw new Error(`no builder makes ${expression.kind}`);
  }
}

const name = fc
  .oneof(fc.constantFrom('trace_id', 'attributes.order-id', '@message', 'like', 'a b'), hostile)
  .filter((text) => isPrintable(text));

function isPrintable(text: string): boolean {
  try {
    printFieldName(text);
    return text.isWellFormed() && !text.startsWith('.') && !text.endsWith('.') && !text.includes('..');
  } catch {
    return false;
  }
}

const value = fc.oneof(
  hostile.map((text) => text.toWellFormed()),
  fc.integer({ min: 0, max: 1_000_000 }),
);

const leaf: fc.Arbitrary<FilterBuilder> = fc.oneof(
  fc.tuple(name, value).map(([field, one]) => new FilterBuilder().equals(field, one)),
  fc.tuple(name, value).map(([field, one]) => new FilterBuilder().notEquals(field, one)),
  fc.tuple(name, value).map(([field, one]) => new FilterBuilder().atLeast(field, one)),
  fc
    .tuple(name, fc.array(value, { minLength: 1, maxLength: 3 }))
    .map(([field, values]) => new FilterBuilder().in(field, values)),
  fc
    .tuple(name, fc.array(value, { minLength: 1, maxLength: 3 }))
    .map(([field, values]) => new FilterBuilder().notIn(field, values)),
  fc.tuple(name, hostile).map(([field, text]) => new FilterBuilder().contains(field, text.toWellFormed())),
  fc.tuple(name, hostile).map(([field, text]) => new FilterBuilder().notContains(field, text.toWellFormed())),
  name.map((field) => new FilterBuilder().isPresent(field)),
  name.map((field) => new FilterBuilder().isAbsent(field)),
);

const { filter } = fc.letrec<{ filter: FilterBuilder }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((list) => new FilterBuilder().any(...list)),
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((list) => new FilterBuilder().all(...list)),
    // Of a mere presence it could not be told from isAbsent.
    leaf.map((one) => new FilterBuilder().not(new FilterBuilder().any(one, one))),
  ),
}));

/** The parser keeps chains of one operator flat, parentheses or not. */
function flat(condition: unknown): unknown {
  const { kind, conditions, condition: inner } = condition as Record<string, unknown>;
  if (kind === 'not') return { kind, condition: flat(inner) };
  if (kind !== 'all' && kind !== 'any') return condition;
  const parts = (conditions as Condition[]).map(flat) as { kind: string; conditions?: unknown[] }[];
  return { kind, conditions: parts.flatMap((part) => (part.kind === kind ? part.conditions! : [part])) };
}

describe('printQuery', () => {
  it('prints what the parser reads as the same tree, whatever strings it is given', () => {
    fc.assert(
      fc.property(filter, (one) => {
        const text = new QueryBuilder().filter(one).limit(7).toString();
        const commands = parseQuery(text).commands;
        expect(commands.map((command) => command.kind)).to.deep.equal(['Filter', 'Limit']);
        const [parsed] = commands;
        if (parsed?.kind !== 'Filter') throw new Error('no filter');
        expect(flat(toOurs(parsed.condition))).to.deep.equal(flat(one.toCondition()));
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it('keeps hostile field names and values of every other command inside them', () => {
    fc.assert(
      fc.property(name, hostile, (field, text) => {
        const query = new QueryBuilder()
          .fields('@message', field)
          .filterIndex(field, [text, 'x'])
          .parse(field, `${text.replaceAll('*', '')}*`, 'part')
          .sort(field, 'desc')
          .dedup(field)
          .limit(3);
        const kinds = parseQuery(query.toString()).commands.map((command) => command.kind);
        expect(kinds).to.deep.equal(['Fields', 'FilterIndex', 'Parse', 'Sort', 'Dedup', 'Limit']);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('keeps a hostile regular expression between its slashes', () => {
    fc.assert(
      fc.property(hostile, (source) => {
        fc.pre(source !== '' && !/(?:^|[^\\])(?:\\\\)*\\$/.test(source));
        const text = `filter a like ${printRegex(source)} | limit 1`;
        const body = text.slice('filter a like /'.length, -'/ | limit 1'.length);
        // No slash in it stands without a backslash of its own.
        expect(body.replace(/\\[^]/g, '')).to.not.match(/[/\n\r]/);
      }),
      { seed: 13, numRuns: 500 },
    );
  });

  it('prints a query as a person would write it', () => {
    const query = new QueryBuilder()
      .fields('@timestamp', '@message')
      .filter((event) =>
        event.equals('trace_id', 'abc').any(
          (one) => one.atLeast('n', 3),
          (one) => one.matches('m', /x\/y/i),
        ),
      )
      .sort('@timestamp')
      .limit(20);
    expect(query.toString()).to.equal(
      'fields @timestamp, @message\n' +
        '| filter trace_id = "abc" and (n >= 3 or m like /(?i)x\\/y/)\n' +
        '| sort @timestamp asc\n' +
        '| limit 20',
    );
  });
});

describe('printString', () => {
  it('takes the quote that needs no escape', () => {
    expect(printString('plain')).to.equal('"plain"');
    expect(printString('say "hi"')).to.equal(`'say "hi"'`);
    expect(printString(`it's "so"`)).to.equal(`"it's \\"so\\""`);
    expect(printString('C:\\dir\\')).to.equal('"C:\\\\dir\\\\"');
  });
});

describe('printFieldName', () => {
  it('leaves plain and system names bare and puts all others in backticks', () => {
    expect(printFieldName('trace_id')).to.equal('trace_id');
    expect(printFieldName('items.0.id')).to.equal('items.0.id');
    expect(printFieldName('@timestamp')).to.equal('@timestamp');
    expect(printFieldName('order-id')).to.equal('`order-id`');
    expect(printFieldName('@aws.tag.aws:x')).to.equal('@`aws.tag.aws:x`');
    expect(printFieldName('like')).to.equal('`like`');
    expect(printFieldName('1st')).to.equal('`1st`');
  });

  it('refuses what the language cannot name', () => {
    for (const bad of ['', '@', 'a`b', 'a\\', 'a\nb']) {
      expect(() => printFieldName(bad), JSON.stringify(bad)).to.throw(OptionError);
    }
  });
});

describe('printRegex', () => {
  it('escapes slashes and line breaks, once', () => {
    expect(printRegex('a/b')).to.equal('/a\\/b/');
    expect(printRegex('a\\/b')).to.equal('/a\\/b/');
    expect(printRegex('a\nb\r')).to.equal('/a\\nb\\r/');
    expect(printRegex('a\\\nb\\\r')).to.equal('/a\\nb\\r/');
  });

  it('refuses an empty one and one that would escape the closing slash', () => {
    expect(() => printRegex('')).to.throw(OptionError, 'empty');
    expect(() => printRegex('a\\')).to.throw(OptionError, 'backslash');
  });
});
