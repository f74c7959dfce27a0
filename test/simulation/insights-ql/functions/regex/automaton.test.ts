import { expect } from 'chai';
import fc from 'fast-check';
import { compileRegex } from '../../../../../src/simulation/insights-ql/functions/regex.js';
import { Automaton, GAVE_UP } from '../../../../../src/simulation/insights-ql/functions/regex/automaton.js';
import { search, searchAll } from '../../../../../src/simulation/insights-ql/functions/regex/matcher.js';
import { parseRegex } from '../../../../../src/simulation/insights-ql/functions/regex/parser.js';
import {
  compileProgram,
  type Program,
} from '../../../../../src/simulation/insights-ql/functions/regex/program.js';

function programOf(source: string): Program {
  return compileProgram(parseRegex(source));
}

function automatonOf(program: Program): Automaton {
  return Automaton.of(program)!;
}

/** What a search with start, end and groups found, as plain numbers. */
function plain(slots: Int32Array | undefined): number[] | undefined {
  return slots && [...slots];
}

/** Letters without an order, the same in every run. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 31 === 1 ? 'a' : 'b';
  }).join('');
}

const MAX_MATCHES = 1000;

/** The automaton and the linear matcher find the same, from each of the first positions, and one after the other. */
function expectAgreement(source: string, texts: readonly string[]): void {
  const program = programOf(source);
  const automaton = automatonOf(program);
  for (const text of texts) {
    const place = `/${source}/ in ${JSON.stringify(text)}`;
    const found = search(program, text, 0);
    expect(automaton.test(text), place).to.equal(found !== undefined);
    for (let from = 0; from <= Math.min(text.length, 6); from++) {
      const slots = automaton.find(text, from);
      if (slots === GAVE_UP) throw new Error(`${place}: too many states`);
      expect(plain(slots), `${place} from ${from}`).to.deep.equal(plain(search(program, text, from)));
    }
    const all = automaton.findAll(text);
    if (all === GAVE_UP) throw new Error(`${place}: too many states`);
    expect([...all].map(plain).slice(0, MAX_MATCHES), `${place}, all`).to.deep.equal(
      [...searchAll(program, text)].map(plain).slice(0, MAX_MATCHES),
    );
  }
}

/** Texts that are near what the expressions ask for, with halves of pairs beside each other and alone. */
const letters = fc.constantFrom(
  'a',
  'b',
  'A',
  'B',
  ' ',
  '\n',
  '_',
  '1',
  'é',
  'É',
  '😀',
  '\ud83d',
  '\ude00',
  'ſ',
  'K',
);
const texts = fc.array(
  fc.array(letters, { maxLength: 14 }).map((parts) => parts.join('')),
  {
    minLength: 1,
    maxLength: 6,
  },
);

const atoms = fc.constantFrom(
  'a', 'b', 'ab', '.', '(?s:.)', '\\w', '\\W', '\\s', '[ab]', '[^a]', '[^\\s\\S]', '\\d', 'é', '(?i:é)', '😀', '[😀a]',
  '\\x{d83d}', '\\x{de00}', '\\pL', '\\p{Lu}', '(?i:k)', '(?i:S)', '^', '$', '(?m:^)', '(?m:$)', '\\A', '\\z', '\\Z',
  '\\b', '\\B', '\\n', '',
); // prettier-ignore
const quantifiers = fc.constantFrom(
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{1,3}',
  '{0,2}?',
  '{2,}',
);

/** Expressions of every construct, nested to a few levels. */
const expressions = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    atoms.chain((atom) => quantifiers.map((quantifier) => (atom === '' ? '' : `(?:${atom})${quantifier}`))),
    fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => left + right),
    fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => `(?:${left}|${right})`),
    fc.tuple(tie('tree'), quantifiers).map(([inner, quantifier]) => `(${inner})${quantifier}`),
    tie('tree').map((inner) => `(?i:${inner})`),
  ),
})).tree;

describe('Automaton', function () {
  this.timeout(180_000);

  it('finds what the linear matcher finds, for any expression and text', () => {
    fc.assert(
      fc.property(expressions, texts, (source, samples) => {
        expectAgreement(source, samples);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('finds the same in longer texts, where the states are known already', () => {
    const words = fc.constantFrom(
      'level',
      'path',
      'zzz',
      'error',
      'Timeout',
      'retry',
      ' ',
      '\n',
      '"',
      'a',
      'aa',
      '😀',
    );
    const lines = fc.array(
      fc.array(words, { maxLength: 60 }).map((parts) => parts.join('')),
      {
        minLength: 2,
        maxLength: 8,
      },
    );
    const sources = fc.constantFrom(
      '(?i)(error|warn|fatal).*timeout.*(retry|abort)',
      'level.*path.*zzz',
      '(a+)+$',
      '(?m)^(.*?)(a+)$',
      '"(?<x>.*)" (?<y>.*) (?<z>.*)',
      '(\\w+)\\b.*\\b(\\w+)',
      '(?:(a*)*|(z)*)*',
      '(.)*?(a.{3})',
    );
    fc.assert(
      fc.property(sources, lines, (source, samples) => {
        expectAgreement(source, samples);
      }),
      { seed: 6, numRuns: 150 },
    );
  });

  const emptyRounds = [
    '(a*)*',
    '(a*)+',
    '(a|b*)*',
    '(|a)*',
    '(|a)+',
    '(a??)*b',
    '((a)|b*)*',
    '(?:(a)?(b)?)*',
    '(a*?)*$',
  ];
  for (const source of emptyRounds) {
    it(`/${source}/, which has rounds without a character, gives the same captures`, () => {
      expectAgreement(source, ['', 'a', 'b', 'ab', 'aab', 'abab', 'ba', 'bba', 'xabx']);
    });
  }

  it('finds the matches of one text while it searches others', () => {
    const automaton = automatonOf(programOf('(a|b)+'));
    const found = [];
    const all = automaton.findAll('ab ba 😀b');
    if (all === GAVE_UP) throw new Error('too many states');
    for (const slots of all) {
      found.push(slots[0], slots[1]);
      automaton.find('x'.repeat(50) + 'a', 0);
    }
    expect(found).to.deep.equal([0, 2, 3, 5, 8, 9]);
  });
});

describe('an expression that needs more states than are kept', () => {
  /** Read from its end, whether an "a" stood at each of the last places is a state of its own. */
  const source = '^a.{14}.*(b)';
  const reversed = '(?:a|b)*?(a)(?:a|b){13}\\b';
  const text = noise(40_000);

  it('is left to the linear matcher, text by text, then altogether', () => {
    const program = programOf('a[ab]{17}b');
    const automaton = automatonOf(program);
    for (let round = 0; round < 3; round++) {
      expect(automaton.isRetired).to.equal(false);
      expect(automaton.find(text, 0)).to.equal(GAVE_UP);
    }
    expect(automaton.isRetired).to.equal(true);
    expect(automatonOf(program).findAll(text)).to.equal(GAVE_UP);
    expect(automatonOf(programOf('c.*a[ab]{17}b')).test(text)).to.equal(GAVE_UP);
  });

  for (const each of [source, reversed, 'b[ab]{16}a[ab]{3}c|(b)[ab]{18}a']) {
    it(`/${each}/ gives what the linear matcher gives`, () => {
      const regex = compileRegex(each);
      const program = programOf(each);
      for (let from = 0; from < 20_000; from += 5000) {
        const part = text.slice(from, from + 5000);
        const expected = search(program, part, 0);
        expect(regex.test(part)).to.equal(expected !== undefined);
        expect(regex.exec(part)?.index).to.equal(expected?.[0]);
        expect(regex.exec(part)?.end).to.equal(expected?.[1]);
        expect([...regex.matches(part)].map(({ index, end }) => [index, end])).to.deep.equal(
          [...searchAll(program, part)].map((slots) => [slots[0], slots[1]]),
        );
      }
    });
  }
});

describe('an expression with more kinds of characters than a byte numbers', () => {
  it('is left to the linear matcher', () => {
    const source = Array.from(
      { length: 300 },
      (_, index) => `\\x{${(0x4e00 + index * 2).toString(16)}}`,
    ).join('|');
    expect(Automaton.of(programOf(source))).to.equal(undefined);
    const regex = compileRegex(`(?:.*(?:${source}))+.*!`);
    expect(regex.test(`${'x'.repeat(3000)}丂!`)).to.equal(true);
    expect(regex.exec(`${'x'.repeat(3000)}丂`)).to.equal(undefined);
  });
});

describe('compileRegex', function () {
  this.timeout(180_000);

  it('finds what the linear matcher finds, whichever matcher it takes', () => {
    const sources = fc.oneof(
      expressions,
      fc.tuple(expressions, expressions).map(([left, right]) => `${left}.*${right}.*b`),
      fc.tuple(expressions, expressions).map(([left, right]) => `[a-z]*${left}ab.*(${right})A`),
    );
    const longer = fc
      .tuple(texts, fc.integer({ min: 1, max: 4 }))
      .map(([samples, times]) => samples.map((text) => text.repeat(times)));
    fc.assert(
      fc.property(sources, longer, (source, samples) => {
        // In V8, \B holds inside a surrogate pair.
        fc.pre(!source.includes('\\B'));
        const regex = compileRegex(source);
        const program = programOf(source);
        for (const text of samples) {
          const place = `/${source}/ in ${JSON.stringify(text)}`;
          const found = search(program, text, 0);
          expect(regex.test(text), place).to.equal(found !== undefined);
          expect(regex.exec(text)?.captures, place).to.deep.equal(found && capturesOf(found, text));
          expect(
            [...regex.matches(text)].map(({ captures }) => captures),
            place,
          ).to.deep.equal([...searchAll(program, text)].map((slots) => capturesOf(slots, text)));
        }
      }),
      { seed: 8, numRuns: 500 },
    );
  });

  it('finds the same between the texts with which a match begins and ends, and by the words that it holds', () => {
    const word = fc.constantFrom(
      'level', 'Level', 'retry', 'abort', 'abcd', 'abc', 'def', 'ſtep', 'STEP', 'KaK', 'kak', '😀😀😀', 'é😀é', 'ms', '"',
    ); // prettier-ignore
    const piece = fc.oneof(
      word,
      word.map((text) => `(?i:${text})`),
      fc.tuple(word, word).map(([left, right]) => `(${left}|${right})`),
      fc.tuple(word, word).map(([left, right]) => `(?i:${left}|(${right}))`),
      fc.constantFrom(
        '.*',
        '.*?',
        '(.+)',
        '(\\w*?)',
        '[^"]*',
        '\\d+',
        '(?:ab)?',
        '(?:abort){1,2}',
        '^',
        '$',
        '\\b',
        'a?',
      ),
    );
    const source = fc.array(piece, { minLength: 2, maxLength: 7 }).map((pieces) => pieces.join(''));
    const gap = fc.constantFrom('', ' ', '"', 'ab', '12', '\n', '\ud83d', '\ude00', '😀');
    const text = fc
      .array(fc.tuple(word, gap), { maxLength: 9 })
      .map((parts) => parts.flat().join(''))
      .chain((made) => fc.constantFrom(made, made.toUpperCase(), made.repeat(6)));
    fc.assert(
      fc.property(source, fc.array(text, { minLength: 1, maxLength: 4 }), (made, samples) => {
        // All of them on the automaton: what JavaScript's matcher is asked for has its own test.
        for (const each of [`[a-z]*[a-z]*${made}`, made, `${made}.*[a-z]*[a-z]*${made}`]) {
          const regex = compileRegex(each);
          const program = programOf(each);
          for (const sample of samples) {
            const place = `/${each}/ in ${JSON.stringify(sample)}`;
            const found = search(program, sample, 0);
            expect(regex.test(sample), place).to.equal(found !== undefined);
            expect(regex.exec(sample)?.captures, place).to.deep.equal(found && capturesOf(found, sample));
            // Between the halves of a pair nobody goes on.
            const isInner = /^[\udc00-\udfff]/.test(sample.slice(3));
            if (sample.length >= 3 && !isInner) {
              expect(regex.exec(sample, 3)?.index, place).to.equal(search(program, sample, 3)?.[0]);
            }
            expect(
              [...regex.matches(sample)].map(({ captures }) => captures),
              place,
            ).to.deep.equal([...searchAll(program, sample)].map((slots) => capturesOf(slots, sample)));
          }
        }
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  it('looks for what a match holds in texts that often lack it, and where none does', () => {
    const regex = compileRegex('(?i)[a-z]+.*(retry|abort|give up).*[a-z]+!');
    for (let round = 0; round < 300; round++) {
      expect(regex.test(`it ${round < 200 ? 'may' : 'RETRY'} some time!`), String(round)).to.equal(
        round >= 200,
      );
      expect(regex.exec('it: GIVE UP now!')?.captures, String(round)).to.deep.equal([
        'it: GIVE UP now!',
        'GIVE UP',
      ]);
    }
  });

  it('gives the texts of all matches where each group is all of one, and replaces them', () => {
    const source = fc.oneof(
      fc.constantFrom(
        '(\\d+)', '((?:ab|b)+)', '(.)', '(a*)', '((b)|a)', '(((é|1)))', '((?i:k)+)', '(a)(b)', '(?:(a))', '([a-z]*x)', '(\\b)', '([^a]+)',
      ), // prettier-ignore
      expressions.map((inner) => `(${inner})`),
      expressions,
    );
    fc.assert(
      fc.property(source, texts, (made, samples) => {
        fc.pre(!made.includes('\\B'));
        const regex = compileRegex(made);
        const program = programOf(made);
        for (const sample of samples) {
          const place = `/${made}/ in ${JSON.stringify(sample)}`;
          const all = [...searchAll(program, sample)];
          const whole = regex.wholeMatches(sample);
          if (whole !== undefined) {
            expect(
              all.map((slots) => capturesOf(slots, sample)),
              place,
            ).to.deep.equal(whole.map((text) => Array.from({ length: regex.groupCount + 1 }, () => text)));
          }
          let replaced = '';
          let copied = 0;
          for (const [start, end] of all as unknown as [number, number][]) {
            replaced += `${sample.slice(copied, start)}<${sample.slice(start, end)}>`;
            copied = end;
          }
          replaced += sample.slice(copied);
          expect(regex.replaceAll(sample, '<$&>') ?? replaced, place).to.equal(replaced);
        }
      }),
      { seed: 6, numRuns: 500 },
    );
    expect(compileRegex('(?<n>\\d+)').wholeMatches('1 é 23 😀4')).to.deep.equal(['1', '23', '4']);
    expect(compileRegex('(?<n>\\d+)').replaceAll('1 é 23 😀4', '#')).to.equal('# é # 😀#');
    expect(compileRegex('(\\d+)x').wholeMatches('1x')).to.equal(undefined);
  });

  it('finds an empty match in an empty text, also where JavaScript would match otherwise', () => {
    for (const source of ['(a*)*', '(?:(a+)+)?', '(?:\\b|a)*', '(?:(?:a|b)+c?){0,200}$']) {
      expect(compileRegex(source).test(''), source).to.equal(true);
      expect(compileRegex(source).exec('')?.index, source).to.equal(0);
      expect([...compileRegex(source).matches('')], source).to.have.length(1);
    }
  });

  it('asks for all texts that a match holds, in their order', () => {
    const regex = compileRegex('(?:level|x).*path(?:a|b)*.*zzz+.*');
    expect(regex.test('level path zzz')).to.equal(true);
    expect(regex.test('level zzz path')).to.equal(false);
    expect(regex.test('x pat path zz zzzz')).to.equal(true);
    expect(regex.exec('x path zzz path', 7)).to.equal(undefined);
    expect(regex.exec('x path level path zzz', 3)?.index).to.equal(7);
    expect(compileRegex('.*aba.*aba').test('ababa')).to.equal(false);
    expect(compileRegex('.*aba.*aba').test('abaaba')).to.equal(true);
  });
});

function capturesOf(slots: Int32Array, text: string): (string | undefined)[] {
  const captures: (string | undefined)[] = [];
  for (let slot = 0; slot < slots.length; slot += 2) {
    captures.push(slots[slot]! < 0 ? undefined : text.slice(slots[slot], slots[slot + 1]));
  }
  return captures;
}
