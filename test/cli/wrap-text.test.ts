import { expect } from 'chai';
import fc from 'fast-check';
import { createColors } from '../../src/cli/colors.js';
import { displayWidth } from '../../src/cli/display-width.js';
import { wrapText } from '../../src/cli/wrap-text.js';

describe('wrapText', () => {
  it('leaves what fits as it is', () => {
    expect(wrapText('  a  b', 6)).to.deep.equal(['  a  b']);
    expect(wrapText('  a  b', Infinity)).to.deep.equal(['  a  b']);
    expect(wrapText('', 0)).to.deep.equal(['']);
  });

  it('fills lines to the column', () => {
    expect(wrapText('ab cd ef', 5, '')).to.deep.equal(['ab cd', 'ef']);
    expect(wrapText('ab cd ef', 4, '')).to.deep.equal(['ab', 'cd', 'ef']);
    expect(wrapText('日本 日本 日本', 9, '')).to.deep.equal(['日本 日本', '日本']);
  });

  it('keeps the blanks at the beginning, and begins further lines below what is said', () => {
    expect(wrapText('    + one two three', 12, '      ')).to.deep.equal([
      '    + one',
      '    two',
      '    three',
    ]);
    expect(wrapText('    + one two three', 18, '      ')).to.deep.equal(['    + one two', '      three']);
    expect(wrapText('  one two three', 10)).to.deep.equal(['  one two', '   three']);
    expect(wrapText('ok       region: one two', 20, ' '.repeat(9))).to.deep.equal([
      'ok       region: one',
      '      two',
    ]);
  });

  it('leaves a long word whole, on a line of its own', () => {
    const address = 'http://127.0.0.1:4586/trace/5b8efff798038103d269b633813fc60c';
    expect(wrapText(`see ${address} now`, 20)).to.deep.equal(['see', `  ${address}`, '  now']);
  });

  it('leaves commands whole', () => {
    expect(wrapText('Is `otel-cwlogs local` running there?', 20)).to.deep.equal([
      'Is',
      '  `otel-cwlogs local`',
      '  running there?',
    ]);
    expect(wrapText('not there; run: npm install yaml, or write JSON', 16)).to.deep.equal([
      'not there; run:',
      '  npm install yaml,',
      '  or write JSON',
    ]);
    expect(wrapText('not there; run: npm install a b', 16)).to.deep.equal([
      'not there; run:',
      '  npm install a b',
    ]);
  });

  it('takes a single backtick for what it is', () => {
    expect(wrapText('a ` single backtick', 12)).to.deep.equal(['a ` single', '  backtick']);
    expect(wrapText('`a b` c ` d eeeeeeeeeee', 12)).to.deep.equal(['`a b` c ` d', '  eeeeeeeeeee']);
  });

  it('counts no colours', () => {
    const { bold, green } = createColors(true);
    expect(wrapText(`${green('ok')} ${bold('region')}: one two`, 14)).to.deep.equal([
      `${green('ok')} ${bold('region')}: one`,
      '  two',
    ]);
  });

  const word = (characters: string): fc.Arbitrary<string> =>
    fc.stringMatching(new RegExp(`^[${characters}]{0,12}$`));
  const columns = fc.integer({ min: 1, max: 60 });

  it('changes nothing but the blanks at breaks', () => {
    const words = fc.array(fc.oneof(word('a`日,'), fc.constant('run:')));
    const shown = (text: string): string => text.split(/ +/).join(' ').trim();
    fc.assert(
      fc.property(words, columns, (parts, most) => {
        const text = parts.join(' ');
        expect(shown(wrapText(text, most).join(' '))).to.equal(shown(text));
      }),
    );
  });

  it('is no wider than it may be, but where a line holds one word', () => {
    fc.assert(
      fc.property(fc.array(word('a日')), columns, (parts, most) => {
        for (const line of wrapText(parts.join(' '), most)) {
          if (line.trim().includes(' ')) expect(displayWidth(line), line).to.be.at.most(most);
        }
      }),
    );
  });
});
