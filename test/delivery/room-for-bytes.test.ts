import { expect } from 'chai';
import { RoomForBytes } from '../../src/delivery/room-for-bytes.js';

const never = new Promise<void>(() => undefined);

describe('RoomForBytes', () => {
  it('is full to the byte', () => {
    const room = new RoomForBytes(10);
    expect(room.tryTake(6)).to.equal(true);
    expect(room.tryTake(5)).to.equal(false);
    expect(room.tryTake(4)).to.equal(true);
    expect(room.used).to.equal(10);
  });

  it('takes what is larger than all of it when it is empty', async () => {
    const room = new RoomForBytes(10);
    expect(await room.take(11, never)).to.equal(true);
    expect(room.tryTake(1)).to.equal(false);
  });

  it('serves those who wait in turn, and lets nobody pass', async () => {
    const room = new RoomForBytes(10);
    room.tryTake(8);
    const served: string[] = [];
    const large = room.take(6, never).then(() => served.push('large'));
    const small = room.take(2, never).then(() => served.push('small'));
    expect(room.tryTake(1)).to.equal(false);
    room.release(8);
    await Promise.all([large, small]);
    expect(served).to.deep.equal(['large', 'small']);
    expect(room.used).to.equal(8);
  });

  it('lets the next go on when one gives up', async () => {
    const room = new RoomForBytes(10);
    room.tryTake(8);
    let giveUp!: () => void;
    const large = room.take(6, new Promise<void>((resolve) => (giveUp = resolve)));
    const small = room.take(2, never);
    giveUp();
    expect(await large).to.equal(false);
    expect(await small).to.equal(true);
  });

  it('takes nothing back from one who was served', async () => {
    const room = new RoomForBytes(10);
    room.tryTake(8);
    let giveUp!: () => void;
    const taken = room.take(6, new Promise<void>((resolve) => (giveUp = resolve)));
    room.release(8);
    giveUp();
    expect(await taken).to.equal(true);
    expect(room.used).to.equal(6);
  });

  it('turns all away', async () => {
    const room = new RoomForBytes(10);
    room.tryTake(8);
    const waiting = room.take(6, never);
    room.turnAllAway();
    expect(await waiting).to.equal(false);
    expect(room.used).to.equal(8);
  });

  it('is one room for what is reserved and what is taken', () => {
    const room = new RoomForBytes(10);
    expect(room.tryReserve(6)).to.equal(true);
    expect(room.tryTake(5)).to.equal(false);
    expect(room.tryTake(4)).to.equal(true);
    expect(room.tryReserve(1)).to.equal(false);
    expect(room).to.include({ used: 10, reserved: 6, taken: 4 });
  });

  it('reserves what is larger than all of it when it is empty', () => {
    const room = new RoomForBytes(10);
    expect(room.tryReserve(11)).to.equal(true);
    expect(room.tryReserve(1)).to.equal(false);
  });

  it('takes for what was reserved what it really needs, also more than there is', () => {
    const room = new RoomForBytes(10);
    room.tryReserve(6);
    room.exchange(6, 12);
    expect(room).to.include({ used: 12, reserved: 0, taken: 12 });
  });

  it('lets those who wait have what was reserved for nothing', async () => {
    const room = new RoomForBytes(10);
    room.tryReserve(6);
    const waiting = room.take(8, never);
    room.unreserve(6);
    expect(await waiting).to.equal(true);
  });
});
