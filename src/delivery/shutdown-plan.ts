import { type Deadline } from './deadline.js';

/**
 * How the time that somebody gives to a delivery, a flush or an end is shared out. All such fractions stand here,
 * because each is a part of what another one left.
 */

/** With a spool, the part in which answers are waited for; in the rest what did not come through is stored. */
const ANSWERS_PART = 0.8;

/** The part of a flush in which batches that other processes left are looked for. */
const LOOKING_PART = 0.5;

/** With a spool, the part of a shutdown after which what is left is written to disk, beside further attempts. */
const UNWRITTEN_PART = 0.5;

/** Once a shutdown has given up its requests: the part of the rest for batches that just get their room. */
const ADMITTING_PART = 0.5;

/** The part of a processor's shutdown in which the queue is encoded a step at a time; after it, all at once. */
const ENCODING_PART = 0.5;

/** The part of the time for delivery that the last sync of write-ahead files does not need. */
const DELIVERING_PART = 0.9;

/** The least part of all the time that this sync gets, though the service took the rest: a disk may hang. */
const LEAST_CLOSING_PART = 0.1;

/** At the end of a process, the part in which a flush waits for answers. */
const FLUSHING_PART = 0.5;

/** The part of the rest after which shutdown gives up what was not delivered; it ends a little later. */
const GIVING_UP_PART = 0.8;

/** At the end of a process, the part in which the sender waits for answers, its start included. */
const SENDER_ANSWERS_PART = 0.8;

/** The part after which that sender is killed; in the rest what is left goes to the spool. */
const SENDER_PART = 0.9;

/** Of the sender's time, the part for what is in the spool already. */
const SENDER_SPOOL_PART = 0.5;

/** The part of a client's shutdown in which the buffers of events are emptied into delivery. */
const BUFFERS_PART = 0.5;

/** Least milliseconds for the disk: what is reported as kept is to be there, and a busy one may take a second. */
const LEAST_STORING_MILLIS = 1_000;

/** Whether what is not delivered can go to disk. */
export interface StoringPlan {
  readonly hasSpool: boolean;
}

/** Until when a call of `deliver` waits for answers. */
export function answersOfDelivery(deadline: Deadline, { hasSpool }: StoringPlan): Deadline {
  return hasSpool ? deadline.afterPart(ANSWERS_PART) : deadline;
}

/** Until when a call of `deliver` waits for the disk, once it waits for answers no more. */
export function storingOfDelivery(deadline: Deadline): Deadline {
  return deadline.atLeast(LEAST_STORING_MILLIS);
}

/** Until when a flush looks for what other processes left. */
export function lookingOfFlush(deadline: Deadline): Deadline {
  return deadline.afterPart(LOOKING_PART);
}

/** Until when a flush waits for answers. */
export function answersOfFlush(deadline: Deadline, { hasSpool }: StoringPlan): Deadline {
  return hasSpool ? deadline.afterPart(ANSWERS_PART) : deadline;
}

/** The moments of a shutdown of delivery. */
export interface ShutdownPlan {
  /** From then on what is left is written to disk, where there is a spool. */
  readonly writesFrom: Deadline;
  /** Requests that have no answer then are given up. */
  readonly answersUntil: Deadline;
}

export function planShutdown(deadline: Deadline, { hasSpool }: StoringPlan): ShutdownPlan {
  return {
    writesFrom: deadline.afterPart(UNWRITTEN_PART),
    answersUntil: hasSpool ? deadline.afterPart(ANSWERS_PART) : deadline,
  };
}

/** Once requests are given up: until when batches that were given room just before come into their lanes. */
export function admittingOfShutdown(end: Deadline): Deadline {
  return end.afterPart(ADMITTING_PART);
}

/** Until when a processor that shuts down encodes its queue in steps, letting others work in between. */
export function encodingOfShutdown(deadline: Deadline): Deadline {
  return deadline.afterPart(ENCODING_PART);
}

/** When delivery is to be over where write-ahead files are closed after it. */
export function deliveryOfShutdown(deadline: Deadline): Deadline {
  return deadline.afterPart(DELIVERING_PART);
}

/** Until when write-ahead files are closed. @param millis - of the whole shutdown */
export function closingOfShutdown(deadline: Deadline, millis: number): Deadline {
  return deadline.atLeast(millis * LEAST_CLOSING_PART);
}

/** Until when the flush at the end of a process waits. */
export function flushOfExit(deadline: Deadline): Deadline {
  return deadline.afterPart(FLUSHING_PART);
}

/** Until when the shutdown at the end of a process gives up what is left. */
export function shutdownOfExit(deadline: Deadline): Deadline {
  return deadline.afterPart(GIVING_UP_PART);
}

/** Until when the sender that is started at the end of a process waits for answers. */
export function answersOfExitSender(deadline: Deadline): Deadline {
  return deadline.afterPart(SENDER_ANSWERS_PART);
}

/** When that sender is killed, if it has not ended by itself. */
export function lifeOfExitSender(deadline: Deadline): Deadline {
  return deadline.afterPart(SENDER_PART);
}

/** Until when that sender reads the spool, and sends what is in it, before the last records. */
export function spoolOfExitSender(deadline: Deadline): Deadline {
  return deadline.afterPart(SENDER_SPOOL_PART);
}

/** Until when a client that shuts down empties its buffers. */
export function buffersOfShutdown(deadline: Deadline): Deadline {
  return deadline.afterPart(BUFFERS_PART);
}
