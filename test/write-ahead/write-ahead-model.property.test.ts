import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { type EncodedEvent } from '../../src/delivery/encoded-event.js';
import { encodeEvent } from '../../src/encoding/encode-event.js';
import { firstBytes, type HeadFigures, SegmentHead } from '../../src/write-ahead/segment-head.js';
import { Replay } from '../../src/write-ahead/replay.js';
import { WriteAheadLog } from '../../src/write-ahead/write-ahead-log.js';
import { eventually } from '../eventually.js';
import { listeningDiagnostics } from '../encoding/records.js';

/** What happens to a log before its process is killed; numbers choose among the events that are held. */
type Action =
  | { kind: 'append'; stream: number; events: number }
  | { kind: 'send' | 'release' | 'give back'; from: number; count: number };

const some = { from: fc.nat(), count: fc.integer({ min: 1, max: 4 }) };
const actions = fc.array(
  fc.oneof<fc.MaybeWeightedArbitrary<Action>[]>(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('append'),
        stream: fc.nat({ max: 2 }),
        events: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('send', 'release'), ...some }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('give back'), ...some }) },
  ),
  { minLength: 1, maxLength: 30 },
);
const DESTINATIONS = [0, 1, 2].map((stream) => ({ logGroupName: '/g', logStreamName: String(stream) }));

/** What must come of a file's first bytes: as it was when it had so many. */
interface Moment {
  readonly bytes: number;
  /** Events that were written. */
  readonly count: number;
  /** Events that were not released, and those of them that may have been sent. */
  readonly kept: readonly string[];
  readonly sent: readonly string[];
}

describe('WriteAheadLog, against a model', () => {
  let parent: string;
  let directories = 0;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'write-ahead-model-'));
  });
  afterEach(() => {
    rmSync(parent, { recursive: true, force: true });
  });

  const start = (directory: string) => {
    const replayed: string[] = [];
    const state = { lost: 0, room: true };
    const log: WriteAheadLog = new WriteAheadLog(
      {
        diagnostics: listeningDiagnostics().diagnostics,
        epochMillis: () => 1_700_000_000_000,
        monotonicMillis: () => 0,
        hasRoom: () => state.room,
        deliver: ({ destination, events }) => {
          // Each event says where it goes.
          for (const event of events)
            expect(textOf(event)).to.match(new RegExp(`^${destination.logStreamName} `));
          replayed.push(...events.map(textOf));
          log.release(events);
          return Promise.resolve();
        },
        onFound: (_, lost) => {
          state.lost += lost;
        },
        onGone: () => expect.fail('nothing is removed'),
        replay: { now: () => ({ Replay }), load: () => Promise.reject(new Error('it is there')) },
      },
      { directory, fsyncIntervalMillis: 0, maxBytes: 64 * 1024 * 1024 },
    );
    return { log, replayed, state };
  };

  /** Runs the actions, and gives the file as a kill leaves it, with what was known at each of its lengths. */
  const record = async (all: readonly Action[]): Promise<{ content: Buffer; moments: Moment[] }> => {
    const directory = join(parent, String(++directories));
    mkdirSync(directory);
    const { log, state } = start(directory);
    state.room = false;
    const held: EncodedEvent[] = [];
    const kept = new Set<string>();
    const sent = new Set<string>();
    const moments: Moment[] = [{ bytes: 0, count: 0, kept: [], sent: [] }];
    let count = 0;
    for (const one of all) {
      if (one.kind === 'append') {
        const texts = Array.from({ length: one.events }, () => `${one.stream} ${++count}`);
        const events = texts.map((text) => encodeEvent(count, text));
        held.push(...(log.append(DESTINATIONS[one.stream]!, undefined, events) ?? []));
        for (const text of texts) kept.add(text);
      } else if (held.length > 0) {
        const from = one.from % held.length;
        const chosen =
          one.kind === 'send' ? held.slice(from, from + one.count) : held.splice(from, one.count);
        if (one.kind === 'send') log.sending(chosen);
        else if (one.kind === 'release') log.release(chosen);
        else log.giveBack(chosen);
        for (const text of chosen.map(textOf)) {
          if (one.kind === 'send') sent.add(text);
          if (one.kind === 'release') kept.delete(text);
        }
      }
      const bytes = log.status().bytes;
      moments.push({ bytes, count, kept: [...kept], sent: [...sent].filter((text) => kept.has(text)) });
    }
    expect(log.status().events).to.equal(kept.size);
    const [file] = readdirSync(directory);
    let content = Buffer.alloc(0);
    if (file !== undefined) {
      // The count in the head is written once for all that some milliseconds append.
      const head = `"count":"${String(count).padStart(10, '0')}"`;
      await eventually(() => {
        content = readFileSync(join(directory, file));
        return content.includes(head);
      });
    }
    log.release(held);
    await log.close();
    return { content, moments };
  };

  /** What the next process makes of a file. */
  const replay = async (content: Buffer, head: Partial<HeadFigures> = {}) => {
    const directory = join(parent, String(++directories));
    mkdirSync(directory);
    const path = join(directory, `wal-${'0'.repeat(13)}-${'0'.repeat(10)}-${'0'.repeat(8)}~free.log`);
    writeFileSync(path, content);
    if (head.count !== undefined) {
      const ofFile = new SegmentHead(path);
      ofFile.change(head);
      ofFile.close();
    }
    const { log, replayed, state } = start(directory);
    await log.replay();
    const { possibleDuplicates } = log.status();
    await log.close();
    expect(readdirSync(directory)).to.deep.equal([]);
    return { replayed, lost: state.lost, possibleDuplicates };
  };

  it('replays what was not released, whichever byte a kill leaves as the last', async () => {
    await fc.assert(
      fc.asyncProperty(actions, fc.nat(), async (all, cut) => {
        const { content, moments } = await record(all);
        if (content.length === 0) return;
        // The head is written in one.
        const headBytes = firstBytes().length;
        const length = headBytes + (cut % (content.length - headBytes + 1));
        const before = moments.findLast(({ bytes }) => bytes <= length)!;
        const { count } = before;
        const { replayed, lost, possibleDuplicates } = await replay(content.subarray(0, length), { count });
        const after = moments.find(({ bytes }) => bytes >= length)!;
        expect(lost).to.equal(0);
        // What had returned is there once; of what was being written some may be.
        expect(new Set(replayed).size).to.equal(replayed.length);
        for (const text of before.kept) {
          if (after.kept.includes(text)) expect(replayed).to.include(text);
        }
        for (const text of replayed) expect([...before.kept, ...after.kept]).to.include(text);
        expect(possibleDuplicates).to.be.within(
          Math.min(before.sent.length, after.sent.length),
          Math.max(before.sent.length, after.sent.length),
        );
        // In the order of emission, a stream at a time.
        for (const { logStreamName } of DESTINATIONS) {
          const numbers = replayed
            .filter((text) => text.startsWith(`${logStreamName} `))
            .map((text) => Number(text.split(' ')[1]));
          expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
        }
      }),
      { seed: 31, numRuns: 300 },
    );
  }).timeout(180_000);

  it('replays each event or counts it, wherever a file is cut', async () => {
    await fc.assert(
      fc.asyncProperty(actions, fc.nat(), async (all, cut) => {
        const { content, moments } = await record(all);
        if (content.length === 0) return;
        const length = cut % (content.length + 1);
        const { replayed, lost } = await replay(content.subarray(0, length));
        const { kept } = moments.at(-1)!;
        const missing = kept.filter((text) => !replayed.includes(text));
        expect(new Set(replayed).size).to.equal(replayed.length);
        // The line's end can be told without it.
        if (length >= firstBytes().length - 1) expect(lost).to.be.at.least(missing.length);
        else expect(lost).to.equal(1);
      }),
      { seed: 33, numRuns: 300 },
    );
  }).timeout(180_000);

  it('replays each event or counts it, whichever bit flips', async () => {
    await fc.assert(
      fc.asyncProperty(actions, fc.nat(), async (all, bit) => {
        const { content, moments } = await record(all);
        if (content.length === 0) return;
        content[(bit >> 3) % content.length]! ^= 1 << (bit & 7);
        const { replayed, lost } = await replay(content);
        const { kept } = moments.at(-1)!;
        const missing = kept.filter((text) => !replayed.includes(text));
        expect(new Set(replayed).size).to.equal(replayed.length);
        // A flipped line's end joins two lines: at the end of the file that may be two events, or an event and a note.
        expect(missing.length).to.be.at.most(2);
        expect(Math.abs(lost - missing.length)).to.be.at.most(1);
        if (missing.length > 0) expect(lost).to.be.at.least(1);
      }),
      { seed: 32, numRuns: 300 },
    );
  }).timeout(180_000);
});

function textOf(event: EncodedEvent): string {
  return JSON.parse(event.messageJson) as string;
}
