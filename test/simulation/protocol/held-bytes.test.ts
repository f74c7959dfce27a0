import { expect } from 'chai';
import fc from 'fast-check';

import { HeldBytes } from '../../../src/simulation/protocol/held-bytes.js';

describe('HeldBytes', () => {
  function holders(held: HeldBytes, ...names: string[]) {
    const gone: string[] = [];
    const made = names.map((name) => held.holder(() => gone.push(name)));
    return { made, gone };
  }

  it('holds up to the byte', () => {
    const held = new HeldBytes(10);
    const { made, gone } = holders(held, 'a', 'b');
    expect([made[0]!.hold(4), made[1]!.hold(6), held.total]).to.deep.equal([true, true, 10]);
    expect(gone).to.deep.equal([]);
  });

  it('has whoever holds most let go, once', () => {
    const held = new HeldBytes(10);
    const { made, gone } = holders(held, 'large', 'small');
    made[0]!.hold(8);
    expect([made[1]!.hold(3), gone, held.total]).to.deep.equal([true, ['large'], 3]);
    expect([made[0]!.hold(1), held.total]).to.deep.equal([false, 3]);
    made[0]!.release();
    expect(held.total).to.equal(3);
  });

  it('refuses whoever asks for too much where it would hold most itself', () => {
    const held = new HeldBytes(10);
    const { made, gone } = holders(held, 'a', 'b');
    made[0]!.hold(4);
    expect([made[1]!.hold(7), gone, held.total]).to.deep.equal([false, [], 4]);
  });

  it('leaves what is kept', () => {
    const held = new HeldBytes(10);
    const { made, gone } = holders(held, 'kept', 'b');
    made[0]!.hold(8);
    made[0]!.keep();
    expect([made[1]!.hold(3), gone, held.total]).to.deep.equal([false, [], 8]);
    made[0]!.release();
    expect(held.total).to.equal(0);
  });

  it('never holds more than its bound, and what it holds is what its holders hold', () => {
    const action = fc.record({
      who: fc.nat(5),
      what: fc.constantFrom('hold', 'hold', 'hold', 'keep', 'release'),
      bytes: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const held = new HeldBytes(100);
        const mine = new Map<number, number>();
        const all = Array.from({ length: 6 }, (_, who) => held.holder(() => mine.delete(who)));
        for (const { who, what, bytes } of actions) {
          const holder = all[who]!;
          if (what === 'keep') holder.keep();
          else if (what === 'release') {
            holder.release();
            mine.delete(who);
          } else if (holder.hold(bytes)) mine.set(who, (mine.get(who) ?? 0) + bytes);
          else mine.delete(who);
          expect(held.total).to.be.at.most(100);
          expect(held.total).to.equal([...mine.values()].reduce((sum, own) => sum + own, 0));
        }
      }),
      { seed: 18, numRuns: 500 },
    );
  });
});
