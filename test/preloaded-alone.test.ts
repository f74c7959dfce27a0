import { expect } from 'chai';
import { isPreloadedAlone } from '../src/preloaded-alone.js';

const NAME = 'opentelemetry-cloudwatch-logs';

describe('a preload of the main entry', () => {
  for (const [words, nodeOptions] of [
    [['--import', NAME], undefined],
    [['--no-warnings', `--require=${NAME}`], undefined],
    [['-r', NAME], ''],
    [[], `--enable-source-maps --import ${NAME}`],
    [[], `--import="${NAME}"`],
  ] as const) {
    it(`is seen in ${JSON.stringify([...words, nodeOptions])}`, () => {
      expect(isPreloadedAlone(words, nodeOptions)).to.equal(true);
    });
  }

  for (const [words, nodeOptions] of [
    [['--import', `${NAME}/register`], undefined],
    [['--import', './setup.mjs'], `-r ${NAME}/register`],
    [['-p', NAME], undefined],
    [[], undefined],
  ] as const) {
    it(`is none in ${JSON.stringify([...words, nodeOptions])}`, () => {
      expect(isPreloadedAlone(words, nodeOptions)).to.equal(false);
    });
  }
});
