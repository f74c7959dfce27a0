import { expect } from 'chai';
import fc from 'fast-check';
import { QuickerWay } from '../../../../../src/simulation/insights-ql/functions/regex/quicker-way.js';
import { compileRegex } from '../../../../../src/simulation/insights-ql/functions/regex.js';
import { search } from '../../../../../src/simulation/insights-ql/functions/regex/matcher.js';
import { parseRegex } from '../../../../../src/simulation/insights-ql/functions/regex/parser.js';
import { compileProgram } from '../../../../../src/simulation/insights-ql/functions/regex/program.js';
import { SingleLiterals } from '../../../../../src/simulation/insights-ql/functions/regex/single-literals.js';

/** Has texts go their ways, by a clock that goes on by what each way takes. @returns those of the unsure way */
function goneUnsure(
  texts: number,
  unsureMillis: (text: number) => number,
  sureMillis: (text: number) => number,
): number[] {
  let now = 0;
  const ways = new QuickerWay(() => now);
  const unsure: number[] = [];
  for (let text = 0; text < texts; text++) {
    const isUnsure = ways.isUnsure();
    if (isUnsure) unsure.push(text);
    now += isUnsure ? unsureMillis(text) : sureMillis(text);
    ways.ended();
  }
  return unsure;
}

const of =
  (millis: number): ((text: number) => number) =>
  () =>
    millis;

describe('QuickerWay', () => {
  it('takes the way that was quicker in its trials', () => {
    expect(goneUnsure(10_000, of(0.001), of(0.002)).length).to.be.above(9_500);
    expect(goneUnsure(10_000, of(0.002), of(0.001)).length).to.be.below(500);
  });

  it('takes the sure way where both take the same, and where the clock stands still', () => {
    expect(goneUnsure(10_000, of(0.001), of(0.001)).length).to.be.below(500);
    expect(goneUnsure(10_000, of(0), of(0)).length).to.be.below(500);
  });

  it('tries less and less often what loses', () => {
    const losing = goneUnsure(200_000, of(0.002), of(0.001));
    expect(losing.filter((text) => text > 100_000).length).to.be.below(50);
  });

  it('ends a trial at a text that takes long', () => {
    expect(goneUnsure(1_000, of(2), of(0.001))).to.have.length(1);
  });

  it('leaves the unsure way when its texts begin to take longer', () => {
    const turned = goneUnsure(20_000, (text) => (text < 5_000 ? 0.001 : 0.01), of(0.002));
    expect(turned.filter((text) => text >= 5_000).length).to.be.within(1, 400);
    const halted = goneUnsure(20_000, (text) => (text < 5_000 ? 0.001 : 2), of(0.002));
    expect(halted.filter((text) => text >= 5_000).length).to.be.within(1, 20);
  });

  it('comes back to the unsure way when it is quicker again', () => {
    const back = goneUnsure(60_000, (text) => (text < 5_000 ? 0.01 : 0.001), of(0.002));
    expect(back.filter((text) => text >= 20_000).length).to.be.above(30_000);
  });
});

describe('SingleLiterals', () => {
  const single = (source: string) => SingleLiterals.of(parseRegex(source).node);

  it('are of expressions of texts and repetitions of one character', () => {
    for (const source of ['path":"(\\S+?)".*took (\\d+)ms', 'ab.*cd', '(ab)(.*)(cd.*)', '.*ab']) {
      expect(single(source), source).not.to.equal(undefined);
    }
    for (const source of ['a.*b', '(ab|c).*de', '(?:ab)+cd', '.*', 'ab.*^cd', '(?:a.)*bc']) {
      expect(single(source), source).to.equal(undefined);
    }
  });

  it('stand in a text that has each at one place', () => {
    const literals = single('ab.*cd.*')!;
    expect(literals.standIn('ab cd', 0)).to.equal(true);
    for (const text of ['ab cd ab', 'ab cd cd', 'cd', '']) {
      expect(literals.standIn(text, 0), text).to.equal(false);
    }
    expect(literals.standIn('ab ab cd', 1)).to.equal(true);
    expect(single('aa.*bc')!.standIn('aaa bc', 0)).to.equal(false);
    // What a repetition can't take ends it wherever it stands.
    expect(single('ab\\d+ms')!.standIn('ab 1ms 2ms', 0)).to.equal(true);
  });

  it('bound the steps of a backtracking matcher', () => {
    expect(single('path":"(\\S+?)".*took (\\d+)ms')!.steps(128)).to.be.below(2e5);
    expect(single('ab.*cd.*ef')!.steps(1000)).to.be.below(1e5);
    expect(single('ab.*c.*d.*e.*f')!.steps(1000)).to.be.above(1e11);
  });
});

describe('compileRegex', () => {
  it('finds what the linear matcher finds, whichever way its trials take', () => {
    const piece = fc.constantFrom(
      'ab', 'cd', '"', ' ', 'é', '😀', '.*', '.*?', '\\S+?', '(\\S+)', '(\\d+)', '[^"]*', '(?:a|\\d)+', '\\w*ms', '(b+?)',
    ); // prettier-ignore
    const text = fc
      .array(fc.constantFrom('ab', 'cd', '"', ' ', 'é', '😀', '12', 'ms', 'b', '\n', '\ud83d', '\ude00'), {
        maxLength: 14,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 2, maxLength: 6 }),
        fc.array(text, { minLength: 4, maxLength: 8 }),
        (pieces, texts) => {
          const source = pieces.join('');
          const regex = compileRegex(source);
          const program = compileProgram(parseRegex(source));
          const expected = texts.map((each) => search(program, each, 0));
          // A text of its own has all others go the same ways in turn.
          for (let round = 0; round < 200; round++) {
            const index = round % texts.length;
            const slots = expected[index];
            const match = regex.exec(texts[index]!);
            const found = match && [match.index, match.end];
            expect(found, `/${source}/ in ${JSON.stringify(texts[index])}`).to.deep.equal(
              slots && [slots[0], slots[1]],
            );
            for (let group = 1; match !== undefined && group < match.captures.length; group++) {
              const [start, end] = [slots![2 * group]!, slots![2 * group + 1]!];
              expect(match.captures[group], source).to.equal(
                start < 0 || end < start ? undefined : texts[index]!.slice(start, end),
              );
            }
          }
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  }).timeout(180_000);

  it('finds the end of many lazy repetitions, also in hostile texts', () => {
    const regex = compileRegex('"a":"(.*?)".*?"b":"(.*?)".*?"c":"(.*?)"');
    const text = `{"a":"1",${'"a":"'.repeat(3_000)}"b":"2","b":"c","c":"3"}`;
    for (let round = 0; round < 100; round++) {
      expect(regex.exec(text)?.captures.slice(1)).to.deep.equal(['1', '2', '3']);
      expect(regex.exec(text.replaceAll('"c":', '"d":'))).to.equal(undefined);
      const single = compileRegex('path":"(\\S+?)".*took (\\d+)ms');
      expect(single.exec(`path":"${'"'.repeat(4_000)}took xms`)).to.equal(undefined);
    }
  });
});
