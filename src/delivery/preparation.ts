import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { type DispatchLoop, type DispatchState } from './dispatch-state.js';
import { type Lane } from './lane.js';

/** Makes the groups and streams of lanes. */
export class Preparation {
  readonly #state: DispatchState;
  readonly #loop: DispatchLoop;
  readonly #underWay = new WeakMap<Lane, Promise<void>>();

  constructor(state: DispatchState, loop: DispatchLoop) {
    this.#state = state;
    this.#loop = loop;
  }

  /**
   * Makes group and stream; the lane sends nothing meanwhile.
   * Resolves when that is done, or has failed; never rejects.
   * @param thenAtOnce - whether the lane's wait is over then
   */
  ensure(lane: Lane, when: 'ahead' | 'missing', thenAtOnce = true): Promise<void> {
    if (!lane.isBlocked) this.#underWay.set(lane, this.#make(lane, when, thenAtOnce));
    return this.#underWay.get(lane)!;
  }

  async ensureGroupAhead(logGroupName: string): Promise<void> {
    await runAsOwnTelemetry(() => this.#state.parts.provisioner.ensureGroupAhead(logGroupName));
  }

  #make(lane: Lane, when: 'ahead' | 'missing', thenAtOnce: boolean): Promise<void> {
    lane.block();
    const { accounts, parts } = this.#state;
    return runAsOwnTelemetry(() => parts.provisioner.ensure(lane.destination, when)).then((result) => {
      lane.unblock();
      if (result.kind === 'ready' && thenAtOnce) lane.retryNow();
      if (result.kind === 'failed' && when === 'missing') {
        accounts.lastError = result.error;
        lane.couldNotBeMade(this.#state.attempts);
        const batches = [...lane.batches()];
        for (const pending of batches) pending.lastError = result.error;
        this.#loop.keep(batches);
      }
      this.#loop.pump();
      this.#loop.checkFlushes();
    });
  }
}
