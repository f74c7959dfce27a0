import { expect } from 'chai';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { fuzzService } from './fuzz-service.js';

describe('the local service under generated requests, queries and patterns', () => {
  it('answers 20,000 of them: no crash, no hang, no status of 500', async function () {
    this.timeout(180_000);
    const local = await LocalCloudWatchLogs.start();
    try {
      const statuses = await fuzzService(local.endpoint, { count: 20_000, seed: 20_261_121 });
      // Were all refused, or none, then the generator would have gone stale.
      expect(statuses.get(200)).to.be.greaterThan(2_000);
      expect(statuses.get(400)).to.be.greaterThan(2_000);
    } finally {
      await local.stop();
    }
  });
});
