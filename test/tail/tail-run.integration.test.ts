import { expect } from 'chai';
import { tailRun } from './tail-run.js';

/** The same with a million: `node build/test/tail/run.js`. */
describe('tailLogs through a bad time', function () {
  this.timeout(300_000);

  for (const source of ['live', 'polling'] as const) {
    it(`shows all that came, each once, and says its gaps (${source})`, async () => {
      const figures = await tailRun({ events: 12_000, source, batch: 1_000, batchesBetweenCuts: 4 });
      expect(figures).to.include({
        shown: 12_000,
        missing: 0,
        twice: 0,
        late: 1_000,
        cuts: 3,
        unfilledGaps: 0,
      });
      expect(figures.sampled).to.equal(figures.sampledFilled);
      if (source === 'live') expect(figures.gaps).to.be.above(0);
    });
  }
});
