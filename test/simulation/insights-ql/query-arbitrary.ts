import fc from 'fast-check';

/** Fragments of queries, right and wrong, which {@link queryText} puts in any order. */
const FRAGMENTS = [
  ...[
    'fields',
    'display',
    'filter',
    'where',
    'stats',
    'sort',
    'limit',
    'limit any',
    'parse',
    'dedup',
    'unnest',
  ],
  ...[
    'expand',
    'pattern',
    'diff',
    'diff previousDay',
    'join',
    'lookup',
    'fillmissing',
    'filldown',
    'addtotals',
  ],
  ...[
    'countFrequent',
    'filterIndex',
    'SOURCE',
    'anomaly',
    'estimate',
    'foo',
    '|',
    '|',
    '|',
    '|',
    ',',
    ',',
    ',',
  ],
  ...['@timestamp', '@message', '@ptr', 'level', 'n', 'm.k', 'list.0', 'list[0]', '`a b`', '@`x`', 'x', '*'],
  ...[
    '"text"',
    "'a * b *'",
    '"n":*',
    '/re(?<g>.)/',
    '/(a+)+$/',
    '/[/',
    '5',
    '1.5e3',
    '5m',
    '1h',
    '0',
    '1e999',
  ],
  ...[
    '=',
    '!=',
    '<',
    '<=',
    '>',
    '>=',
    '=~',
    'like',
    'not like',
    'in',
    'not in',
    'and',
    'or',
    'not',
    '!',
    '-',
  ],
  ...[
    '+',
    '/',
    '%',
    '^',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ':',
    'as',
    'by',
    'asc',
    'desc',
    'into',
    'multi',
    'with',
  ],
  ...[
    'for',
    'offset',
    'OUTPUT',
    'type=left',
    'left=l',
    'right=r',
    'where l.n = r.n',
    'logfmt',
    'csv',
    'json',
    'json field=payload "a.b" as jf',
    'jsonParse(@message).a[0]',
    'bin(x, 5m)',
    '@timestamp + 9h',
  ],
  ...['count(*)', 'count()', 'avg(n)', 'sum(n)', 'pct(n, 50)', 'bin(5m)', 'strlen(@message)', 'ispresent(x)'],
  ...[
    "(SOURCE '/app' | fields n)",
    'logGroups(namePrefix: ["/a"])',
    '# remark\n',
    '\n',
    '`',
    '"',
    '\u0000',
    '🚀',
  ],
];

/** Any text made of what queries are made of; few are right. */
export const queryText = fc
  .array(fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...FRAGMENTS) }, fc.string({ maxLength: 6 })), {
    maxLength: 24,
  })
  .map((parts) => parts.join(' '));

const field = fc.constantFrom(
  'level',
  'n',
  's',
  'm.k',
  'list.0',
  '@message',
  '@timestamp',
  '`odd name`',
  'x',
);
const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', '`odd alias`', 'f.g');
const literal = fc.oneof(
  fc.string({ maxLength: 8 }).map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('true', 'false'),
);

const expression: fc.Arbitrary<string> = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    field,
    literal,
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '/', '%', '^', '=', '!=', '<', '<=', '>', '>='),
        tie('expression'),
      )
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('and', 'or'), tie('expression'))
      .map(([left, operator, right]) => `${left.includes('=') ? `(${left})` : left} ${operator} (${right})`),
    tie('expression').map((operand) => `not (${operand})`),
    tie('expression').map((operand) => `-(${operand})`),
    tie('expression').map((operand) => `coalesce(${operand}, 1)`),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('.k', '.user.id', '[0]', '[12].0.`odd key`', '.`a.b`[1].c', '.0'),
      )
      .map(([argument, path]) => `jsonParse(${argument})${path}`),
    fc
      .tuple(tie('expression'), fc.constantFrom('+ 9h', '- 1h', '+ 90 * 1', '- 2weeks'))
      .map(([moment, distance]) => `(${moment}) ${distance}`),
    fc.constantFrom('bin(@ingestionTime, 5m)', '5m + @timestamp', 'histogram(n, 10)', 'now() - 1d'),
    fc
      .tuple(field, fc.constantFrom('like', 'not like', '=~'))
      .map(([operand, operator]) => `${operand} ${operator} /a\\/(b|c)[\\d]/`),
    fc
      .tuple(field, fc.array(literal, { maxLength: 3 }))
      .map(([operand, list]) => `${operand} not in [${list.join(', ')}]`),
  ),
})).expression;

const command = fc.oneof(
  fc.tuple(expression, name).map(([made, alias]) => `fields ${made} as ${alias}`),
  fc.array(field, { minLength: 1, maxLength: 3 }).map((list) => `fields ${list.join(', ')}`),
  expression.map((condition) => `filter ${condition}`),
  fc.tuple(expression, fc.constantFrom('', ' asc', ' desc')).map(([key, order]) => `sort (${key})${order}`),
  fc
    .tuple(expression, expression)
    .map(([value, key]) => `stats count(*) as c1, max(${value}) as c2 by ${key} as k`),
  fc.integer({ min: 1, max: 100_000 }).map((count) => `limit ${count}`),
  field.map((list) => `unnest ${list} into element`),
  fc.constantFrom(
    'parse @message "* - *" as p1, p2',
    'parse @message /(?<g1>a\\/b)/',
    'parse /(x)(y)/ as q1, q2 multi',
    'parse m logfmt as lf',
    'parse csv as c1, c2',
    'parse json field=m "k.sub" as js',
    'json field=m.payload "k.`x`" as js1, "list[0].id" as js2',
    'json field=jsonParse(@message)[0].body "a" as js3',
    'json "a.b" as js4',
    'dedup level, n',
    'expand list',
    'pattern @message',
    'diff previousWeek',
    'filterIndex n in [1, "2", true]',
    "join type=left left=l right=r where l.n = r.n and l.s = r.m.k (SOURCE '/app' START=-1d END=now | limit any 3)",
    'lookup t a as b, c OUTPUTNEW d as e',
    'addtotals fieldname=sum row=false col=true n, s',
    'filldown a* b',
    'fillmissing with 0 for n, s, with "x" for level',
    'countFrequent level',
    "filter n in (SOURCE logGroups(namePrefix: ['a', 'b'], class: ['STANDARD']) | fields n)",
    'filter n not in (SOURCE logGroupTags([{"key": "k", "values": ["a*"]}]) | fields n)',
  ),
);

/** Queries that follow the grammar; not all of them mean something. */
export const grammaticalQuery = fc
  .array(command, { minLength: 1, maxLength: 6 })
  .map((commands) => commands.join(' | '));
