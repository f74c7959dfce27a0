import { checkIterable } from '../cloudwatch/check-values.js';
import { OptionError } from '../cloudwatch/errors.js';
import { type CorrelatedEvent } from './look-up/correlated-event.js';
import * as tree from './look-up/trace-tree.js';
import * as messages from './messages/message-parser.js';
import { type ParsedMessage } from './messages/parsed-message.js';

// The functions as users have them. The trace page, whose bytes are counted, has the same ones without the checks.

/**
 * Groups events into traces and spans. Events without a trace id belong to none.
 * @throws OptionError for what are no events
 */
export function buildTraces<E extends tree.SpanEvent = CorrelatedEvent>(
  events: readonly E[],
): tree.TraceTree<E>[] {
  checkIterable('events', events);
  return tree.buildTraces(events);
}

/** How deep each span lies, roots at 0. @throws OptionError for what `buildTraces` does not give */
export function spanDepths<E extends tree.SpanEvent>(
  traces: readonly tree.TraceTree<E>[],
): Map<string, number> {
  if (!Array.isArray(traces)) throw new OptionError('traces', 'be what buildTraces gives', traces);
  return tree.spanDepths(traces as readonly tree.TraceTree<E>[]);
}

/**
 * Reads the message of a log event: this package's layouts, CloudWatch's OTLP endpoint and spans, Lambda's
 * JSON and text, Powertools, the JSON of the usual loggers, and plain text. No text is refused: what it does not
 * understand is text.
 * @param message - as stored
 * @throws OptionError for what is no text
 */
export function parseMessage(message: string): ParsedMessage {
  if (typeof message !== 'string') throw new OptionError('message', 'be a text', message);
  return messages.parseMessage(message);
}
