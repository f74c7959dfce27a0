import { expect } from 'chai';
import { runChaos } from './chaos.js';
import { faultsIn } from './describe-report.js';
import { CHAOS_MODES } from './modes.js';

const SHORT = {
  seed: 7,
  senders: 2,
  records: 12_000,
  pauseMillis: 60,
  pace: 0.3,
  changes: 10,
  maxKept: 1500,
};

describe('chaos, the short form', () => {
  for (const [name, { title, settings }] of Object.entries(CHAOS_MODES)) {
    it(`${name}: ${title}`, async () => {
      const killEveryMillis = 'killEveryMillis' in settings ? 1500 : undefined;
      const report = await runChaos({ ...settings, ...SHORT, killEveryMillis });
      expect(faultsIn(report)).to.deep.equal([]);
      expect(report.emitted).to.equal(report.delivered);
      expect(report.struck).to.include.all.keys('throttle', 'error', 'reset-before', 'delay');
      expect(report.failedRequests).to.be.greaterThan(0);
      // What a killed sender had handed over without a promise is not emitted again.
      expect(report.emitted).to.be.within(
        SHORT.records - report.kills * 201 - report.unpromised,
        SHORT.records,
      );
    }).timeout(120_000);
  }
});
