import { expect } from 'chai';
import { problemsOf, SOAK_MODES, spoolBound } from './modes.js';
import { runSoak } from './soak.js';

const MINUTE = 60_000;

/** Three minutes instead of three hours; see run.ts. */
const SHORT = { outageMillis: 3 * MINUTE, recordsPerSecond: 500, streams: 4, seed: 1, sampleMillis: 10_000 };

describe('soak, the short form', () => {
  for (const [name, mode] of Object.entries(SOAK_MODES)) {
    it(`${name}: ${mode.title}`, async () => {
      const maxBytes = spoolBound(mode, SHORT);
      const report = await runSoak({ ...SHORT, maxBytes });
      expect(problemsOf(report, mode, maxBytes)).to.deep.equal([]);
      expect(report.emittedInOutage).to.equal(90_000);
    }).timeout(180_000);
  }
});
