import { expect } from 'chai';
import { type FoundEvent } from '../../src/insights/look-up/correlated-event.js';
import { RecentEvents } from '../../src/tail/recent-events.js';

const found = (message: string, ingestionMillis = 10): FoundEvent => ({
  timestampMillis: 1,
  ingestionMillis,
  logGroup: '/g',
  logStream: 's',
  message,
});

describe('RecentEvents', () => {
  let now: number;
  let recent: RecentEvents;
  beforeEach(() => {
    now = 1_000;
    recent = new RecentEvents({ epochMillis: () => now }, { windowMillis: 100 });
  });

  it('shows an event once, whichever reading meets it', () => {
    const [session, poll] = [recent.begin(), recent.begin()];
    expect(session.isNew(found('a'))).to.equal(true);
    expect(poll.isNew(found('a'))).to.equal(false);
    expect(poll.isNew(found('b'))).to.equal(true);
    expect(session.isNew(found('b'))).to.equal(false);
  });

  it('shows twins as often as the reading that met them most often says', () => {
    const [session, poll] = [recent.begin(), recent.begin()];
    expect([session.isNew(found('a')), session.isNew(found('a'))]).to.deep.equal([true, true]);
    expect([poll.isNew(found('a')), poll.isNew(found('a')), poll.isNew(found('a'))]).to.deep.equal([
      false,
      false,
      true,
    ]);
    expect(session.isNew(found('a'))).to.equal(false);
  });

  it('tells apart what differs in group, stream, a time or text', () => {
    const reading = recent.begin();
    const a = found('a');
    for (const other of [
      a,
      { ...a, logGroup: '/h' },
      { ...a, logStream: 't' },
      { ...a, timestampMillis: 2 },
      { ...a, ingestionMillis: 11 },
      { ...a, message: 'b' },
    ]) {
      expect(recent.begin().isNew(other)).to.equal(true);
    }
    expect(reading.isNew(a)).to.equal(false);
  });

  it('forgets what nobody has met for the window', () => {
    recent.begin().isNew(found('a'));
    now += 60;
    recent.begin().isNew(found('b'));
    expect(recent.begin().isNew(found('a'))).to.equal(false);
    now += 90;
    expect(recent.begin().isNew(found('a'))).to.equal(false);
    expect(recent.size).to.equal(2);
    now += 101;
    expect(recent.begin().isNew(found('a'))).to.equal(true);
    expect(recent.size).to.equal(1);
  });

  it('counts twins for each of several readings that go on', () => {
    const [session, poll, other] = [recent.begin(), recent.begin(), recent.begin()];
    const met = [session, poll, other, session, poll, other, poll].map((one) => one.isNew(found('a')));
    expect(met).to.deep.equal([true, false, false, true, false, false, true]);
    poll.end();
    other.end();
    expect([session.isNew(found('a')), session.isNew(found('a'))]).to.deep.equal([false, true]);
    expect(recent.begin().isNew(found('a'))).to.equal(false);
  });

  it('does not remember what is not wanted', () => {
    expect(recent.begin().isNew(found('a'), () => false)).to.equal(false);
    expect(recent.size).to.equal(0);
    expect(recent.begin().isNew(found('a'), () => true)).to.equal(true);
    // What was shown once is not asked for again.
    const reading = recent.begin();
    expect(
      reading.isNew(found('a'), () => {
        throw new Error('asked');
      }),
    ).to.equal(false);
  });

  it('hands marks on, as often as they were shown, without those that were not read', () => {
    const reading = recent.begin();
    for (const event of [found('old', 1), found('a'), found('a'), found('b')]) reading.isNew(event);
    const marks = recent.marksSince(5, 100);
    expect(marks).to.have.lengthOf(3);
    expect(recent.marksSince(5, 2)).to.deep.equal(marks.slice(-2));
    expect(recent.marksSince(5, 100, [found('a'), found('b')])).to.deep.equal(marks.slice(0, 1));

    const next = new RecentEvents({ epochMillis: () => now }, { windowMillis: 100 });
    next.remember(marks, 10);
    const again = next.begin();
    expect(
      [found('a'), found('a'), found('b'), found('old', 1), found('a')].map((one) => again.isNew(one)),
    ).to.deep.equal([false, false, false, true, true]);
    expect(next.marksSince(5, 100)).to.have.lengthOf(4);
  });
});
