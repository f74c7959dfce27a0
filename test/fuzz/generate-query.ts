import { type Random } from './random.js';

const FIELDS = [
  '@timestamp',
  '@message',
  '@logStream',
  '@log',
  '@ingestionTime',
  '@ptr',
  'level',
  'status',
  'error.type',
  'tags.0',
  '`odd-name`',
  'missing',
  '@requestId',
  'm.`a.b`',
];

const FUNCTIONS = [
  'abs',
  'ceil',
  'floor',
  'greatest',
  'least',
  'log',
  'round',
  'sqrt',
  'haversine',
  'toNumber',
  'ispresent',
  'coalesce',
  'case',
  'if',
  'isNumeric',
  'messageSize',
  'queryStartTime',
  'jsonParse',
  'jsonStringify',
  'jsonArraySize',
  'jsonArrayContains',
  'md5',
  'sha256',
  'isValidIp',
  'isIpInSubnet',
  'ipv4ToNumber',
  'isPrivateIP',
  'isempty',
  'isblank',
  'concat',
  'ltrim',
  'trim',
  'strlen',
  'toupper',
  'substr',
  'replace',
  'regexReplace',
  'regex_replace',
  'histogram',
  'strcontains',
  'startsWith',
  'urlencode',
  'urldecode',
  'base64encode',
  'base64decode',
  'split',
  'hexToAscii',
  'hexToDec',
  'decToHex',
  'bin',
  'datefloor',
  'dateceil',
  'fromMillis',
  'toMillis',
  'now',
  'parseDate',
  'formatDate',
  'strftime',
  'nosuchfunction',
];

const AGGREGATES = [
  'avg',
  'sum',
  'min',
  'max',
  'stddev',
  'median',
  'variance',
  'count',
  'countDistinct',
  'count_distinct',
  'pct',
  'values',
  'earliest',
  'latest',
  'sortsFirst',
  'sortsLast',
  'rate',
  'count_over_time',
  'sum_over_time',
  'histogram',
  'topk',
];

const REGEXES = [
  '/err/',
  '/(?i)ERR.*/',
  '/(a+)+$/',
  '/^(\\w+\\s?)*$/',
  '/(?<x>\\d+)/',
  '/[/',
  '/a{1000}{1000}/',
  '/\\//',
  '/(a|a)*b/',
];

/** A query that the service takes. */
export function wellFormedQuery(random: Random): string {
  return random.pick([
    'fields @timestamp, @message | sort @timestamp desc | limit 20',
    `filter trace_id = "t${random.below(50)}"`,
    'filter level in ["error", "warn"] | stats count(*) as n by level | sort n desc',
    'stats avg(status), pct(status, 95) by bin(5m)',
    'parse @message "ERROR *" as rest | filter ispresent(rest) | dedup rest',
    'parse @message /(?<verb>GET|POST) (?<path>\\S+)/ | stats count_distinct(path) by verb',
    'fields strlen(@message) as size, toupper(level) as l | filter size > 10 | limit 5',
    "SOURCE logGroups(namePrefix: ['/fuzz']) | fields @log",
    'filter @message like /(?i)error/ | fields jsonParse(@message) as j | limit 3',
    'stats earliest(@message) by @logStream',
    'fields level | lookup t1 level OUTPUT text | limit 10',
    'filterIndex trace_id = "t1"',
    'pattern @message',
    'fields tags.0 | unnest tags into tag',
    'fields jsonParse(@message).tags[0] as tag, @timestamp + 9h as t | filter t > now() - 1h',
    'json field=@message "error.type" as kind | stats median(status), count_over_time(*) by bin(@ingestionTime, 1h)',
    "filter level in (SOURCE '/fuzz/a' | stats count(*) as n by level | filter n > 1 | fields level)",
  ]);
}

/** A query, mostly well-formed, over fields that the fuzzed log groups hold; some are broken on purpose. */
export function generateQuery(random: Random): string {
  const commands = random.many(1, 5, () => generateCommand(random));
  let query = commands.join(random.pick([' | ', '|', '\n| ', ' | # note\n']));
  if (random.chance(0.02)) query = `fields ${'('.repeat(random.below(3000))}1`;
  if (random.chance(0.02)) query = `filter ${'not '.repeat(random.below(2000))}a = 1`;
  return random.chance(0.2) ? random.mutate(query) : query;
}

function generateCommand(random: Random): string {
  const field = () => random.pick(FIELDS);
  const expression = () => generateExpression(random, 3);
  const list = (make: () => string) => random.many(1, 3, make).join(', ');
  const named = (make: () => string) => () =>
    random.chance(0.4) ? `${make()} as x${random.below(9)}` : make();
  return random.pick([
    () => `fields ${list(named(expression))}`,
    () => `display ${list(field)}`,
    () => `filter ${generateCondition(random, 3)}`,
    () => `where ${generateCondition(random, 2)}`,
    () =>
      `stats ${list(named(() => generateAggregate(random)))}${random.chance(0.6) ? ` by ${list(named(expression))}` : ''}`,
    () => `sort ${list(() => `${expression()}${random.pick(['', ' asc', ' desc'])}`)}`,
    () => `limit ${random.pick(['1', '10', '0', '100000', '100001', '-1', 'any 3', 'x'])}`,
    () => `parse ${random.pick(['', field()])} "${random.pick(['a * b *', '*', '**', 'x', '"'])}" as a, b`,
    () => `parse ${field()} ${random.pick(REGEXES)}`,
    () => `parse ${field()} ${random.pick(['logfmt as m', 'csv as a, b'])}`,
    () =>
      `json ${random.pick(['', `field=${field()} `])}"${random.pick(['a.b', 'tags[0]', '', '.', random.text(4)])}" as j`,
    () => `dedup ${list(field)}`,
    () => `unnest ${field()} into x`,
    () => `pattern ${field()}`,
    () => `filterIndex ${field()} = ${literal(random)}`,
    () => `filterIndex ${field()} in [${list(() => literal(random))}]`,
    () => `fillmissing with 0 for ${field()}`,
    () => `filldown ${field()}`,
    () => `addtotals ${field()}`,
    () => `countFrequent ${field()}`,
    () => `expand ${field()}`,
    () => 'diff',
    () => `SOURCE logGroups(namePrefix:['/fuzz'])`,
    () => `join type=left left=l right=r where l.level=r.level (SOURCE '/fuzz/a' | fields level)`,
    () => `filter level in (SOURCE '/fuzz/a' | fields level)`,
    () => `${random.text()} ${field()}`,
    () => `anomaly`,
  ])();
}

function generateExpression(random: Random, depth: number): string {
  if (depth === 0 || random.chance(0.4)) return random.chance(0.6) ? random.pick(FIELDS) : literal(random);
  const inner = () => generateExpression(random, depth - 1);
  return random.pick([
    () => `${random.pick(FUNCTIONS)}(${random.many(0, 3, inner).join(', ')})`,
    () => `${inner()} ${random.pick(['+', '-', '*', '/', '^', '%'])} ${inner()}`,
    () => `(${inner()})`,
    () => `-${inner()}`,
    () =>
      `${random.pick(FUNCTIONS)}(${inner()})${random.pick(['.a', '[0]', '.`a b`[1].0', '.', '[', '[-1]', '.0.x'])}`,
    () =>
      `${inner()} ${random.pick(['+', '-'])} ${random.pick(['9h', '1mo', '99999999999999y', '5x', '0s'])}`,
    () => `bin(${inner()}, ${random.pick(['5m', '1mo', '0m'])})`,
    () => `histogram(${inner()}, ${random.pick(['10', '0.1', '0', '-1', 'level'])})`,
    () => `bin(${random.pick(['5m', '1h', '30s', '300s', '1w', '2mo', '0m', '5x', '1d'])})`,
    () => generateCondition(random, depth - 1),
  ])();
}

function generateCondition(random: Random, depth: number): string {
  const operand = () => generateExpression(random, Math.max(0, depth - 1));
  if (depth > 0 && random.chance(0.4)) {
    const inner = () => generateCondition(random, depth - 1);
    return random.pick([
      () => `${inner()} ${random.pick(['and', 'or', 'AND'])} ${inner()}`,
      () => `not ${inner()}`,
      () => `(${inner()})`,
    ])();
  }
  return random.pick([
    () => `${operand()} ${random.pick(['=', '!=', '<', '<=', '>', '>='])} ${operand()}`,
    () =>
      `${random.pick(FIELDS)} ${random.pick(['like', 'not like', '=~'])} ${random.chance(0.5) ? random.pick(REGEXES) : literal(random)}`,
    () =>
      `${random.pick(FIELDS)} ${random.pick(['in', 'not in'])} [${random.many(0, 4, () => literal(random)).join(', ')}]`,
    () => `ispresent(${random.pick(FIELDS)})`,
  ])();
}

function generateAggregate(random: Random): string {
  const call = () => {
    const name = random.pick(AGGREGATES);
    return `${name}(${random.pick(['*', '', random.pick(FIELDS), `${random.pick(FIELDS)}, ${literal(random)}`])})`;
  };
  return random.chance(0.2) ? `${call()} ${random.pick(['+', '/'])} ${call()}` : call();
}

function literal(random: Random): string {
  return random.pick([
    () => String(random.below(1000)),
    () => `${random.below(100)}.${random.below(100)}`,
    () => '"error"',
    () => "'2026-01-01 00:00:00.000'",
    () => JSON.stringify(random.text()),
    () => `"${random.text(4)}"`,
    () => '1e309',
    () => '-0',
    () => '99999999999999999999',
  ])();
}
