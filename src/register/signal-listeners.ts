/** Keeps signal-exit's emitter, which counts its own listeners. Versions up to 3, and 4. */
interface SignalExitHolder {
  __signal_exit_emitter__?: { count?: number };
}
const SIGNAL_EXIT_4 = Symbol.for('signal-exit emitter');

/**
 * Listeners, besides one of ours, that decide what a signal does. Those of signal-exit don't: they raise the signal
 * again only when no other listener is left, so that two such parties would wait for each other for ever.
 */
export function listenersOfOthers(
  process: NodeJS.Process,
  signal: NodeJS.Signals,
  own: NodeJS.SignalsListener,
): number {
  const version3 = (process as SignalExitHolder).__signal_exit_emitter__?.count ?? 0;
  const version4 = (globalThis as { [SIGNAL_EXIT_4]?: { count?: number } })[SIGNAL_EXIT_4]?.count ?? 0;
  const others = process.listeners(signal).filter((listener) => listener !== own);
  return others.length - version3 - version4;
}
