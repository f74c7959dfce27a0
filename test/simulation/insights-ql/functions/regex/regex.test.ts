import { expect } from 'chai';
import fc from 'fast-check';
import { compileRegex, RegexError } from '../../../../../src/simulation/insights-ql/functions/regex.js';
import { backtrackingSteps } from '../../../../../src/simulation/insights-ql/functions/regex/backtracking-cost.js';
import { toJavaScript } from '../../../../../src/simulation/insights-ql/functions/regex/javascript.js';
import { search, searchAll } from '../../../../../src/simulation/insights-ql/functions/regex/matcher.js';
import { parseRegex } from '../../../../../src/simulation/insights-ql/functions/regex/parser.js';
import { compileProgram } from '../../../../../src/simulation/insights-ql/functions/regex/program.js';

/** What the linear matcher finds; the JavaScript matcher takes no part. */
function linear(source: string, text: string, start = 0): (string | undefined)[] | undefined {
  const slots = search(compileProgram(parseRegex(source)), text, start);
  return slots && capturesOf(slots, text);
}

function capturesOf(slots: Int32Array, text: string): (string | undefined)[] {
  const captures: (string | undefined)[] = [];
  for (let slot = 0; slot < slots.length; slot += 2) {
    captures.push(slots[slot]! < 0 ? undefined : text.slice(slots[slot], slots[slot + 1]));
  }
  return captures;
}

describe('compileRegex', () => {
  const cases: readonly (readonly [source: string, text: string, found: string | undefined])[] = [
    ['error', 'an error', 'error'],
    ['Error', 'an error', undefined],
    ['(?i)ERROR', 'an Error', 'Error'],
    ['a(?i)b', 'aB', 'aB'],
    ['a(?i)b', 'AB', undefined],
    ['(?i:a)b', 'Ab', 'Ab'],
    ['(?i:a)b', 'AB', undefined],
    ['(?i)a(?-i)b', 'Ab', 'Ab'],
    ['(?i)[^a]', 'Ab', 'b'],
    ['(?i)É', 'é', 'é'],
    ['a.c', 'a\nc', undefined],
    ['(?s)a.c', 'a\nc', 'a\nc'],
    ['a.c', 'a😀c', 'a😀c'],
    ['^b', 'a\nb', undefined],
    ['(?m)^b$', 'a\nb\nc', 'b'],
    ['foo$', 'foo\n', 'foo'],
    ['foo\\z', 'foo\n', undefined],
    ['foo\\Z', 'foo\n', 'foo'],
    ['\\Afoo', 'a foo', undefined],
    ['\\bfoo\\b', 'a foo.', 'foo'],
    ['\\Boo', 'foo', 'oo'],
    ['[[:alpha:]]+', '12abc', 'abc'],
    ['[[:^digit:]]+', '12abc', 'abc'],
    ['[]a]+', 'x]a', ']a'],
    ['[a\\-z]+', 'b-a', '-a'],
    ['[a-]+', 'b-a', '-a'],
    ['[\\w.]+@[\\w.]+', 'to a.b@c.d now', 'a.b@c.d'],
    ['[\\b]', 'a\bc', '\b'],
    ['\\x41\\x{1F600}\\u0042\\u{43}', 'A😀BC', 'A😀BC'],
    ['\\0\\t\\a', '\0\t\x07', '\0\t\x07'],
    ['\\Qa.b\\E+', 'a.bb', 'a.bb'],
    ['\\Qa.b', 'a.b', 'a.b'],
    ['\\p{Lu}+', 'aÀB', 'ÀB'],
    ['\\P{L}+', 'ab12', '12'],
    ['\\p{Greek}', 'aα', 'α'],
    ['\\pL', '1a', 'a'],
    ['a{2}', 'aaa', 'aa'],
    ['a{2,}', 'aaa', 'aaa'],
    ['a{1,2}?', 'aaa', 'a'],
    ['a{,2}', 'a{,2}', 'a{,2}'],
    ['{"a":\\d+}', '{"a":1}', '{"a":1}'],
    ['(?U)a+', 'aaa', 'a'],
    ['(?x) a b # both\n c', 'abc', 'abc'],
    ['a|b|', 'c', ''],
    ['(?:ab|a)(?:bc|c)', 'abc', 'abc'],
    ['<.*?>', '<a><b>', '<a>'],
    ['(a|ab)(c|bcd)(d*)', 'abcd', 'abcd'],
    ['\\$\\{x\\}', '${x}', '${x}'],
    ['[^\\s\\S]', 'a', undefined],
    ['(?:)+a', 'a', 'a'],
    ['(a*)*b', 'aab', 'aab'],
    ['', 'abc', ''],
  ];
  for (const [source, text, found] of cases) {
    it(`/${source}/ in ${JSON.stringify(text)}`, () => {
      const regex = compileRegex(source);
      expect(regex.exec(text)?.captures[0]).to.equal(found);
      expect(regex.test(text)).to.equal(found !== undefined);
      expect(linear(source, text)?.[0]).to.equal(found);
    });
  }

  it('gives named groups', () => {
    const regex = compileRegex('user=(?<user>\\w+)(?: id=(?P<id>\\d+))?');
    expect(regex.groupNames).to.deep.equal(['user', 'id']);
    expect(regex.groupCount).to.equal(2);
    expect({ ...regex.exec('x user=ann id=7')!.groups }).to.deep.equal({ user: 'ann', id: '7' });
    expect({ ...regex.exec('x user=ann')!.groups }).to.deep.equal({ user: 'ann' });
    expect(regex.exec('x user=ann')!.captures).to.deep.equal(['user=ann', 'ann', undefined]);
    expect(compileRegex("(?'q'a)").groupNames).to.deep.equal(['q']);
  });

  it('searches on from a position', () => {
    const regex = compileRegex('a(\\d)');
    expect(regex.exec('a1 a2', 1)).to.deep.include({ index: 3, end: 5 });
    expect(regex.exec('a1 a2', 4)).to.equal(undefined);
    expect(regex.exec('a1', 3)).to.equal(undefined);
    expect(compileRegex('(?:(a)|b)+').exec('xab', 1)!.captures).to.deep.equal(['ab', 'a']);
  });

  it('finds an empty match behind the first half of a pair that has no second', () => {
    expect(linear('\\z', 'a\ud83d')).to.deep.equal(['']);
    expect(linear('(?m)$', '\ude00\ud83d')).to.deep.equal(['']);
  });

  it('finds all matches after another search', () => {
    const regex = compileRegex('a(\\d)');
    regex.exec('a1 a2');
    expect([...regex.matches('a3 a4')].map(({ index }) => index)).to.deep.equal([0, 3]);
    regex.test('a1 a2');
    expect([...regex.matches('a3 a4')].map(({ index }) => index)).to.deep.equal([0, 3]);
  });

  it('tells whether a text holds one that is the whole expression', () => {
    for (const source of ['err', 'a\\.b', '(x)y', '(?:ab)', 'é😀', '\\x{1f600}', 'a'.repeat(300)]) {
      const regex = compileRegex(source);
      for (const text of [
        '',
        'an error',
        'a.b',
        'axb',
        'xy',
        'ab',
        'aé😀',
        '\ud83d',
        '😀',
        'a'.repeat(301),
      ]) {
        expect(regex.test(text), `${source} in ${text}`).to.equal(linear(source, text) !== undefined);
      }
    }
    expect(compileRegex('ERR', { caseInsensitive: true }).test('an error')).to.equal(true);
    expect(compileRegex('^err').test('an error')).to.equal(false);
    expect(compileRegex('err\\b').test('an error')).to.equal(false);
  });

  it('ignores case by option', () => {
    expect(compileRegex('abc', { caseInsensitive: true }).test('xABC')).to.equal(true);
  });

  it('refuses what RE2 and Hyperscan refuse, in words and with the position', () => {
    const refused: [string, string, number][] = [
      ['(a)\\1', 'back-references', 3],
      ['(?<n>a)\\k<n>', 'back-references', 7],
      ['(?P<n>a)(?P=n)', 'back-references', 8],
      ['a(?=b)', 'look-ahead', 1],
      ['a(?!b)', 'look-ahead', 1],
      ['(?<=a)b', 'look-behind', 0],
      ['(?<!a)b', 'look-behind', 0],
      ['(?>a)', 'atomic', 0],
      ['(?(1)a)', 'conditional', 0],
      ['(?#x)', 'comments', 0],
      ['(?|a)', 'not supported', 0],
      ['a++', 'repetition follows', 2],
      ['*a', 'nothing stands before', 0],
      ['a{1001}', 'more than 1000', 1],
      ['a{1,1001}', 'more than 1000', 1],
      ['a{2,1}', 'ends before', 1],
      ['(a', 'not closed', 0],
      ['a)', 'no "("', 1],
      ['[a', 'not closed', 0],
      ['[z-a]', 'ends before', 1],
      ['[a-\\d]', 'ends before', 1],
      ['[[:foo:]]', 'not known', 1],
      ['\\q', 'no meaning', 0],
      ['a\\', 'at the end', 1],
      ['\\xZ', 'hexadecimal', 0],
      ['\\u12', 'hexadecimal', 0],
      ['\\x{110000}', 'hexadecimal', 0],
      ['\\p{Foo}', 'not known', 0],
      ['(?<1a>x)', 'no name', 0],
      ['(?<a>x)(?<a>y)', 'two groups', 7],
    ];
    for (const [source, reason, offset] of refused) {
      const caught = catchError(() => compileRegex(source));
      expect(caught, source).to.be.instanceOf(RegexError);
      expect((caught as RegexError).message, source).to.include(reason);
      expect((caught as RegexError).offset, source).to.equal(offset);
    }
  });

  it('refuses expressions that are too large', () => {
    expect(catchError(() => compileRegex('(?:(?:a{100}){100}){10}'))).to.be.instanceOf(RegexError);
    expect(catchError(() => compileRegex('('.repeat(300) + ')'.repeat(300)))).to.be.instanceOf(RegexError);
    expect(catchError(() => compileRegex('(?:a*b*){900}'))).to.be.instanceOf(RegexError);
    expect(compileRegex('[a-z]{0,1000}').test('abc')).to.equal(true);
  });

  it('does not hang on what hangs a backtracking matcher', function () {
    this.timeout(180_000);
    const hostile: [string, string][] = [
      ['(a+)+$', 'a'.repeat(50_000) + 'b'],
      ['(a|a)+$', 'a'.repeat(50_000) + 'b'],
      ['(a|aa)+$', 'a'.repeat(50_000) + 'b'],
      ['(x+x+)+y', 'x'.repeat(20_000)],
      ['(.*)(.*)(.*)(.*)(.*)[z]', 'q'.repeat(20_000)],
      ['a*a*a*a*a*a*b', 'a'.repeat(20_000)],
      ['(?:a?){50}a{50}$', 'a'.repeat(49) + 'b'],
      ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(30_000)],
    ];
    for (const [source, text] of hostile) expect(compileRegex(source).test(text), source).to.equal(false);
  });

  it('leaves to the JavaScript matcher only what it does in few steps', () => {
    const steps = (source: string, length: number) => backtrackingSteps(parseRegex(source).node, length);
    expect(steps('user=\\w+ in \\d+ ms', 1000)).to.be.below(3e6);
    expect(steps('(?:\\w+ )+x', 100)).to.be.below(3e6);
    expect(steps('"(?:[^"\\\\]|\\\\.)*"', 1000)).to.be.below(5e6);
    for (const endless of [
      '(a+)+$',
      '(a+)+b',
      '(a|a)*b',
      '(a*)*',
      '(?:a+){3,}b',
      '(\\w+\\d*)+x',
      '(?:a?)*',
      '(?:x+x+)+y',
    ]) {
      expect(steps(endless, 1000), endless).to.equal(Number.POSITIVE_INFINITY);
    }
    expect(steps('.*a.*b', 1000)).to.be.above(1e8);
    expect(steps('(?:a+){3}b', 1000)).to.be.above(1e8);
    expect(steps('a+\\b', 1000)).to.be.above(1e6);
  });

  it('matches the whole text of a large event', function () {
    this.timeout(120_000);
    const text = `${'ab'.repeat(500_000)}!`;
    expect(compileRegex('^(?:a|b)+!$').test(text)).to.equal(true);
    expect(compileRegex('(?:(a)(b))+').exec(text)!.end).to.equal(1_000_000);
  });
});

describe('the linear matcher', () => {
  const atom: fc.Arbitrary<string> = fc.constantFrom(
    'a',
    'b',
    'c',
    '.',
    '[ab]',
    '[^a]',
    '\\b',
    '^',
    '$',
    '(?:)',
    'é',
    '\\d',
    '(?i:B)',
  );
  const { source } = fc.letrec<{ source: string }>((tie) => ({
    source: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      atom,
      fc.array(tie('source'), { minLength: 2, maxLength: 3 }).map((parts) => parts.join('')),
      fc.tuple(tie('source'), tie('source')).map(([a, b]) => `(?:${a}|${b})`),
      fc
        .tuple(tie('source'), fc.constantFrom('?', '??', '*', '*?', '+', '+?', '{1,2}', '{2}'))
        .map(([a, q]) => `(?:${a})${q}`),
      tie('source').map((a) => `(${a})`),
    ),
  }));

  it('finds what JavaScript finds', function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(
        source,
        fc.string({ unit: fc.constantFrom('a', 'b', 'B', 'c', '\n', 'é', '1', '😀'), maxLength: 8 }),
        (pattern, text) => {
          const tree = parseRegex(pattern);
          if (backtrackingSteps(tree.node, 8) > 1e5) return;
          const native = new RegExp(toJavaScript(tree.node), 'u').exec(text);
          const slots = search(compileProgram(tree), text, 0);
          expect(slots?.[0], pattern).to.equal(native?.index);
          expect(slots && text.slice(slots[0], slots[1]), pattern).to.equal(native?.[0]);
        },
      ),
      { seed: 7, numRuns: 3000 },
    );
  });

  it('finds all matches that JavaScript finds, and those alone', function () {
    this.timeout(120_000);
    fc.assert(
      fc.property(
        source,
        fc.string({ unit: fc.constantFrom('a', 'b', 'B', 'c', '\n', 'é', '1', '😀'), maxLength: 12 }),
        (pattern, text) => {
          const tree = parseRegex(pattern);
          if (backtrackingSteps(tree.node, 12) > 1e5) return;
          const native = [...text.matchAll(new RegExp(toJavaScript(tree.node), 'gu'))];
          const found = [...searchAll(compileProgram(tree), text)];
          const spans = found.map((slots) => [slots[0], text.slice(slots[0], slots[1])]);
          expect(spans, pattern).to.deep.equal(native.map((match) => [match.index, match[0]]));
          // By whichever matcher, the public method finds the same.
          const all = [...compileRegex(pattern).matches(text)];
          expect(all.map(({ index, captures }) => [index, captures[0]])).to.deep.equal(spans);
        },
      ),
      { seed: 8, numRuns: 3000 },
    );
  });

  it('goes on behind a pair of surrogates as a whole', () => {
    expect(linear('[\\x{D83D}\\x{DE00}]', '😀')).to.equal(undefined);
  });
});

describe('parseRegex', () => {
  it('parses or refuses any text', function () {
    this.timeout(120_000);
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({
        unit: fc.constantFrom(...Array.from('()[]{}?*+|\\^$.-,:<>=!0123aibdwQEPpx')),
        maxLength: 30,
      }),
    );
    fc.assert(
      fc.property(text, (pattern) => {
        try {
          compileRegex(pattern).test('some text 123');
        } catch (error) {
          expect(error, pattern).to.be.instanceOf(RegexError);
        }
      }),
      { seed: 7, numRuns: 3000 },
    );
  });
});

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
