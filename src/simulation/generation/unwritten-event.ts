import type { PlacedEvent } from '../placed-event.js';

/** An event whose dice have fallen, and whose message is not written yet: who asks for its time alone needs none. */
export interface UnwrittenEvent extends Omit<PlacedEvent, 'message'> {
  readonly message: () => string;
}

/** The event with its message. */
export function written(event: UnwrittenEvent): PlacedEvent {
  return { ...event, message: event.message() };
}
