import { expect } from 'chai';
import { runChaos } from './chaos.js';
import { CHAOS_MODES } from './modes.js';

const SHORT = { seed: 7, senders: 2, records: 12_000, pace: 0.3, changes: 9 };

describe('chaos, the short form', () => {
  for (const [name, { title, settings }] of Object.entries(CHAOS_MODES)) {
    it(`${name}: ${title}`, async () => {
      const killEveryMillis = 'killEveryMillis' in settings ? 1000 : undefined;
      const report = await runChaos({ ...settings, ...SHORT, maxKept: 1500, killEveryMillis });
      expect(report.droppedByReason).to.deep.equal({});
      expect(report.lost, 'lost').to.equal(0);
      expect(report.emitted).to.equal(report.delivered);
      expect(report.retries).to.be.greaterThan(0);
      expect(report.emitted).to.be.within(SHORT.records - 2 * report.kills * 201, SHORT.records);
    }).timeout(60_000);
  }
});
