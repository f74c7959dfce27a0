import { expect } from 'chai';
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { NumberList } from '../../../src/simulation/insights-ql/functions/number-list.js';
import { Row } from '../../../src/simulation/insights-ql/execution/row.js';
import { compileRegex } from '../../../src/simulation/insights-ql/functions/regex.js';
import { scalarFunctions } from '../../../src/simulation/insights-ql/functions/index.js';
import {
  MAX_JSON_DEPTH,
  parseJson,
  parsePlainJson,
} from '../../../src/simulation/insights-ql/values/json.js';
import { discoverFields } from '../../../src/simulation/insights-ql/values/discovery.js';
import { parseJsonObject } from '../../../src/simulation/insights-ql/values/json-fragment.js';
import { JsonFields } from '../../../src/simulation/insights-ql/values/json-fields.js';
import {
  isPlainObject,
  memberTextOfPlain,
  otherPlainMember,
  plainMember,
} from '../../../src/simulation/insights-ql/values/json-member.js';
import { ownText } from '../../../src/simulation/insights-ql/values/own-text.js';
import { putInPlace } from '../../../src/simulation/insights-ql/values/put-in-place.js';
import {
  compareForSort,
  compareValues,
  isMap,
  parseNumber,
  toJson,
  type Value,
} from '../../../src/simulation/insights-ql/values/value.js';
import { events, rowsOf } from './fake-source.js';

/** Letters that functions are asked for, and halves of pairs beside each other and alone. */
const text = fc
  .array(fc.constantFrom('a', 'b', 'A', ' ', '\n', '1', '\\', '$', 'é', '😀', '\ud83d', '\ude00', '\u0301'), {
    maxLength: 14,
  })
  .map((parts) => parts.join(''));

function call(name: string, ...args: Value[]): Value {
  const context = { queryStartMillis: 0, queryEndMillis: 0, nowMillis: 0 };
  return scalarFunctions.get(name.toLowerCase())!.evaluate(args, context);
}

/** Keys and texts of objects, most of them JSON as programs write it. */
function objects(): { key: fc.Arbitrary<string>; made: fc.Arbitrary<string> } {
  const key = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('level', 'id', 'a b', '__proto__') },
    { weight: 1, arbitrary: fc.constantFrom('lev', '1', 'toString', '@x', 'a.b', 'é', '"', '') },
  );
  const plain = fc.constantFrom(
    '"info"',
    '"a longer text than that"',
    '""',
    '7',
    '-1.5e3',
    'true',
    'false',
    'null',
  );
  const strings = ['"\\"', '"\\u0041"', '"a\tb"', '"level"', '"é😀"', '"\ud83d"'];
  const numbers = [
    '-0',
    '01',
    '1.50',
    '1E+400',
    '1.',
    '.5',
    '123456789012345',
    '1234567890123456',
    '0.12345678901234567',
  ];
  const scalar = fc.oneof(
    { weight: 9, arbitrary: plain },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...strings, ...numbers, '12345678901234567890', 'nul', 'Infinity', ''),
    },
  );
  const value = fc.oneof(
    { weight: 4, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join(',')}]`) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.tuple(key, scalar), { maxLength: 3 })
        .map((members) => `{${members.map(([name, of]) => `"${name}": ${of}`).join(', ')}}`),
    },
    { weight: 1, arbitrary: fc.constantFrom('[[1]]', '{"a":{"level":1}}', '[{"level":2}]') },
  );
  const object = fc
    .tuple(fc.array(fc.tuple(key, value), { maxLength: 5 }), fc.constantFrom('', ' ', '  ', '\n'))
    .map(
      ([members, blank]) => `{${members.map(([name, of]) => `"${name}":${blank}${of}`).join(`,${blank}`)}}`,
    );
  const cut = fc
    .tuple(object, fc.nat(30), fc.constantFrom('', '"', '}', ' ', ',', '\\'))
    .map(([whole, at, by]) => whole.slice(0, at) + by + whole.slice(at + 1));
  return { key, made: fc.oneof(object, object, cut) };
}

/** The order of `sort` for texts, as it is documented: chunk by chunk. */
function orderOfChunks(left: string, right: string): number {
  const chunks = (of: string): string[] => of.match(/\d+|[^\d]/gu) ?? [];
  const [one, other] = [chunks(left), chunks(right)];
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const [a, b] = [one[at]!, other[at]!];
    if (a === b) continue;
    if (/^\d/.test(a) && /^\d/.test(b)) return a.length - b.length || (a < b ? -1 : 1);
    return a.codePointAt(0)! - b.codePointAt(0)!;
  }
  return one.length - other.length;
}

/** What the quick ways through a query are compared with: the plain ones. */
describe('quick ways', () => {
  it('trim as a list of characters is trimmed', () => {
    const trimmed = (of: string, chars: string, left: boolean, right: boolean): string => {
      const characters = Array.from(of);
      const set = new Set(chars);
      while (left && characters.length > 0 && set.has(characters[0]!)) characters.shift();
      while (right && characters.length > 0 && set.has(characters.at(-1)!)) characters.pop();
      return characters.join('');
    };
    fc.assert(
      fc.property(text, text, (of, chars) => {
        expect(call('ltrim', of, chars)).to.equal(trimmed(of, chars, true, false));
        expect(call('rtrim', of, chars)).to.equal(trimmed(of, chars, false, true));
        expect(call('trim', of, chars)).to.equal(trimmed(of, chars, true, true));
      }),
      { numRuns: 2000 },
    );
  });

  it('replace by what a replacement says at each match', () => {
    const piece = fc.constantFrom(
      '\\1',
      '$2',
      '$12',
      '${n}',
      '${1}',
      '\\0',
      '$$',
      '\\\\',
      '$',
      '\\',
      '${',
      'x',
      '$9',
      'é',
    );
    const replacement = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(''));
    const pattern = fc.constantFrom(
      'a',
      '(a)|(b)',
      '(?<n>a+)(\\d)?',
      '',
      '.',
      '(?<n>.*?)b',
      '\\d+',
      '(?i)(?<n>a)(b)?',
      '[^a]',
      '[^a]+',
      '[ab]+',
      '[\\d ]',
      '(a|b)+',
    );
    fc.assert(
      fc.property(text, pattern, replacement, (of, source, written) => {
        let replaced = '';
        let copied = 0;
        for (const match of compileRegex(source).matches(of)) {
          replaced += of.slice(copied, match.index);
          copied = match.end;
          replaced += written.replace(
            /\\(\d|\\)|\$(\d{1,2}|\$)|\$\{(\w+)\}/g,
            (all: string, back: string | undefined, dollar: string | undefined, name: string | undefined) => {
              const key = back ?? dollar ?? name!;
              if (key === '\\' || key === '$') return key;
              if (!/^\d+$/.test(key)) return match.groups[key] ?? '';
              return Number(key) < match.captures.length ? (match.captures[Number(key)] ?? '') : all;
            },
          );
        }
        expect(call('regexReplace', of, source, written)).to.equal(replaced + of.slice(copied));
      }),
      { numRuns: 2000 },
    );
  });

  it('replace runs of characters in long texts, and make long results', () => {
    const digits = (length: number): string => '12 '.repeat(length / 3);
    expect(call('regexReplace', digits(16_383), '\\d+', '#')).to.equal('# '.repeat(5_461));
    expect(call('regexReplace', digits(30_000), '\\d+', '#')).to.equal('# '.repeat(10_000));
    expect(call('regexReplace', digits(9_000), '\\d', 'twelve')).to.equal('twelvetwelve '.repeat(3_000));
    expect(call('regexReplace', digits(15_000), '\\d', 'twelve')).to.equal('twelvetwelve '.repeat(5_000));
    expect(call('regexReplace', `${digits(15_000)}é`, '\\d', '')).to.equal(`${' '.repeat(5_000)}é`);
  });

  it('order texts as digit runs and characters one after the other do', () => {
    const part = fc.constantFrom(
      'a',
      'b',
      '0',
      '1',
      '9',
      '12',
      ' ',
      'é',
      '\uffee',
      '😀',
      '😁',
      '\ud83d',
      '\ude00',
    );
    const parts = fc.array(part, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(parts, parts, parts, (common, left, right) => {
        // With a letter before them, none is a number.
        const [one, other] = [`x${common}${left}`, `x${common}${right}`];
        const order = Math.sign(compareValues(one, other));
        expect(order, JSON.stringify([one, other])).to.equal(Math.sign(orderOfChunks(one, other)));
        expect(Math.sign(compareValues(other, one)), JSON.stringify([other, one])).to.equal(0 - order);
      }),
      { numRuns: 20_000 },
    );
  });

  it('put in its place what sorting puts there', () => {
    const numbers = fc.array(fc.integer({ min: -5, max: 30 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(numbers, fc.nat(59), (list, at) => {
        const place = at % list.length;
        const sorted = list.toSorted((a, b) => a - b);
        const placed = [...list];
        if (!putInPlace(placed, place, (a, b) => a - b)) return;
        expect(placed[place]).to.equal(sorted[place]);
        expect(placed.slice(0, place).toSorted((a, b) => a - b)).to.deep.equal(sorted.slice(0, place));
        expect(placed.slice(place).toSorted((a, b) => a - b)).to.deep.equal(sorted.slice(place));
      }),
      { numRuns: 3_000 },
    );
    // McIlroy's adversary: what is compared is made the least that is left, so each round leaves nearly all of it.
    const count = 4_000;
    const list = Array.from({ length: count }, (_, index) => index);
    const values = list.map(() => count);
    let solid = 0;
    let candidate = 0;
    let asked = 0;
    const isPlaced = putInPlace(list, count - 1, (left, right) => {
      asked++;
      if (values[left] === count && values[right] === count) {
        values[left === candidate ? left : right] = solid++;
      }
      if (values[left] === count) candidate = left;
      else if (values[right] === count) candidate = right;
      return values[left]! - values[right]!;
    });
    expect(isPlaced).to.equal(false);
    expect(asked).to.be.below(count * 200);
    expect(list.toSorted((a, b) => a - b)).to.deep.equal(values.map((_, index) => index));
  });

  it('find percentiles as sorting does', () => {
    const number = fc.oneof(
      fc.integer({ min: 0, max: 9 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 80 }), (numbers) => {
        const list = new NumberList();
        for (const each of numbers) list.add(each);
        const sorted = Float64Array.from(numbers).sort();
        for (let place = 0; place <= numbers.length; place++) {
          const nth = list.nth(place);
          // Which of 0 and -0 comes first is left open.
          expect(nth === undefined ? nth : nth + 0).to.equal(
            place < sorted.length ? sorted[place]! + 0 : undefined,
          );
        }
      }),
    );
  });

  it('group, count and leave out repeated rows as maps do', async () => {
    const key = fc.constantFrom(
      'a',
      'b',
      '',
      'a longer text than that',
      'a longer text that differs',
      '7',
      null,
      undefined,
    );
    const row = fc.tuple(key, key);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
        const stored = events(...rows.map(([k, l]) => JSON.stringify({ x: 1, k, l })));
        // Newest first.
        const seen = rows.toReversed();
        const counted = (keyOf: (row: (typeof rows)[number]) => string): Map<string, number> => {
          const counts = new Map<string, number>();
          for (const each of seen) counts.set(keyOf(each), (counts.get(keyOf(each)) ?? 0) + 1);
          return counts;
        };
        const byOne = await rowsOf('stats count(*) as c, max(x) by k', stored);
        expect(byOne.map(({ k, c }) => [k ?? '-', Number(c)])).to.deep.equal([...counted(([k]) => k ?? '-')]);
        const byTwo = await rowsOf('stats count(*) as c by k, l', stored);
        expect(byTwo.map(({ k, l, c }) => [JSON.stringify([k ?? null, l ?? null]), Number(c)])).to.deep.equal(
          [...counted(([k, l]) => JSON.stringify([k ?? null, l ?? null]))],
        );
        const known = seen.map(([k]) => k).filter((k) => k !== null && k !== undefined);
        const [distinct] = await rowsOf('stats count_distinct(k) as c', stored);
        expect(distinct).to.deep.equal({ c: String(new Set(known).size) });
        const kept = await rowsOf('fields k | dedup k', stored);
        const first = kept.map(({ k }) => k).filter((k) => k !== undefined);
        expect(first).to.deep.equal([...new Set(known)]);
        const sorted = await rowsOf('fields k, l | sort k, l desc | limit 5', stored);
        const order = seen
          .map(([k, l]) => [k ?? null, l ?? null] as const)
          .map((pair, arrival) => ({ pair, arrival }))
          .sort(
            (a, b) =>
              compareForSort(a.pair[0], b.pair[0], 'asc') ||
              compareForSort(a.pair[1], b.pair[1], 'desc') ||
              a.arrival - b.arrival,
          );
        expect(sorted.map(({ k, l }) => [k ?? null, l ?? null])).to.deep.equal(
          order.slice(0, 5).map(({ pair }) => pair),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('keep of a text nothing but what they hold', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held: string[] = [];
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 100; index++) {
      const long = Buffer.alloc(1_000_000, 'abcdefghij').toString('latin1');
      held.push(ownText(long.slice(index, index + 40)));
    }
    collect();
    expect(process.memoryUsage().heapUsed - before).to.be.below(30_000_000);
    expect(new Set(held).size).to.equal(10);
    expect(ownText('é😀'.repeat(20).slice(1))).to.equal('é😀'.repeat(20).slice(1));
    expect(ownText('short')).to.equal('short');
  });

  it('read numbers as the expression for them does', () => {
    const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
    const digits = fc
      .array(fc.constantFrom('0', '7', '9', '.', '-', 'e', ' ', '\u0661', 'x'), { maxLength: 20 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(digits, fc.stringMatching(/^\d{1,17}$/)), (written) => {
        const number = NUMBER.test(written) && Number.isFinite(Number(written)) ? Number(written) : undefined;
        expect(parseNumber(written)).to.equal(number);
      }),
      { numRuns: 2000 },
    );
  });

  it('find a member of an object as parsing all of it does', () => {
    const { made: object } = objects();
    let found = 0;
    fc.assert(
      fc.property(object, fc.constantFrom('level', 'id', 'a b', '__proto__'), (made, name) => {
        const member = plainMember(made, name);
        if (member === undefined) return;
        found++;
        const parsed = parseJsonObject(made);
        expect(parsed, made).not.to.equal(undefined);
        expect(member, made).to.equal(new JsonFields(parsed!.object, made).get(name));
      }),
      { numRuns: 20_000 },
    );
    expect(found).to.be.greaterThan(200);
    expect(plainMember('{"level": "info", "items":[1,2], "n":{"level":2}}', 'level')).to.equal('info');
    expect(plainMember('{"level":1,"level":2}', 'level')).to.equal(undefined);
    expect(plainMember('{"n":{"level":2}}', 'level')).to.equal(undefined);
  });

  it('find another member of a plain object as parsing all of it does', () => {
    const { key, made: object } = objects();
    let found = 0;
    fc.assert(
      fc.property(object, key, (made, name) => {
        if (!isPlainObject(made)) return;
        const parsed = JSON.parse(made) as Record<string, unknown>;
        const written = memberTextOfPlain(made, name);
        if (written === undefined) return;
        found++;
        expect(Object.hasOwn(parsed, name), `${name} of ${made}`).to.equal(true);
        expect(JSON.parse(written), `${name} of ${made}`).to.deep.equal(parsed[name]);
        const member = otherPlainMember(made, name);
        if (member === undefined) return;
        expect(member, made).to.equal(new JsonFields(parseJsonObject(made)!.object, made).get(name));
      }),
      { numRuns: 20_000 },
    );
    expect(found).to.be.greaterThan(200);
    expect(memberTextOfPlain('{"a":"b: level","level": [1,2],"c":3}', 'level')).to.equal('[1,2]');
    expect(memberTextOfPlain('{"a":1,"level":"info, }"}', 'level')).to.equal('"info, }"');
    expect(memberTextOfPlain('{"a":"level","b":-1.5}', 'b')).to.equal('-1.5');
    // What is not sure: a key of an inner object, one that is there twice or not at all, a list of texts.
    expect(memberTextOfPlain('{"n":{"level":2},"a":1}', 'level')).to.equal(undefined);
    expect(memberTextOfPlain('{"level":1,"level":2}', 'level')).to.equal(undefined);
    expect(memberTextOfPlain('{"a":"level","b":["level"]}', 'level')).to.equal(undefined);
    expect(memberTextOfPlain('{"level":["]"]}', 'level')).to.equal(undefined);
    // What stands between two texts is no key.
    expect(memberTextOfPlain('{"a":":"}', ':')).to.equal(undefined);
  });

  it('give the members of parsed objects in any order as parsing all of them does', () => {
    const { key, made } = objects();
    fc.assert(
      fc.property(fc.array(fc.tuple(made, fc.array(key, { maxLength: 7 })), { maxLength: 30 }), (asks) => {
        for (const [text, keys] of asks) {
          const parsed = parseJson(text);
          const plain = parsePlainJson(text) as Record<string, unknown> | undefined;
          expect(parsed === undefined, text).to.equal(plain === undefined);
          if (parsed === undefined || !isMap(parsed)) continue;
          for (const name of keys) {
            const value = parsed.get(name);
            expect(value === undefined, `${name} of ${text}`).to.equal(!Object.hasOwn(plain!, name));
            if (value !== undefined)
              expect(toJson(value), `${name} of ${text}`).to.equal(JSON.stringify(plain![name]));
          }
          expect(toJson(parsed), text).to.equal(JSON.stringify(plain));
          expect([...parsed.keys()], text).to.deep.equal(Object.keys(plain!));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('give each field of an event alike, whether it is asked for alone, again or with others', () => {
    const messages = [
      '{"a":"x","b":1,"c":true}',
      '{"a":"\\n","b":2}',
      '{"a":{"b":3},"b":[4]}',
      'a b c',
      '{"b":"y"}',
      '{"a":12345678901234567890,"b":1.23456789}',
    ];
    const ask = fc.tuple(
      fc.nat(messages.length - 1),
      fc.array(fc.constantFrom('a', 'b', 'c', 'a.b', 'd'), { maxLength: 4 }),
    );
    const expected = (message: string, name: string): Value => {
      const parsed = parseJsonObject(message);
      return parsed === undefined ? null : new JsonFields(parsed.object, message).get(name);
    };
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 200 }), (asks) => {
        for (const [index, names] of asks) {
          const message = messages[index]!;
          const fields = discoverFields(events(message)[0]!);
          for (const name of names)
            expect(fields.get(name), `${name} of ${message}`).to.equal(expected(message, name));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('hold the fields of a row as a map does, and copies apart', () => {
    const name = fc.constantFrom(...Array.from({ length: 40 }, (_, index) => `f${index}`));
    const value = fc.constantFrom<Value>(null, 'text', 'b', 3, false);
    const step = fc.tuple(fc.nat(3), name, value);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const rows = [new Row()];
        const maps = [new Map<string, Value>()];
        for (const [of, name, value] of steps) {
          const index = of % rows.length;
          if (of === 3 && rows.length < 6) {
            rows.push(rows[index]!.copy());
            maps.push(new Map(maps[index]));
          }
          if (of === 2) rows[index] = rows[index]!.copyWith(name, value);
          else rows[index]!.set(name, value);
          maps[index]!.set(name, value);
        }
        for (const [index, row] of rows.entries()) {
          const map = maps[index]!;
          for (let field = 0; field < 40; field++) {
            expect(row.get(`f${field}`)).to.equal(map.get(`f${field}`) ?? null);
          }
          const length = [...map.values()].reduce<number>(
            (sum, value) => sum + (typeof value === 'string' ? value.length : 0),
            0,
          );
          expect(row.madeTextLength()).to.equal(length);
        }
      }),
    );
  });

  it('make the values of JSON that JSON.parse makes, with long numbers as their texts', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (plain) => {
        const written = JSON.stringify(plain);
        if (/\d{16}/.test(written)) return;
        const value = parseJson(written)!;
        expect(JSON.parse(toJson(value))).to.deep.equal(JSON.parse(written));
        if (!isMap(value)) return;
        const object = plain as Record<string, unknown>;
        expect(value.size).to.equal(Object.keys(object).length);
        expect([...value.keys()]).to.deep.equal(Object.keys(JSON.parse(written) as object));
        const each: [string, Value][] = [];
        value.forEach((item, key) => each.push([key, item]));
        expect(each.map(([key]) => key)).to.deep.equal([...value.keys()]);
        expect(each.map(([, item]) => toJson(item))).to.deep.equal([...value.values()].map(toJson));
        expect(value.has('no such key')).to.equal(Object.hasOwn(object, 'no such key'));
      }),
      { numRuns: 500 },
    );
    const map = parseJson('{"__proto__":{"a":[1]},"n":null}')!;
    expect(
      isMap(map) &&
        [map.get('__proto__'), map.get('toString'), map.get('n')].map((item) =>
          item === undefined ? item : toJson(item),
        ),
    ).to.deep.equal(['{"a":[1]}', undefined, 'null']);
  });

  it('find long numbers wherever they stand', () => {
    for (let before = 0; before < 40; before++) {
      for (const number of [
        '1234567890123456',
        '9007199254740993',
        '123456789012345678901',
        '123456789012345',
      ]) {
        const long = String(Number(number)) !== number;
        const value = parseJson(`{"${'k'.repeat(before)}":${number}}`)!;
        expect(isMap(value) && value.get('k'.repeat(before))).to.equal(long ? number : Number(number));
      }
    }
  });

  it('refuse what is nested too deep, and nothing else', () => {
    const nested = (depth: number, pad = ''): string => `${pad}${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(parseJson(nested(MAX_JSON_DEPTH - 1))).to.not.equal(undefined);
    expect(parseJson(nested(MAX_JSON_DEPTH))).to.not.equal(undefined);
    expect(parseJson(nested(MAX_JSON_DEPTH + 1))).to.equal(undefined);
  });

  it('find one of many texts as each by itself does', async () => {
    const sought = fc.constantFrom(
      'a',
      'b',
      'ab',
      'é',
      '.',
      '(',
      '[x',
      '\\\\',
      '^',
      '-',
      'a|b',
      '😀',
      '/',
      'aa',
      '{1}',
      '#',
      ' ',
    );
    const messages = fc.array(
      fc
        .array(
          fc.constantFrom(
            'a',
            'b',
            'é',
            '.',
            '(',
            '[',
            'x',
            '\\',
            '^',
            '-',
            '|',
            '😀',
            '\ud83d',
            '/',
            '{1}',
            '#',
            ' ',
            '\n',
          ),
          { minLength: 1, maxLength: 8 },
        )
        .map((parts) => parts.join('')),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(sought, { minLength: 4, maxLength: 8 }), messages, async (texts, lines) => {
        const condition = texts.map((each) => `@message like "${each}"`).join(' or ');
        const rows = await rowsOf(
          `fields @message | filter ${condition} | sort @timestamp asc`,
          events(...lines),
        );
        const plain = texts.map((each) => (each === '\\\\' ? '\\' : each));
        expect(rows.map((row) => row['@message'])).to.deep.equal(
          lines.filter((line) => plain.some((each) => line.includes(each))),
        );
      }),
      { numRuns: 400 },
    );
    // So many that an expression of them would be refused.
    const many = Array.from({ length: 300 }, (_, index) => `@message like "word ${index} of many"`).join(
      ' or ',
    );
    expect(await rowsOf(`filter ${many}`, events('word 7 of many', 'word 301 of many'))).to.have.length(1);
  });
});
