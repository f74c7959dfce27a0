import { type EncodedEvent } from '../../src/delivery/encoded-event.js';
import { encodeEvent } from '../../src/encoding/encode-event.js';
import { type LeftEvents } from '../../src/write-ahead/read-segment.js';
import { Replay } from '../../src/write-ahead/replay.js';
import { WriteAheadLog, type WriteAheadParts } from '../../src/write-ahead/write-ahead-log.js';
import { listeningDiagnostics } from '../encoding/records.js';

const MIB = 1024 * 1024;

export const HERE = { logGroupName: '/g', logStreamName: 's' };

const THERE: WriteAheadParts['replay'] = {
  now: () => ({ Replay }),
  load: () => Promise.reject(new Error('it is there')),
};

export interface OpenOptions {
  readonly maxBytes?: number;
  readonly fsyncIntervalMillis?: number;
  readonly hasRoom?: boolean;
  /** Whether replayed events are released. */
  readonly releases?: boolean;
  /** Where the part that reads files comes from; it is there. */
  readonly replay?: WriteAheadParts['replay'];
}

/** A log, what it replayed, and what it found. Whoever opens it closes it. */
export function openLog(
  directory: string,
  {
    maxBytes = 64 * MIB,
    fsyncIntervalMillis = 0,
    hasRoom = true,
    releases = true,
    replay = THERE,
  }: OpenOptions = {},
) {
  const { diagnostics, said: lines } = listeningDiagnostics();
  const replayed: LeftEvents[] = [];
  const found = { events: 0, damaged: 0 };
  const gone = { removed: 0, taken: 0 };
  const state = { hasRoom, now: 0, wall: Date.now() };
  const log = new WriteAheadLog(
    {
      diagnostics,
      epochMillis: () => state.wall,
      monotonicMillis: () => state.now,
      hasRoom: () => state.hasRoom,
      deliver: (events) => {
        replayed.push(events);
        if (releases) log.release(events.events);
        return Promise.resolve();
      },
      onFound: (events, damaged) => {
        found.events += events;
        found.damaged += damaged;
      },
      onGone: (how, events) => {
        gone[how] += events;
      },
      replay,
    },
    { directory, fsyncIntervalMillis, maxBytes },
  );
  const texts = (): string[] => replayed.flatMap(({ events }) => events.map(textOf));
  return { log, replayed, found, gone, texts, lines, state };
}

/** Appends an event of each text. @returns those that were written */
export function append(log: WriteAheadLog, ...texts: string[]): readonly EncodedEvent[] {
  return texts.flatMap((text) => log.append(HERE, undefined, [encodeEvent(1000, text)]) ?? []);
}

function textOf(event: EncodedEvent): string {
  return JSON.parse(event.messageJson) as string;
}
