import { expect } from 'chai';
import { markedLines } from '../../src/cli/marked-lines.js';

describe('markedLines', () => {
  const pieces = (line: string, mark: string, columns: number): string[] => [
    ...markedLines(line, mark, columns),
  ];

  it('leaves what fits as it is', () => {
    expect(pieces('fields x', '       ^', 8)).to.deep.equal(['fields x', '       ^']);
    expect(pieces('fields x', '       ^', Infinity)).to.deep.equal(['fields x', '       ^']);
    expect(pieces('', '^', 8)).to.deep.equal(['', '^']);
  });

  it('sets the mark under the piece that holds its place', () => {
    expect(pieces('fields a | limt 3', '           ^^^^', 8)).to.deep.equal([
      'fields a',
      ' | limt ',
      '   ^^^^',
      '3',
    ]);
    expect(pieces('abcdef', '  ^^', 3)).to.deep.equal(['abc', '  ^', 'def', '^']);
  });

  it('marks the end', () => {
    expect(pieces('abcd', '    ^', 2)).to.deep.equal(['ab', 'cd', '  ^']);
  });

  it('takes a wide character whole, however narrow the terminal is', () => {
    expect(pieces('日本', ' ^', 3)).to.deep.equal(['日', '本', '^']);
    expect(pieces('🙂🙂', '  ^^', 1)).to.deep.equal(['🙂', '🙂', '^^']);
  });
});
