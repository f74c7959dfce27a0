import { expect } from 'chai';
import { RenewableClient } from '../../src/base/index.js';
import { errorOf } from '../rejection.js';

describe('RenewableClient', () => {
  const start = (): { client: RenewableClient<number>; ended: [number, boolean][] } => {
    const ended: [number, boolean][] = [];
    let made = 0;
    const client = new RenewableClient({
      create: () => ++made,
      end: (one, isGivenUp) => {
        ended.push([one, isGivenUp]);
        // Nobody hears of it.
        if (isGivenUp) throw new Error('it has ended already');
      },
    });
    return { client, ended };
  };
  const idOf = (id: number): Promise<number> => Promise.resolve(id);

  it('keeps one client as long as answers come', async () => {
    const { client, ended } = start();
    const abort = new AbortController();
    expect(await client.use(abort.signal, idOf)).to.equal(1);
    abort.abort();
    expect(await client.use(new AbortController().signal, idOf)).to.equal(1);
    expect(ended).to.deep.equal([]);
    await client.close();
    expect(ended).to.deep.equal([[1, false]]);
  });

  it('gives a client up whose answer does not come, once, and has another', async () => {
    const { client, ended } = start();
    const aborts = [new AbortController(), new AbortController()];
    const waiting = aborts.map(({ signal }) => client.use(signal, () => new Promise<never>(() => undefined)));
    for (const abort of aborts) abort.abort();
    expect(await client.use(new AbortController().signal, idOf)).to.equal(2);
    expect(ended).to.deep.equal([
      [1, true],
      [1, true],
    ]);
    expect(waiting).to.have.length(2);
    await client.close();
  });

  it('passes on what a request throws, and makes none for a signal that has aborted', async () => {
    const { client } = start();
    const { signal } = new AbortController();
    const failing = client.use(signal, () => Promise.reject(new Error('refused')));
    expect((await errorOf(failing)).message).to.equal('refused');
    const late = client.use(AbortSignal.abort(new Error('too late')), idOf);
    expect((await errorOf(late)).message).to.equal('too late');
  });
});
