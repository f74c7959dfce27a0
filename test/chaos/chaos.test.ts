import { expect } from 'chai';
import { runChaos } from './chaos.js';
import { faultsIn } from './describe-report.js';
import { CHAOS_MODES } from './modes.js';
import { OUTAGE_MODES } from './outage-modes.js';
import { faultsInOutage, runOutage } from './outage.js';

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
      expect(report.emitted).to.equal(report.delivered + report.dropped);
      expect(report.dropped > 0).to.equal('refusesOneOf' in settings);
      expect(report.struck).to.include.all.keys('throttle', 'error', 'reset-before', 'delay');
      expect(report.failedRequests).to.be.greaterThan(0);
      // What a killed sender had handed over without a promise, or had in memory because the disk was full, is
      // not emitted again.
      const { kills, lostInMemory, unpromised } = report;
      expect(report.emitted).to.be.within(
        SHORT.records - kills * 201 - unpromised - lostInMemory,
        SHORT.records,
      );
    }).timeout(300_000);
  }

  for (const [name, { title, runs }] of Object.entries(OUTAGE_MODES)) {
    for (const run of runs.filter(({ isSpooled }) => isSpooled).slice(0, 2)) {
      it(`${name}, ${run.name}: ${title}`, async () => {
        const report = await runOutage({ ...run, millis: 3_000 });
        expect(faultsInOutage(report)).to.deep.equal([]);
        expect(report.emitted).to.equal(report.delivered + report.dropped);
        expect(report.emitted).to.be.greaterThan(0);
        // It does not die for want of memory, of which 512 MiB are allowed.
        expect(report.maxResidentBytes).to.be.lessThan(512 * 1024 ** 2);
      }).timeout(300_000);
    }
  }
});
