import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { type DispatchLoop, type DispatchState } from './dispatch-state.js';
import { type Lane } from './lane.js';

/** Makes the groups and streams of lanes. */
export class Preparation {
  readonly #state: DispatchState;
  readonly #loop: DispatchLoop;

  constructor(state: DispatchState, loop: DispatchLoop) {
    this.#state = state;
    this.#loop = loop;
  }

  /**
   * Makes group and stream; the lane sends nothing meanwhile.
   * @param thenAtOnce - whether the lane's wait is over then
   */
  ensure(lane: Lane, when: 'ahead' | 'missing', thenAtOnce = true): void {
    if (lane.isBlocked) return;
    lane.isBlocked = true;
    const { accounts, parts } = this.#state;
    void runAsOwnTelemetry(() => parts.provisioner.ensure(lane.destination, when)).then((result) => {
      lane.isBlocked = false;
      if (result.kind === 'ready' && thenAtOnce) lane.readyAt = 0;
      if (result.kind === 'failed' && when === 'missing') {
        accounts.lastError = result.error;
        lane.lastHopelessAttempt = this.#state.attempts;
        for (const pending of lane.batches()) pending.lastError = result.error;
      }
      this.#loop.pump();
      this.#loop.checkFlushes();
    });
  }

  ensureGroupAhead(logGroupName: string): void {
    void runAsOwnTelemetry(() => this.#state.parts.provisioner.ensureGroupAhead(logGroupName));
  }
}
