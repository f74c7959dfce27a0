import { type CorrelatedEvent } from '../../insights/look-up/correlated-event.js';
import { type Found, parsedPart, storedPart, takenOut } from './found.js';

/**
 * One JSON object a line, each with a `type`: `event` for each event in time order, then one `result`.
 * @param asStored - events as they are stored, nothing of them read
 */
export function* ndjsonLines({ events, summary }: Found, asStored: boolean): Generator<string, void> {
  const part: (event: CorrelatedEvent) => object = asStored ? storedPart : parsedPart;
  for (const event of takenOut(events)) yield ndjsonLine('event', part(event));
  yield ndjsonLine('result', summary);
}

/** One line. */
export function ndjsonLine(type: string, value: object): string {
  return `${JSON.stringify({ type, ...value })}\n`;
}
