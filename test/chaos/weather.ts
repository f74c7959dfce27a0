import { type FaultRule } from '../../src/simulation/faults/fault-rule.js';

/** Faults that are in force for a while, beside {@link STEADY_FAULTS}. */
export interface Weather {
  readonly name: string;
  readonly rules: readonly FaultRule[];
  /** Of spool and write-ahead log. */
  readonly isDiskFull?: boolean;
  readonly millis: number;
}

/** In force all the time: what a busy service and a bad network do. */
export const STEADY_FAULTS: readonly FaultRule[] = [
  { kind: 'throttle', probability: 0.3 },
  { kind: 'error', probability: 0.05 },
  { kind: 'error', probability: 0.02, status: 500 },
  { kind: 'reset-before', probability: 0.03 },
  ...answersLost('reset-after', 0.03),
  ...answersLost('truncate', 0.01),
  { kind: 'hang', probability: 0.005 },
  { kind: 'delay', probability: 0.1, delayMillis: 120 },
];

const PASSING: readonly Weather[] = [
  { name: 'calm', rules: [], millis: 800 },
  { name: 'expired credentials', rules: [{ kind: 'expired-token' }], millis: 700 },
  { name: 'a clock an hour ahead', rules: [{ kind: 'clock-skew', skewMillis: 3_600_000 }], millis: 900 },
  { name: 'a clock an hour behind', rules: [{ kind: 'clock-skew', skewMillis: -3_600_000 }], millis: 900 },
  { name: 'outage', rules: [{ kind: 'reset-before' }], millis: 1500 },
  { name: 'unavailable', rules: [{ kind: 'error' }], millis: 1000 },
  { name: 'hanging', rules: [{ kind: 'hang', probability: 0.5 }], millis: 1500 },
  { name: 'slow', rules: [{ kind: 'delay', delayMillis: 400 }], millis: 800 },
  { name: 'lost answers', rules: answersLost('reset-after', 0.5), millis: 800 },
  { name: 'the disk is full', rules: [{ kind: 'error', probability: 0.7 }], isDiskFull: true, millis: 1500 },
];

/** Rules of their own for PutLogEvents, so that how often they struck there can be told. */
function answersLost(kind: 'reset-after' | 'truncate', probability: number): FaultRule[] {
  return [
    { kind, probability, operations: ['PutLogEvents'] },
    { kind, probability, exceptOperations: ['PutLogEvents'] },
  ];
}

/** All kinds of weather in an order that the dice decide, again and again. */
export function* forecast(random: () => number): Generator<Weather, never> {
  for (;;) {
    const order = PASSING.map((weather) => ({ weather, at: random() })).toSorted((a, b) => a.at - b.at);
    for (const { weather } of order) yield weather;
  }
}
