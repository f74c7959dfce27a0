import { expect } from 'chai';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { HANDLERS } from '../../src/simulation/operations/handlers.js';
import { INGESTION_PATHS } from '../../src/simulation/operations/http-ingestion.js';
import { fuzzService } from './fuzz-service.js';

/** Bytes of events that the service keeps: queries over more would only take longer. */
const MAX_BYTES = 1024 * 1024;

/** There is no bucket to export to; and whether a query still runs when it is stopped is a matter of luck. */
const MAY_FAIL = ['CreateExportTask', 'CancelExportTask', 'StopQuery'];

describe('the local service under generated requests, queries and patterns', () => {
  it('answers 20,000 of them: no crash, no hang, no status of 500', async function () {
    this.timeout(600_000);
    const local = await LocalCloudWatchLogs.start({ maxBytes: MAX_BYTES });
    try {
      const { statuses, succeeded, tails } = await fuzzService(local.endpoint, {
        count: 20_000,
        seed: 20_261_121,
      });
      // Were most refused, or none, then the generator would have gone stale.
      expect(statuses.get(200)).to.be.greaterThan(10_000);
      expect(statuses.get(400)).to.be.greaterThan(2_000);
      const all = [...Object.keys(HANDLERS), ...INGESTION_PATHS];
      const never = all.filter((name) => !succeeded.has(name) && !MAY_FAIL.includes(name));
      expect(never, 'never answered 200').to.deep.equal([]);
      expect(tails).to.be.greaterThan(5);
    } finally {
      await local.stop();
    }
  });
});
