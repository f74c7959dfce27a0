import { type Random } from './random.js';

/** A filter pattern that the service takes. */
export function wellFormedPattern(random: Random): string {
  return random.pick([
    '',
    'ERROR',
    'ERROR -fine ?warn',
    '"GET /"',
    '%err[a-z]+%',
    '[ip, id, user, time, request, status=4*, size>10]',
    '[..., status!=200]',
    '{ $.level = "error" && $.status >= 500 }',
    '{ ($.tags[0] = "a" || $.error.type = "x*") && $.missing NOT EXISTS }',
    `{ $.status = ${random.below(600)} }`,
  ]);
}

/** A filter pattern: terms, delimited fields, JSON or regular expressions; some are broken on purpose. */
export function generatePattern(random: Random): string {
  const pattern = random.pick([terms, delimited, json, (source: Random) => source.text(30)])(random);
  return random.chance(0.25) ? random.mutate(pattern) : pattern;
}

function terms(random: Random): string {
  const term = () =>
    random.pick(['', '-', '?']) +
    random.pick([
      () => 'ERROR',
      () => `"${random.text(8)}"`,
      () => `%${random.pick(['err', '^\\d+$', '(a', 'a{2,', '[a-z]+', '\\x41', '(a+)+'])}%`,
      () => random.text(6),
    ])();
  return random.many(0, 5, term).join(' ');
}

function delimited(random: Random): string {
  const value = () => random.pick(['4*', '"x y"', '>1000', 'abc', '%\\d+%', '', '-1.5e3', '*']);
  const field = () =>
    random.pick([
      () => 'w',
      () => '...',
      () => '',
      () => `status${random.pick(['=', '!=', '<', '<=', '>', '>='])}${value()}`,
      () => `a=1 ${random.pick(['&&', '||'])} a!=2`,
      () => random.text(5),
    ])();
  return `[${random.many(0, 6, field).join(',')}]`;
}

function json(random: Random): string {
  return `{ ${jsonCondition(random, 4)} }`;
}

function jsonCondition(random: Random, depth: number): string {
  if (depth > 0 && random.chance(0.4)) {
    const inner = () => jsonCondition(random, depth - 1);
    return random.chance(0.3) ? `(${inner()})` : `${inner()} ${random.pick(['&&', '||'])} ${inner()}`;
  }
  const selector = `$${random
    .many(0, 3, () => random.pick(['.level', '.status', '[0]', '[*]', '.*', ".['a.b']", '.tags[1]', '["x"]']))
    .join('')}`;
  const value = random.pick([
    '"ERR*"',
    '500',
    '-1e-3',
    'error',
    '4*',
    '%e.*r%',
    '"*"',
    JSON.stringify(random.text(5)),
  ]);
  return random.pick([
    `${selector} ${random.pick(['=', '!=', '<', '>', '>=', '<='])} ${value}`,
    `${selector} IS ${random.pick(['NULL', 'TRUE', 'FALSE', 'NOT NULL'])}`,
    `${selector} NOT EXISTS`,
    `${selector} EXISTS`,
  ]);
}
