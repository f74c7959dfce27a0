import { expect } from 'chai';
import fc from 'fast-check';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventStore } from '../../../src/simulation/store/event-store.js';
import { openStorage, type Storage } from '../../../src/simulation/store/storage.js';
import { ModelStore, plain } from './model-store.js';

const NOW = 1_700_000_000_000;
const GROUPS = ['/a', '/b'];
const STREAMS = ['one', 'two', 'two/b'];
const SETTINGS = {
  maxSegmentEvents: 7,
  defaultIndexedFields: ['trace_id', '@logStream'],
  fsync: 'never',
} as const;

type Step =
  | { readonly kind: 'append'; group: string; stream: string; events: readonly (readonly [number, number])[] }
  | { readonly kind: 'deleteStream'; group: string; stream: string }
  | { readonly kind: 'deleteGroup'; group: string }
  | { readonly kind: 'expire'; group: string; before: number }
  | { readonly kind: 'index'; group: string; fields: readonly string[] }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'kill' };

const group = fc.constantFrom(...GROUPS);
const stream = fc.constantFrom(...STREAMS);
const append = fc.record({
  kind: fc.constant('append' as const),
  group,
  stream,
  events: fc.array(fc.tuple(fc.nat(30), fc.nat(5)), { maxLength: 5 }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: append },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteStream' as const), group, stream }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteGroup' as const), group }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), group, before: fc.nat(30) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('index' as const),
      group,
      fields: fc.subarray(['trace_id', '@logStream', 'n']),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
);

const MESSAGES = [
  (trace: number): string => `{"trace_id":"t${trace}","n":${trace}}`,
  (trace: number): string => `plain text ${trace}`,
  (trace: number): string => `{"trace_id": "t\\u003${trace}", "text":"ünï \\" ${'x'.repeat(40)}"}`,
];

function message(trace: number, at: number): string {
  return MESSAGES[at % MESSAGES.length]!(trace);
}

/** Does a step in a store and in the model; reopening is the folder's matter. */
function apply(step: Step, store: EventStore, model: ModelStore, ingestionTime: number): void {
  switch (step.kind) {
    case 'append': {
      const events = step.events.map(([at, trace]) => ({
        timestamp: NOW + at,
        message: message(trace, at),
      }));
      model.append(store, step.group, step.stream, events, ingestionTime);
      return;
    }
    case 'deleteStream':
      store.deleteLogStream(step.group, step.stream);
      model.remove(
        ({ logGroupName, logStreamName }) => logGroupName === step.group && logStreamName === step.stream,
      );
      return;
    case 'deleteGroup':
      store.deleteLogGroup(step.group);
      model.remove(({ logGroupName }) => logGroupName === step.group);
      return;
    case 'expire':
      store.expireBefore(step.group, NOW + step.before);
      model.remove(
        ({ logGroupName, timestamp }) => logGroupName === step.group && timestamp < NOW + step.before,
      );
      return;
    case 'index':
      store.setIndexedFields(step.group, step.fields);
  }
}

function expectSame(store: EventStore, model: ModelStore): void {
  for (const logGroupName of GROUPS) {
    const all = model.read(logGroupName);
    expect(plain(store.read({ logGroupName, order: 'ascending' }))).to.deep.equal(all);
    expect(plain(store.read({ logGroupName, order: 'descending' }))).to.deep.equal([...all].reverse());
    expectSamePart(store, model, logGroupName);
    expectSameStatistics(store, model, logGroupName);
    for (const { ptr, eventId } of all) expect(store.eventByPtr(ptr)?.eventId).to.equal(eventId);
  }
}

function expectSamePart(store: EventStore, model: ModelStore, logGroupName: string): void {
  const inTime = (timestamp: number): boolean => timestamp >= NOW + 5 && timestamp <= NOW + 20;
  const prefixed = model.read(
    logGroupName,
    ({ logStreamName, timestamp }) => logStreamName.startsWith('two') && inTime(timestamp),
  );
  const part = {
    logGroupName,
    logStreamNamePrefix: 'two',
    startTimeMillis: NOW + 5,
    endTimeMillis: NOW + 20,
    order: 'ascending',
  } as const;
  expect(plain(store.read(part))).to.deep.equal(prefixed);
  const middle = prefixed[Math.floor(prefixed.length / 2)];
  if (middle) {
    const after = store.read({ ...part, after: middle.eventId });
    expect(plain(after)).to.deep.equal(prefixed.filter(({ eventId }) => eventId > middle.eventId));
    const before = store.read({ ...part, order: 'descending', after: middle.eventId });
    expect(plain(before).reverse()).to.deep.equal(prefixed.filter(({ eventId }) => eventId < middle.eventId));
  }
  const conditions = [{ field: 'trace_id', values: ['t3', 't4'], required: false }];
  const skipped = { records: 0, bytes: 0 };
  const found = plain(store.readIndexed({ logGroupName, order: 'ascending', conditions }, skipped));
  const matches = (text: string): boolean => /"t(?:\\u003)?[34]"/.test(text);
  expect(found.filter((event) => matches(event.message))).to.deep.equal(
    model.read(logGroupName, (event) => matches(event.message)),
  );
}

function expectSameStatistics(store: EventStore, model: ModelStore, logGroupName: string): void {
  const events = model.read(logGroupName);
  const bytes = (message: string): number => Buffer.byteLength(message) + 26;
  expect(store.storedBytes(logGroupName)).to.equal(
    events.reduce((sum, { message }) => sum + bytes(message), 0),
  );
  for (const logStreamName of STREAMS) {
    const ofStream = events.filter((event) => event.logStreamName === logStreamName);
    const expected = {
      firstEventTimestamp: Math.min(...ofStream.map(({ timestamp }) => timestamp)),
      lastEventTimestamp: Math.max(...ofStream.map(({ timestamp }) => timestamp)),
      lastIngestionTime: Math.max(...ofStream.map(({ ingestionTime }) => ingestionTime)),
      eventCount: ofStream.length,
      storedBytes: ofStream.reduce((sum, { message }) => sum + bytes(message), 0),
    };
    expect(store.streamStatistics(logGroupName, logStreamName)).to.deep.equal(
      ofStream.length === 0 ? undefined : expected,
    );
  }
}

describe('EventStore, any steps', () => {
  let root: string;
  let folders = 0;
  let storage: Storage | undefined;
  const newFolder = (): string => join(root, String(folders++));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'store-property-'));
  });
  afterEach(async function () {
    this.timeout(120_000);
    await storage?.close();
    storage = undefined;
    rmSync(root, { recursive: true, force: true });
  });

  it('answers in memory as a list of events does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { events: store } = openStorage(SETTINGS);
        const model = new ModelStore();
        for (const [index, each] of steps.entries()) apply(each, store, model, NOW + index);
        expectSame(store, model);
      }),
      { seed: 20, numRuns: 150 },
    );
  });

  /** The folder as `kill -9` leaves it, opened by the next process. */
  async function openAfterKill(directory: string): Promise<{ next: Storage; directory: string }> {
    const copy = newFolder();
    cpSync(directory, copy, { recursive: true });
    rmSync(join(copy, 'LOCK'));
    await storage!.close();
    rmSync(directory, { recursive: true });
    return { next: openStorage({ ...SETTINGS, directory: copy }), directory: copy };
  }

  async function run(steps: readonly Step[]): Promise<{ model: ModelStore; directory: string }> {
    let directory = newFolder();
    storage = openStorage({ ...SETTINGS, directory });
    const model = new ModelStore();
    for (const [index, each] of steps.entries()) {
      if (each.kind === 'reopen') {
        await storage.close();
        storage = openStorage({ ...SETTINGS, directory });
      } else if (each.kind === 'kill') {
        const opened = await openAfterKill(directory);
        storage = opened.next;
        directory = opened.directory;
      } else apply(each, storage.events, model, NOW + index);
    }
    return { model, directory };
  }

  it('answers in a folder as a list of events does, reopened or killed at any step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { model, directory } = await run(steps);
        expectSame(storage!.events, model);
        await storage!.close();
        storage = openStorage({ ...SETTINGS, directory });
        expectSame(storage.events, model);
        await storage.close();
        storage = undefined;
        rmSync(directory, { recursive: true });
      }),
      { seed: 21, numRuns: 40 },
    );
  }).timeout(120_000);

  it('loses no more than the batches behind the byte at which a file was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(append, { minLength: 1, maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (appends, share) => {
          const { model, directory } = await run(appends);
          const copy = newFolder();
          cpSync(directory, copy, { recursive: true });
          rmSync(join(copy, 'LOCK'));
          await storage!.close();
          const cut = cutLastSegment(join(copy, 'groups', '1'), share);
          storage = openStorage({ ...SETTINGS, directory: copy });
          const left = plain(storage.events.read({ logGroupName: appends[0]!.group, order: 'ascending' }));
          const batches = appends.filter(({ group }) => group === appends[0]!.group);
          const sizes = batches.map((_, index) =>
            batches.slice(0, index + 1).reduce((sum, { events }) => sum + events.length, 0),
          );
          expect([0, ...sizes]).to.include(left.length);
          if (!cut) expect(left.length).to.equal(sizes.at(-1));
          const arrived = model.events.filter(({ logGroupName }) => logGroupName === appends[0]!.group);
          const ids = new Set(arrived.slice(0, left.length).map(({ eventId }) => eventId));
          expect(left).to.deep.equal(model.read(appends[0]!.group, ({ eventId }) => ids.has(eventId)));
          await storage.close();
          storage = undefined;
          rmSync(copy, { recursive: true });
          rmSync(directory, { recursive: true });
        },
      ),
      { seed: 22, numRuns: 40 },
    );
  }).timeout(120_000);

  /** @returns false when there was nothing to cut */
  function cutLastSegment(directory: string, share: number): boolean {
    const last = readdirSync(directory)
      .filter((name) => name.endsWith('.log'))
      .sort()
      .at(-1);
    if (!last) return false;
    const path = join(directory, last);
    const { size } = statSync(path);
    const length = Math.floor(size * share);
    truncateSync(path, length);
    return length < size;
  }
});
