import { describeFinding } from './page/finding.js';
import { describeForEverybody } from './page/for-everybody.js';
import { describeGoingOn } from './page/going-on.js';
import { describeManyRecords } from './page/many-records.js';
import { describeInSight } from './page/in-sight.js';
import { describeInTheAddress } from './page/in-the-address.js';
import { PageWorld } from './page/page-world.js';
import { describeSafety } from './page/safety.js';
import { describeSeeing } from './page/seeing.js';

/** In a browser, with a policy that every page of every test is held to. */
describe('the trace page', function () {
  this.timeout(180_000);
  const world = new PageWorld();
  before(function () {
    return world.start(this);
  });
  afterEach(() => world.endTest());
  after(() => world.stop());

  describeFinding(world);
  describeSeeing(world);
  describeInTheAddress(world);
  describeInSight(world);
  describeGoingOn(world);
  describeSafety(world);
  describeForEverybody(world);
  describeManyRecords(world);
});
