import { OptionError } from '../../cloudwatch/errors.js';
import type { PlacedEvent } from '../placed-event.js';
import { Dice } from './dice.js';
import { FAILURE_STORIES, type FailureStory } from './failure-stories.js';
import {
  type GeneratorSettings,
  type LogEventGeneratorOptions,
  readGeneratorOptions,
} from './generator-options.js';
import {
  exceptionAttributes,
  type GeneratedService,
  madeUpError,
  madeUpLine,
  madeUpRecord,
  SERVICES,
} from './made-up.js';
import { otelMessage } from './otel-message.js';
import { type GeneratedSequence, makeSequence, type UnwrittenSequence } from './sequence.js';
import { type UnwrittenEvent, written } from './unwritten-event.js';

/** What {@link LogEventGenerator.events} makes up. */
export type GeneratedKind = 'random' | 'structured' | 'error' | 'sequence';

/** The kinds, to choose from. */
export const GENERATED_KINDS: readonly GeneratedKind[] = ['random', 'structured', 'error', 'sequence'];

/**
 * Makes log events up, the same for the same seed: for tests, demonstrations, and loads. Without `startMillis` what a call
 * makes ends now, so that look-ups find it.
 * @example
 * const generator = new LogEventGenerator({ seed: 7 });
 * await local.put(generator.structured(1_000));
 * const { traceId, events, spans } = generator.sequence('payment-timeout');
 */
export class LogEventGenerator {
  readonly #options: GeneratorSettings;
  #dice: Dice;
  #timestamp: number;

  /** @throws OptionError for a wrong option */
  constructor(options: LogEventGeneratorOptions = {}) {
    this.#options = readGeneratorOptions(options);
    this.#dice = new Dice(this.#options.seed);
    this.#timestamp = this.#options.startMillis ?? 0;
  }

  /** Lines of all sorts: access logs, other loggers' JSON, stacks, long ones, foreign letters. */
  random(count = 1): PlacedEvent[] {
    return [...this.events('random', count)];
  }

  /** Records of everyday work in the layout `collector`, each with a trace id of its own. */
  structured(count = 1): PlacedEvent[] {
    return [...this.events('structured', count)];
  }

  /** Records of errors with type, message and stack. */
  error(count = 1): PlacedEvent[] {
    return [...this.events('error', count)];
  }

  /**
   * One request on its way through several services, in records and in spans that belong together.
   * @param story - what goes wrong; by default the seed decides
   * @throws OptionError for an unknown story
   */
  sequence(story?: FailureStory): GeneratedSequence {
    if (story !== undefined && !FAILURE_STORIES.includes(story)) {
      throw new OptionError('story', `be one of ${FAILURE_STORIES.join(', ')}`, story);
    }
    let made: UnwrittenSequence;
    const make = (): UnwrittenEvent[] => allOf((made = this.#sequence(story)));
    for (const _ of this.#untilTimed(make));
    make();
    const { events, spans, ...ids } = made!;
    return { ...ids, events: events.map(written), spans: spans.map(written) };
  }

  /**
   * Events one after the other, as many as are read: `for (const event of generator.events('error', 10))`. Without
   * `startMillis` the last of `count` is of the time at which the first is read; for that the dice fall twice, and no event is held.
   * @param kind - `sequence` gives records and spans, in the order of time within each request
   * @param count - a sequence is not cut, so that it may be a few more
   */
  *events(kind: GeneratedKind, count: number): Generator<PlacedEvent, void, undefined> {
    for (const event of this.steps(kind, count)) if (event !== undefined) yield event;
  }

  /**
   * As {@link events}, with an `undefined` for each event of which the time alone is made before the first: whoever makes many
   * may let others work meanwhile.
   * @internal
   */
  *steps(kind: GeneratedKind, count: number): Generator<PlacedEvent | undefined, void, undefined> {
    if (!GENERATED_KINDS.includes(kind)) {
      throw new OptionError('kind', `be one of ${GENERATED_KINDS.join(', ')}`, kind);
    }
    const make = (): Iterable<UnwrittenEvent> => this.#many(kind, count);
    yield* this.#untilTimed(make);
    for (const event of make()) yield written(event);
  }

  /**
   * Sets the time of the first event, where no start is given so that the last one is of the end: the same dice fall once
   * before, and no message is written, which tells how long the events take. Whoever makes events after that must have read it to
   * its end.
   */
  *#untilTimed(make: () => Iterable<UnwrittenEvent>): Generator<undefined, void, undefined> {
    const { startMillis, endMillis = Date.now() } = this.#options;
    if (startMillis !== undefined) return;
    const dice = this.#dice;
    this.#dice = dice.copyWithoutIds();
    this.#timestamp = 0;
    let lastMillis = 0;
    try {
      for (const { timestamp } of make()) {
        lastMillis = Math.max(lastMillis, timestamp);
        yield;
      }
    } finally {
      this.#dice = dice;
      this.#timestamp = endMillis - lastMillis;
    }
  }

  *#many(kind: GeneratedKind, count: number): Generator<UnwrittenEvent, void, undefined> {
    checkCount(count);
    for (let made = 0; made < count;) {
      const events = kind === 'sequence' ? allOf(this.#sequence()) : [this.#one(kind)];
      made += events.length;
      yield* events;
    }
  }

  #one(kind: Exclude<GeneratedKind, 'sequence'>): UnwrittenEvent {
    const service = this.#dice.pick(SERVICES);
    const timestamp = this.#next();
    return this.#place(service, timestamp, this.#message(kind, service, timestamp));
  }

  #message(
    kind: Exclude<GeneratedKind, 'sequence'>,
    service: GeneratedService,
    timestamp: number,
  ): () => string {
    if (kind === 'random') return madeUpLine(this.#dice, timestamp);
    const ids = { traceId: this.#dice.hex(32), spanId: this.#dice.hex(16) };
    if (kind === 'structured') {
      const record = madeUpRecord(this.#dice);
      return () => otelMessage({ service, ...ids, ...record });
    }
    const madeUp = madeUpError(this.#dice, service);
    return () => {
      const error = madeUp();
      const attributes = exceptionAttributes(error);
      return otelMessage({ service, ...ids, body: error.message, severity: 'ERROR', attributes });
    };
  }

  #sequence(story: FailureStory = this.#dice.pick(FAILURE_STORIES)): UnwrittenSequence {
    return makeSequence(this.#dice, story, this.#next(), (service, timestamp, message) =>
      this.#place(service, timestamp, message),
    );
  }

  #place(service: GeneratedService, timestamp: number, message: () => string): UnwrittenEvent {
    const { logGroupPrefix, logStreamName } = this.#options;
    return { logGroupName: `${logGroupPrefix}${service}`, logStreamName, timestamp, message };
  }

  /** The time of the next event. */
  #next(): number {
    const timestamp = this.#timestamp;
    this.#timestamp += this.#dice.wait(this.#options.betweenMillis);
    return timestamp;
  }
}

function allOf({ events, spans }: UnwrittenSequence): UnwrittenEvent[] {
  return [...events, ...spans].sort((a, b) => a.timestamp - b.timestamp);
}

function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 0) return;
  throw new OptionError('count', 'be a whole number from 0', count);
}
