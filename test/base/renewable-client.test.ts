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
    expect(ended).to.deep.equal([[1, true]]);
    expect(waiting).to.have.length(2);
    await client.close();
  });

  it('has the next request hear of it where no other client can be made', async () => {
    let made = 0;
    const client = new RenewableClient({
      create: () => {
        if (++made === 2) throw new Error('no second one');
        return made;
      },
      end: () => undefined,
    });
    const abort = new AbortController();
    void client.use(abort.signal, () => new Promise<never>(() => undefined));
    abort.abort();
    const { signal } = new AbortController();
    expect((await errorOf(client.use(signal, idOf))).message).to.equal('no second one');
    expect(await client.use(signal, idOf)).to.equal(3);
  });

  it('makes none that nobody would end, where one is given up while it closes', async () => {
    const { client, ended } = start();
    const abort = new AbortController();
    void client.use(abort.signal, () => new Promise<never>(() => undefined));
    const closed = client.close();
    abort.abort();
    await closed;
    await client.close();
    expect(ended).to.deep.equal([
      [1, false],
      [1, true],
    ]);
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
