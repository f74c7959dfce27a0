import { expect } from 'chai';
import { Deadline } from '../../src/delivery/deadline.js';
import {
  admittingOfShutdown,
  answersOfDelivery,
  answersOfExitSender,
  answersOfFlush,
  buffersOfShutdown,
  closingOfShutdown,
  deliveryOfShutdown,
  encodingOfShutdown,
  flushOfExit,
  lifeOfExitSender,
  lookingOfFlush,
  planShutdown,
  shutdownOfExit,
  spoolOfExitSender,
  storingOfDelivery,
} from '../../src/delivery/shutdown-plan.js';

describe('the plan of a shutdown', () => {
  let now: number;
  beforeEach(() => {
    now = 0;
  });
  const inTenSeconds = (): Deadline => Deadline.after(10_000, () => now);

  it('gives answers all the time without a spool, and most of it with one', () => {
    for (const answers of [answersOfDelivery, answersOfFlush]) {
      expect(answers(inTenSeconds(), { hasSpool: false }).leftMillis).to.equal(10_000);
      expect(answers(inTenSeconds(), { hasSpool: true }).leftMillis).to.equal(8_000);
    }
    expect(planShutdown(inTenSeconds(), { hasSpool: false }).answersUntil.leftMillis).to.equal(10_000);
    const { answersUntil, writesFrom } = planShutdown(inTenSeconds(), { hasSpool: true });
    expect(answersUntil.leftMillis).to.equal(8_000);
    expect(writesFrom.leftMillis).to.equal(5_000);
  });

  it('gives the disk a second though no time is left', () => {
    const deadline = inTenSeconds();
    now = 9_900;
    expect(storingOfDelivery(deadline).leftMillis).to.equal(1_000);
    expect(closingOfShutdown(deadline, 10_000).leftMillis).to.equal(1_000);
  });

  it('ends each part before the whole', () => {
    const parts = [
      lookingOfFlush,
      admittingOfShutdown,
      encodingOfShutdown,
      deliveryOfShutdown,
      flushOfExit,
      shutdownOfExit,
      spoolOfExitSender,
      answersOfExitSender,
      lifeOfExitSender,
      buffersOfShutdown,
    ];
    for (const part of parts) expect(part(inTenSeconds()).leftMillis).to.be.within(1_000, 9_000);
  });

  it('lets the last sender read the spool, then wait for answers, and then be killed', () => {
    const ends = [spoolOfExitSender, answersOfExitSender, lifeOfExitSender].map(
      (part) => part(inTenSeconds()).leftMillis,
    );
    expect(ends).to.deep.equal([5_000, 8_000, 9_000]);
  });
});
