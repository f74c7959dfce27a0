import { expect } from 'chai';
import fc from 'fast-check';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';

import { CloudWatchLogsError } from '../../../src/cloudwatch/errors.js';
import type { StoredEvent } from '../../../src/simulation/store/event-store.js';
import { openStorage, type Storage } from '../../../src/simulation/store/storage.js';

const NOW = 1_700_000_000_000;
const GROUPS = ['/apps/a', '/apps/b', '/apps/c'];
const SETTINGS = { fsync: 'never', defaultIndexedFields: ['trace_id'] } as const;

/** What happens to a file between two processes; `share` is where, from 0 to 1. */
type Harm =
  | 'turn a bit'
  | 'zeros'
  | 'cut'
  | 'cut at a line'
  | 'delete'
  | 'delete its folder'
  | 'grow'
  | 'repeat'
  | 'another'
  | 'insert'
  | 'take out';
const HARMS: readonly Harm[] = [
  'turn a bit',
  'zeros',
  'cut',
  'cut at a line',
  'delete',
  'delete its folder',
  'grow',
  'repeat',
  'another',
  'insert',
  'take out',
];

describe('a folder of the local service that was damaged', () => {
  const root = mkdtempSync(join(tmpdir(), 'damage-'));
  const whole = join(root, 'whole');
  const killed = join(root, 'killed');
  /** Every event that was ever written, and those that were left. */
  const written = new Set<string>();
  let left: readonly string[] = [];
  let documents: string;

  before(async () => {
    const storage = openStorage({ directory: whole, maxSegmentEvents: 25, ...SETTINGS });
    fill(storage);
    left = readAll(storage);
    documents = documentsOf(storage);
    // As it is after kill -9: what was written is there, what is written at the end is not.
    cpSync(whole, killed, { recursive: true });
    rmSync(join(killed, 'LOCK'));
    await storage.close();
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function fill({ events, catalog }: Storage): void {
    let time = NOW;
    for (let round = 0; round < 30; round++) {
      for (const [number, logGroupName] of GROUPS.entries()) {
        const logStreamName = `stream ${round % 3}`;
        const entity = round % 4 === 0 ? { keyAttributes: { Name: `e${round}` }, attributes: {} } : undefined;
        const put = Array.from({ length: 1 + ((round * 7 + number) % 9) }, (_, index) => ({
          timestamp: (time += 10),
          message: `{"trace_id":"t${round}-${index}","text":"${'lorem ipsum '.repeat((round * index) % 200)}"}`,
        }));
        events.append({ logGroupName, logStreamName, events: put, ingestionTime: NOW + round, entity });
        for (const { timestamp, message } of put)
          written.add(`${logGroupName} ${logStreamName} ${timestamp} ${message}`);
        catalog.put('groups', logGroupName, { round });
      }
      catalog.put('others', String(round), { text: 'x'.repeat(round) });
      if (round % 5 === 0) catalog.delete('others', String(round - 1));
    }
    events.deleteLogStream('/apps/a', 'stream 1');
    events.expireBefore('/apps/b', NOW + 1000);
    events.setIndexedFields('/apps/c', ['trace_id', 'text']);
  }

  function keyOf({ logGroupName, logStreamName, timestamp, message }: StoredEvent): string {
    return `${logGroupName} ${logStreamName} ${timestamp} ${message}`;
  }

  /** In any order of reading: newest first, oldest first, by an index, by pointers. */
  function readAll({ events }: Storage, order: 'ascending' | 'descending' = 'ascending'): string[] {
    const all: string[] = [];
    for (const logGroupName of GROUPS) {
      for (const event of [...events.read({ logGroupName, order })].flat()) {
        all.push(keyOf(event));
        const again = events.eventByPtr(event.ptr);
        expect(again && keyOf(again)).to.equal(keyOf(event));
      }
    }
    return all.sort();
  }

  function documentsOf({ catalog }: Storage): string {
    return JSON.stringify(['groups', 'others'].map((name) => [...catalog.list(name)]));
  }

  function filesOf(directory: string): string[] {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name) => join(directory, name))
      .filter((path) => statSync(path).isFile())
      .sort();
  }

  function harm(directory: string, kind: Harm, which: number, share: number): string {
    const files = filesOf(directory);
    const path = files[which % files.length]!;
    const bytes = readFileSync(path);
    const at = Math.floor(bytes.length * share);
    switch (kind) {
      case 'turn a bit':
        if (bytes.length > 0) bytes[at] = bytes[at]! ^ (1 << (which % 8));
        writeFileSync(path, bytes);
        break;
      case 'zeros':
        writeFileSync(path, bytes.fill(0, at, Math.min(at + 300, bytes.length)));
        break;
      case 'cut':
        truncateSync(path, at);
        break;
      case 'cut at a line':
        truncateSync(path, bytes.lastIndexOf('\n', at) + 1);
        break;
      case 'delete':
        rmSync(path);
        break;
      case 'delete its folder':
        if (dirname(path) === directory) rmSync(path);
        else rmSync(dirname(path), { recursive: true });
        break;
      case 'grow':
        appendFileSync(path, Buffer.alloc(1 + Math.floor(share * 500), which));
        break;
      case 'repeat':
        appendFileSync(path, bytes.subarray(at));
        break;
      case 'another': {
        const others = files.filter((other) => extname(other) === extname(path) && other !== path);
        if (others.length > 0) copyFileSync(others[at % others.length]!, path);
        break;
      }
      case 'insert':
        writeFileSync(path, Buffer.concat([bytes.subarray(0, at), Buffer.from([which]), bytes.subarray(at)]));
        break;
      case 'take out':
        writeFileSync(path, Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + (which % 5))]));
    }
    return `${kind} at ${at} of ${bytes.length} in ${path.slice(directory.length)}`;
  }

  /** Opens what is left, and looks at everything. @returns undefined where the folder is refused */
  async function look(
    directory: string,
    what: string,
    order: 'ascending' | 'descending',
  ): Promise<{ events: string[]; documents: string; told: number } | undefined> {
    let storage: Storage;
    try {
      storage = openStorage({ directory, ...SETTINGS });
    } catch (error) {
      // That is told as loudly as can be.
      expect(error, what).to.be.instanceOf(CloudWatchLogsError);
      return undefined;
    }
    try {
      const events = readAll(storage, order);
      for (const event of events)
        expect(written.has(event), `${what}: ${event.slice(0, 200)}`).to.equal(true);
      expect(readAll(storage, 'descending'), what).to.deep.equal(events);
      const told = Object.values(storage.recovery).reduce((sum, count) => sum + count, 0);
      return { events, documents: documentsOf(storage), told };
    } finally {
      await storage.close();
    }
  }

  const damage = fc.record({
    kind: fc.constantFrom(...HARMS),
    which: fc.nat(1_000_000),
    share: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    order: fc.constantFrom('ascending' as const, 'descending' as const),
  });

  it('after an orderly end gives no altered message back, and tells of every loss', async function () {
    this.timeout(300_000);
    let told = 0;
    await fc.assert(
      fc.asyncProperty(damage, async ({ kind, which, share, order }) => {
        const directory = mkdtempSync(join(root, 'd-'));
        cpSync(whole, directory, { recursive: true });
        const what = harm(directory, kind, which, share);
        const found = await look(directory, what, order);
        if (found) {
          const isSame =
            JSON.stringify(found.events) === JSON.stringify(left) && found.documents === documents;
          if (!isSame) expect(found.told, what).to.be.above(0);
          if (found.told > 0) told++;
          // And what was found once stays as it is for the next process.
          const again = await look(directory, `${what}, opened again`, order);
          expect(again?.events, what).to.deep.equal(found.events);
          expect(again?.documents, what).to.equal(found.documents);
        }
        rmSync(directory, { recursive: true });
      }),
      { seed: 17, numRuns: 60 },
    );
    // An index can be made again, and not every file is missed: but many do harm.
    expect(told).to.be.above(20);
  });

  it('after kill -9 gives no altered message back, and goes on', async function () {
    this.timeout(300_000);
    await fc.assert(
      fc.asyncProperty(damage, async ({ kind, which, share, order }) => {
        const directory = mkdtempSync(join(root, 'k-'));
        cpSync(killed, directory, { recursive: true });
        const what = harm(directory, kind, which, share);
        if (await look(directory, what, order)) {
          const storage = openStorage({ directory, ...SETTINGS });
          const message = 'written after the damage';
          storage.events.append({
            logGroupName: '/apps/a',
            logStreamName: 's',
            events: [{ timestamp: NOW + 1e6, message }],
            ingestionTime: NOW + 1e6,
          });
          await storage.close();
          const reopened = openStorage({ directory, ...SETTINGS });
          const events = [...reopened.events.read({ logGroupName: '/apps/a', order: 'ascending' })].flat();
          expect(events.at(-1)?.message, what).to.equal(message);
          await reopened.close();
        }
        rmSync(directory, { recursive: true });
      }),
      { seed: 19, numRuns: 30 },
    );
  });

  it('is whole again where nothing was done to it', async () => {
    for (const source of [whole, killed]) {
      const directory = mkdtempSync(join(root, 'n-'));
      cpSync(source, directory, { recursive: true });
      const found = await look(directory, basename(source), 'ascending');
      expect(found).to.deep.equal({ events: left, documents, told: 0 });
    }
  });
});
