import { formatEventId, formatPtr } from './event-id.js';
import { type EventEntity, type StoredEvent } from './event-store.js';
import { type MessageText, type Segment } from './segment.js';
import { type SegmentColumns } from './segment-columns.js';

/** A group as its events name it. */
export interface EventGroup {
  readonly logGroupName: string;
  readonly groupNumber: number;
}

/** Makes the events of some positions of a segment, but for those that can't be read any more. */
export function eventsAt(
  group: EventGroup,
  segment: Segment,
  columns: SegmentColumns,
  positions: readonly number[],
): StoredEvent[] {
  const { origins, firstIngestionTime, firstSequence } = segment.summary;
  const texts = segment.content.messages(positions);
  const events: StoredEvent[] = [];
  for (let index = 0; index < positions.length; index++) {
    const position = positions[index]!;
    const text = texts[index];
    if (text === undefined) continue;
    const origin = origins[columns.origins[position]!]!;
    events.push(
      new SegmentEvent(
        group,
        firstSequence + position,
        columns.timestamps[position]!,
        firstIngestionTime + columns.ingestionOffsets[position]!,
        columns.messageLengths[position]!,
        origin.logStreamName,
        origin.entity,
        text,
      ),
    );
  }
  return events;
}

class SegmentEvent implements StoredEvent {
  readonly #group: EventGroup;
  readonly #sequence: number;
  #text: MessageText;

  constructor(
    group: EventGroup,
    sequence: number,
    readonly timestamp: number,
    readonly ingestionTime: number,
    readonly messageBytes: number,
    readonly logStreamName: string,
    readonly entity: EventEntity | undefined,
    text: MessageText,
  ) {
    this.#group = group;
    this.#sequence = sequence;
    this.#text = text;
  }

  get message(): string {
    const text = this.#text;
    if (typeof text === 'string') return text;
    const message = text.bytes.toString('utf8', text.offset, text.offset + text.length);
    this.#text = message;
    return message;
  }

  get logGroupName(): string {
    return this.#group.logGroupName;
  }

  get eventId(): string {
    return formatEventId(this.timestamp, this.#group.groupNumber, this.#sequence);
  }

  get ptr(): string {
    return formatPtr(this.#group.groupNumber, this.#sequence);
  }
}
