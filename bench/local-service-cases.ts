import { EVENTS_PER_TRACE, spanIdOf, traceIdOf } from './log-lines.js';

/** A query and the commands that do the same to a file of the lines. */
export interface Case {
  readonly name: string;
  readonly query: string;
  readonly peers: readonly (readonly [command: string, ...args: string[]])[];
  /** Rows that must come; undefined where that is not the point. */
  readonly rows?: number;
}

/** Look-ups and counts, over the lines of `logLine`. */
export function usualCases(events: number, spanMillis: number): Case[] {
  const middle = Math.floor(events / 2);
  return [
    lookUp('look-up, indexed', 'trace_id', traceIdOf(middle), EVENTS_PER_TRACE),
    lookUp('look-up, no index', 'span_id', spanIdOf(middle), 1),
    {
      name: 'count by bin',
      query: 'stats count(*) by bin(5m)',
      peers: [['jq', '-c', '.timestamp / 300000 | floor']],
      rows: spanMillis / (5 * 60_000),
    },
    {
      name: 'regex',
      query: 'filter @message like /order \\d+ failed/ | stats count(*)',
      peers: [
        ['grep', '-c', '-E', 'order [0-9]+ failed'],
        ['jq', '-c', 'select(.body | test("order \\\\d+ failed")) | .timestamp'],
      ],
      rows: 1,
    },
  ];
}

function lookUp(name: string, field: string, value: string, rows: number): Case {
  return {
    name,
    query: `fields @message | filter ${field} = "${value}"`,
    peers: [
      ['grep', '-c', `"${field}":"${value}"`],
      ['jq', '-c', `select(.${field} == "${value}") | .body`],
    ],
    rows,
  };
}

/** Expressions that ask much of a matcher, and commands that take each event apart, over the lines of `shortLogLine`. */
export function expressionCases(): Case[] {
  return [...slowExpressions(), ...quickExpressions(), ...commands()];
}

/** What a matcher that goes back, or keeps all ways open, is slow with. */
function slowExpressions(): Case[] {
  return [
    like('(?i), two .*', '(?i)(error|warn|fatal).*timeout.*(retry|abort)', {
      flags: ['-i'],
      grep: '(error|warn|fatal).*timeout.*(retry|abort)',
    }),
    like('no match, two .*', 'level.*path.*zzz'),
    like('(a+)+$', '(a+)+$'),
    like('([a-z]+,?)+$', '([a-z]+,?)+$'),
    like('(\\w+\\W?)+!', '([a-z0-9_]+[^a-z0-9_]?)+!'),
    like('(a|b|ab)*c…z{2}', '(a|b|ab)*c.*z{2}'),
    like('(?i), one .*', '(?i)[a-z]+.*zzz', { flags: ['-i'], grep: '[a-z]+.*zzz' }),
    like('(?i), word first', '(?i)upstream.*zzz', { flags: ['-i'], grep: 'upstream.*zzz' }),
    like('.*, no literal', '.*[0-9][0-9][0-9][0-9]ms'),
    like('.{20,60} between', 'path.{20,60}zzz'),
    like('30 words', `(${WORDS.join('|')})`),
    like('(?i), 30 words', `(?i)(${WORDS.join('|')})`, { flags: ['-i'], grep: `(${WORDS.join('|')})` }),
    like('30 words .* 30', `(${WORDS.join('|')}).*(${WORDS.join('|')})`),
    {
      name: 'three captures',
      query: 'parse @message /"level":"(?<l>.*)","path":"(?<p>.*)","msg":"(?<m>.*)",/ | stats count(*) by l',
      peers: [['grep', '-c', '-E', '"level":"(.*)","path":"(.*)","msg":"(.*)",']],
    },
    {
      name: 'three captures, lazy',
      query:
        'parse @message /"level":"(?<l>.*?)".*?"path":"(?<p>.*?)".*?"msg":"(?<m>.*?)"/ | stats count(*) by l',
      peers: [['grep', '-c', '-P', '"level":"(.*?)".*?"path":"(.*?)".*?"msg":"(.*?)"']],
    },
    {
      name: 'two captures, lazy',
      query: 'parse @message /path":"(?<p>\\S+?)".*took (?<t>\\d+)ms/ | stats max(t)',
      peers: [['grep', '-c', '-P', 'path":"(\\S+?)".*took (\\d+)ms']],
    },
    {
      name: 'capture of few',
      query: 'parse @message /.*(?<what>retry|abort).* (?<t>\\d+)ms/ | stats max(t) by what',
      peers: [['grep', '-c', '-E', '.*(retry|abort).* ([0-9]+)ms']],
    },
  ];
}

/** What JavaScript's own matcher, or a search for a text, is quick with. */
function quickExpressions(): Case[] {
  return [
    like('one literal', 'upstream'),
    like('\\d+ in a text', 'order \\d+ took', { grep: 'order [0-9]+ took' }),
    like('level of two', '"level":"(error|fatal)"'),
    like('class, anchored', '^\\{"level":"[aeiou]', { grep: '^\\{"level":"[aeiou]' }),
    {
      name: 'one capture',
      query: 'parse @message /took (?<t>\\d+)ms/ | stats max(t)',
      peers: [['grep', '-c', '-P', 'took (\\d+)ms']],
    },
    {
      name: 'parse, globs',
      query: 'parse @message "\\"path\\":\\"*\\",\\"msg\\":\\"* *\\"" as p, m, n | stats count(*) by m',
      peers: [['grep', '-c', '-P', '"path":"(.*?)","msg":"(.*?) (.*?)"']],
    },
    {
      name: 'parse "* * *"',
      query: 'parse @message "* * *" as a, b, c | stats count(*) by a',
      peers: [['grep', '-c', '-P', '^(.*?) (.*?) (.*)$']],
    },
    {
      name: '20 times like',
      query: `filter ${WORDS.slice(0, 20)
        .map((word) => `@message like "${word}"`)
        .join(' or ')} | stats count(*)`,
      peers: [['grep', '-c', '-F', ...WORDS.slice(0, 20).flatMap((word) => ['-e', word])]],
    },
  ];
}

/** Commands and functions that take each event apart. */
function commands(): Case[] {
  return [
    { name: 'pattern', query: 'pattern @message', peers: [['grep', '-c', '-E', '"[a-z]+":']] },
    {
      name: 'parse, pattern',
      query: 'parse @message /"msg":"(?<m>[^"]*)"/ | pattern m',
      peers: [['grep', '-c', '-E', '"msg":"[^"]*"']],
    },
    {
      name: 'jsonParse, unnest',
      query: 'fields jsonParse(@message) as j | unnest j.items into item | stats count(*) by item',
      peers: [['grep', '-c', '-E', '"items":\\[[0-9,]+\\]']],
    },
    each('jsonParse', 'stats count(*) by jsonParse(@message).level', '"level":"[a-z]+"'),
    each('by a JSON field', 'stats count(*) by level', '"level":"[a-z]+"'),
    each(
      'by two JSON fields',
      'stats count(*) as c by level, path | sort c desc | limit 20',
      '"path":"[^"]+"',
    ),
    each('JSON field =', 'filter level = "fatal" | stats count(*)', '"level":"fatal"'),
    each('parse … multi', 'parse @message /(?<n>\\d+)/ multi | stats max(n)', '[0-9]+'),
    each('strcontains', 'stats sum(strcontains(@message, "timeout"))', 'timeout'),
    each('replace', 'stats max(strlen(replace(@message, "orders", "o")))', 'orders'),
    each('regexReplace', 'stats max(strlen(regexReplace(@message, "[0-9]+", "#")))', '[0-9]+'),
    each('ltrim, chars', 'stats max(strlen(ltrim(@message, "{\\"")))', '^[{"]+'),
    each('tolower', 'stats max(strlen(tolower(@message)))', '[A-Z]'),
    each('sort by text', 'fields @message | sort @message desc | limit 20', '.'),
    each('sort by JSON text', 'fields msg | sort msg | limit 20', '"msg":"[^"]*"'),
    each('dedup', 'dedup level | limit 20', '"level":"[a-z]+"'),
    each('count_distinct', 'stats count_distinct(id)', '"id":"[0-9a-f]+"'),
    each('count by id', 'stats count(*) as c by id | sort c desc | limit 10', '"id":"[0-9a-f]+"'),
    each('pct', 'parse @message /(?<t>\\d+)ms/ | stats pct(t, 50), pct(t, 99)', '[0-9]+ms'),
  ];
}

function each(name: string, query: string, grep: string): Case {
  return { name, query, peers: [['grep', '-c', '-E', grep]] };
}

/** Words of which no line holds one. */
const WORDS = (
  'alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec ' +
  'romeo sierra tango uniform victor whiskey xray yankee zulu connection refused deadlock segfault'
).split(' ');

/** How many events an expression is found in. */
function like(
  name: string,
  source: string,
  { flags = [], grep = source }: { readonly flags?: readonly string[]; readonly grep?: string } = {},
): Case {
  return {
    name,
    query: `filter @message like /${source}/ | stats count(*)`,
    peers: [['grep', '-c', '-E', ...flags, grep]],
    rows: 1,
  };
}
