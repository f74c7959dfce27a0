import { expect } from 'chai';
import { RoomForBytes } from '../../src/delivery/room-for-bytes.js';
import { type EventKeeper, type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { DeliveryOnDemand } from '../../src/exporter/delivery-on-demand.js';
import { Losses } from '../../src/observability/losses.js';
import { FakeDelivery, listeningDiagnostics } from '../encoding/records.js';

function batch(events: number, keeper?: EventKeeper): LogEventBatch {
  const event = { timestamp: 1, messageJson: '"x"', messageBytes: 1 };
  return {
    destination: { logGroupName: '/g', logStreamName: 's' },
    events: Array.from({ length: events }, () => event),
    bytes: 27 * events,
    ...(keeper && { keeper }),
  };
}

/** A delivery of which the first so many loads fail. */
function onDemand(failures: number): {
  delivery: DeliveryOnDemand;
  real: FakeDelivery;
  losses: Losses;
  room: RoomForBytes;
} {
  const real = new FakeDelivery();
  const losses = new Losses();
  const room = new RoomForBytes(1_000);
  let left = failures;
  const load = (): Promise<FakeDelivery> =>
    left-- > 0 ? Promise.reject(new Error('secret')) : Promise.resolve(real);
  const { diagnostics } = listeningDiagnostics();
  return { delivery: new DeliveryOnDemand({ load, room, losses, diagnostics }), real, losses, room };
}

describe('DeliveryOnDemand', () => {
  it('hands on what came before the delivery, in order', async () => {
    const { delivery, real } = onDemand(0);
    void delivery.prepareGroup('/g');
    void delivery.prepare([{ logGroupName: '/g', logStreamName: 's' }]);
    expect(delivery.status()).to.include({ deliveredEvents: 0, heldEvents: 0 });
    const first = delivery.deliver([batch(1)]);
    const second = delivery.deliver([batch(2)]);
    await delivery.forceFlush();
    expect(await first).to.include({ delivered: 1 });
    expect(await second).to.include({ delivered: 2 });
    expect(real.batches.map(({ events }) => events.length)).to.deep.equal([1, 2]);
    expect(real.prepared).to.deep.equal(['/g', { logGroupName: '/g', logStreamName: 's' }]);
    expect(real.calls).to.deep.equal(['forceFlush']);
  });

  it('goes to the delivery at once when it is there', async () => {
    const { delivery, real } = onDemand(0);
    await delivery.forceFlush();
    void delivery.deliver([batch(1)]);
    void delivery.prepareGroup('/later');
    await Promise.resolve();
    expect(real.batches).to.have.length(1);
    expect(real.prepared).to.deep.equal(['/later']);
    expect(delivery.status().deliveredEvents).to.equal(1);
    expect(await delivery.checkSpool()).to.equal(undefined);
    await delivery.shutdown();
    expect(real.calls).to.deep.equal(['forceFlush', 'shutdown']);
  });

  it('loads again for the next batch after a failure', async () => {
    const { delivery, losses } = onDemand(1);
    await delivery.forceFlush();
    expect(delivery.status().lastError!.message).to.include('could not be loaded: Error');
    expect(delivery.status().lastError!.message).not.to.include('secret');
    expect(await delivery.deliver([batch(2)])).to.include({ delivered: 2, lost: 0 });
    expect(losses.total()).to.equal(0);
  });

  it('has one delivery where several batches waited for a load that failed', async () => {
    const reals: FakeDelivery[] = [];
    let loads = 0;
    const load = (): Promise<FakeDelivery> => {
      if (loads++ === 0) return Promise.reject(new Error('no file descriptor'));
      reals.push(new FakeDelivery());
      return Promise.resolve(reals.at(-1)!);
    };
    const { diagnostics } = listeningDiagnostics();
    const losses = new Losses();
    const delivery = new DeliveryOnDemand({ load, room: new RoomForBytes(1_000), losses, diagnostics });
    const results = await Promise.all([1, 2, 3].map((events) => delivery.deliver([batch(events)])));
    expect(results.map(({ delivered }) => delivered)).to.deep.equal([1, 2, 3]);
    expect(loads).to.equal(2);
    expect(reals).to.have.length(1);
    expect(delivery.status().deliveredEvents).to.equal(6);
  });

  it('counts as lost what it can not deliver, but for what somebody keeps', async () => {
    const { delivery, losses, room } = onDemand(2);
    room.tryReserve(100);
    const nothing = (): void => undefined;
    const keeper = { giveBack: () => 2, sending: nothing, release: nothing, finish: nothing };
    const result = await delivery.deliver([batch(3, keeper), batch(1)], { reservedBytes: 100 });
    expect(result).to.include({ delivered: 0, kept: 2, lost: 2 });
    expect(result.error).to.be.an('error');
    expect(losses.byReason()).to.deep.equal({ delivery_failed: 2 });
    expect(room.used).to.equal(0);
  });

  it('needs no delivery for the end of a process before anything was delivered', () => {
    const { delivery } = onDemand(0);
    void delivery.prepareGroup('/g');
    delivery.settleAtOnce(
      () => expect.fail('nothing is to be sent'),
      () => expect.fail('nothing is left'),
    );
  });

  it('has nothing to flush, close or check where it can not be loaded', async () => {
    const { delivery, real } = onDemand(9);
    void delivery.prepareGroup('/g');
    await delivery.forceFlush();
    expect(await delivery.checkSpool()).to.equal(undefined);
    await delivery.shutdown();
    expect(real.calls).to.deep.equal([]);
  });
});
