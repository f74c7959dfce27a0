import { expect } from 'chai';
import { type FoundEvent } from '../../src/insights/look-up/correlated-event.js';
import { type FilledGap, type Gap, GapFiller } from '../../src/tail/gap-filler.js';

const LOOK_BACK = 600_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const gap = (fromMillis: number, toMillis: number, more: Partial<Gap> = {}): Gap => ({
  kind: 'gap',
  reason: 'cut',
  fromMillis,
  toMillis,
  ...more,
});

describe('GapFiller', () => {
  let now: number;
  let reads: { from: number; to: number; end: (error?: Error) => void; onNew: (event: FoundEvent) => void }[];
  let waits: (() => void)[];
  let filled: FilledGap[];
  let filler: GapFiller;

  beforeEach(() => {
    now = 1_000_000;
    [reads, waits, filled] = [[], [], []];
    filler = new GapFiller(
      {
        epochMillis: () => now,
        wait: () => new Promise<void>((resolve) => waits.push(resolve)),
        read: (from, to, onNew) =>
          new Promise<void>((resolve, reject) => {
            const end = (error?: Error): void => {
              if (error) reject(error);
              else resolve();
            };
            reads.push({ from, to, end, onNew });
          }),
        isPassing: (error) => (error as Error).message === 'passing',
        onFilled: (one) => Promise.resolve(void filled.push(one)),
      },
      { lookBackMillis: LOOK_BACK },
    );
  });

  /** Ends the reading or the waiting that goes on. */
  const endRead = async (error?: Error): Promise<void> => {
    reads.at(-1)!.end(error);
    await turn();
  };
  const endWait = async (): Promise<void> => {
    waits.shift()!();
    await turn();
  };

  it('reads near a gap first, then as far back as late events may lie, and tells of it then', async () => {
    filler.fill(gap(900_000, 910_000));
    expect(reads[0]!.from).to.be.within(880_000, 900_000);
    expect(reads[0]!.to).to.be.above(910_000);
    reads[0]!.onNew({ timestampMillis: 1, ingestionMillis: 905_000 } as FoundEvent);
    await endRead();
    expect(filler.owedSinceMillis).to.equal(900_000);
    await endWait();
    expect(reads[1]!.from).to.equal(900_000 - LOOK_BACK);
    reads[1]!.onNew({ timestampMillis: 1, ingestionMillis: 909_000 } as FoundEvent);
    expect(filled).to.deep.equal([]);
    await endRead();
    expect(filled).to.have.lengthOf(1);
    expect(filled[0]).to.include({ fromMillis: 900_000, toMillis: 910_000, isFilled: true, events: 2 });
    expect(filler.owedSinceMillis).to.equal(undefined);
  });

  it('makes one reading at a time, however many gaps there are', async () => {
    filler.fill(gap(900_000, 910_000));
    for (let second = 0; second < 50; second++) {
      filler.fill(gap(910_000 + second, 920_000 + second, { kind: 'sampled' }));
    }
    expect(reads).to.have.lengthOf(1);
    await endRead();
    await endWait();
    expect(reads).to.have.lengthOf(2);
    expect(reads[1]!.to).to.be.above(920_049);
    await endRead();
    await endWait();
    await endRead();
    expect(reads).to.have.lengthOf(3);
    expect(filled).to.have.lengthOf(51);
    expect(filled.every(({ isFilled }) => isFilled)).to.equal(true);
  });

  it('looks far back now and then, also where gap follows gap', async () => {
    filler.fill(gap(900_000, 901_000, { kind: 'sampled' }));
    for (let round = 0; round < 10; round++) {
      await endRead();
      now += 10_000;
      if (filled.length === 0) filler.fill(gap(now - 1_000, now, { kind: 'sampled' }));
      if (waits.length > 0) await endWait();
    }
    expect(filled).to.not.deep.equal([]);
    const far = reads.filter(({ from }) => from < 900_000 - LOOK_BACK / 2).length;
    expect(far).to.be.within(1, reads.length - far - 1);
  });

  it('joins gaps of one reason that follow each other', async () => {
    filler.fill(gap(900_000, 910_000));
    await endRead();
    filler.fill(gap(910_000, 911_000));
    filler.fill(gap(911_000, 912_000));
    filler.fill(gap(912_000, 913_000, { reason: 'another' }));
    for (let round = 0; round < 2; round++) {
      await endWait();
      await endRead();
    }
    expect(filled.map(({ fromMillis, toMillis }) => [fromMillis, toMillis])).to.deep.equal([
      [900_000, 910_000],
      [910_000, 912_000],
      [912_000, 913_000],
    ]);
  });

  it('forgets no gap, at whatever moment it comes', async () => {
    // The moments lie within one turn of the event loop: each is one more promise that was waited for.
    for (let moment = 0; moment < 12; moment++) {
      filler.fill(gap(900_000, 910_000));
      await endRead();
      await endWait();
      reads.at(-1)!.end();
      for (let passed = 0; passed < moment; passed++) await Promise.resolve();
      filler.fill(gap(920_000, 930_000, { kind: 'sampled' }));
      for (let round = 0; round < 4; round++) {
        await turn();
        waits.shift()?.();
        await endRead();
      }
      expect(filled, `after ${moment} promises`).to.have.lengthOf(2 * (moment + 1));
    }
  });

  it('reads again what failed in passing, and says what could not be read', async () => {
    filler.fill(gap(900_000, 910_000));
    await endRead();
    await endWait();
    await endRead(new Error('passing'));
    await endRead(new Error('passing'));
    await endRead();
    expect(filled[0]).to.include({ isFilled: true });

    filler.fill(gap(920_000, 930_000));
    await endRead(new Error('denied'));
    await endWait();
    await endRead(new Error('denied'));
    expect(filled[1]).to.include({ isFilled: false, events: 0 });
  });
});
