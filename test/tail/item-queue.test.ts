import { expect } from 'chai';
import { ItemQueue } from '../../src/tail/item-queue.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('ItemQueue', () => {
  it('gives items in their order, to readers that wait and to those that come later', async () => {
    const queue = new ItemQueue<number>(2);
    const first = queue.next();
    await queue.push(1);
    await queue.push(2);
    expect([await first, await queue.next()]).to.deep.equal([
      { done: false, value: 1 },
      { done: false, value: 2 },
    ]);
  });

  it('holds writers back while it is full', async () => {
    const queue = new ItemQueue<number>(1);
    const pushed: number[] = [];
    const writing = (async () => {
      for (const item of [1, 2, 3]) {
        await queue.push(item);
        pushed.push(item);
      }
    })();
    await turn();
    expect(pushed).to.deep.equal([1]);
    expect((await queue.next()).value).to.equal(1);
    await turn();
    expect(pushed).to.deep.equal([1, 2]);
    await queue.next();
    await queue.next();
    await writing;
  });

  it('ends after what is in it, with its error once', async () => {
    const queue = new ItemQueue<number>(5);
    await queue.push(1);
    queue.end(new Error('gone'));
    queue.end();
    await queue.push(2);
    expect((await queue.next()).value).to.equal(1);
    let thrown: unknown;
    await queue.next().catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.an('error').with.property('message', 'gone');
    expect(await queue.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('tells readers that wait of the end, and of its error', async () => {
    const ended = new ItemQueue<number>(1);
    const reading = ended.next();
    ended.end();
    expect(await reading).to.deep.equal({ done: true, value: undefined });
    const failed = new ItemQueue<number>(1);
    const failing = failed.next().catch((error: unknown) => error);
    failed.end('gone');
    expect(await failing).to.equal('gone');
  });

  it('lets writers go on, and drops what is in it, when nobody reads any more', async () => {
    const queue = new ItemQueue<number>(1);
    await queue.push(1);
    const waiting = queue.push(2);
    queue.discard();
    await waiting;
    expect(await queue.next()).to.deep.equal({ done: true, value: undefined });
  });
});
