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
  return [
    like(
      '(?i), two .*',
      '(?i)(error|warn|fatal).*timeout.*(retry|abort)',
      ['-i'],
      '(error|warn|fatal).*timeout.*(retry|abort)',
    ),
    like('no match, two .*', 'level.*path.*zzz'),
    like('(a+)+$', '(a+)+$'),
    like('(?i), one .*', '(?i)[a-z]+.*zzz', ['-i'], '[a-z]+.*zzz'),
    like('(?i), word first', '(?i)upstream.*zzz', ['-i'], 'upstream.*zzz'),
    like('.*, no literal', '.*[0-9][0-9][0-9][0-9]ms'),
    like('one literal', 'upstream'),
    like('\\d+ in a text', 'order \\d+ took', [], 'order [0-9]+ took'),
    {
      name: 'three captures',
      query: 'parse @message /"level":"(?<l>.*)","path":"(?<p>.*)","msg":"(?<m>.*)",/ | stats count(*) by l',
      peers: [['grep', '-c', '-E', '"level":"(.*)","path":"(.*)","msg":"(.*)",']],
    },
    {
      name: 'two captures, lazy',
      query: 'parse @message /path":"(?<p>\\S+?)".*took (?<t>\\d+)ms/ | stats max(t)',
      peers: [['grep', '-c', '-E', 'path":"([^ ]+)".*took ([0-9]+)ms']],
    },
    { name: 'pattern', query: 'pattern @message', peers: [['grep', '-c', '-E', '"[a-z]+":']] },
    {
      name: 'jsonParse, unnest',
      query: 'fields jsonParse(@message) as j | unnest j.items into item | stats count(*) by item',
      peers: [['grep', '-c', '-E', '"items":\\[[0-9,]+\\]']],
    },
  ];
}

/** How many events an expression is found in. */
function like(name: string, source: string, flags: readonly string[] = [], grep = source): Case {
  return {
    name,
    query: `filter @message like /${source}/ | stats count(*)`,
    peers: [['grep', '-c', '-E', ...flags, grep]],
    rows: 1,
  };
}
