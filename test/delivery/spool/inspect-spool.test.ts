import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checksummedLine } from '../../../src/delivery/spool/checksummed-lines.js';
import {
  listSpool,
  readSpoolEntry,
  type SpoolEntryContent,
} from '../../../src/delivery/spool/inspect-spool.js';
import { leaveSpools } from './leave-spools.js';
import { TestDisk } from './test-disk.js';

describe('a spool that no exporter has open', () => {
  let directory: string;
  let disk: TestDisk;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spool-'));
    disk = new TestDisk();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const leave = (...lists: string[][]): Promise<string[]> => leaveSpools(directory, lists);
  const planted = '0000000006-1700000000000-2-30-200.batch';

  describe('listSpool', () => {
    for (const order of ['by name', 'backwards'] as const) {
      it(`lists in the order of sending where folders are read ${order}`, async () => {
        await leave(['a'], ['b', 'c'], ['d', 'e', 'f']);
        disk.order = order;
        const { entries } = await listSpool(directory, disk.process().fs);
        expect(entries.map(({ events }) => events)).to.deep.equal([1, 2, 3]);
      });
    }

    it('says which folders can not be read, and nothing of one that changes hands meanwhile', async () => {
      const [a, b, c] = await leave(['a'], ['b', 'c'], ['d', 'e', 'f']);
      disk.failures.set(`readdir ${a!}`, 'EACCES');
      disk.failures.set(`readdir ${b!}`, 'ENOENT');
      const { entries, unreadable } = await listSpool(directory, disk.process().fs);
      expect(entries.map(({ file }) => file.split('/')[0])).to.deep.equal([c]);
      expect(unreadable.map(({ folder }) => folder)).to.deep.equal([a]);
      expect(unreadable[0]!.detail).to.include('EACCES');
    });

    it('tells from batches what is not of the spool', async () => {
      const [folder] = await leave(['a']);
      const names = [`batches-1700000000000-00000000~1-2`, 'batches-1~free'];
      for (const name of names) await mkdir(join(directory, name));
      await writeFile(join(directory, 'notes.txt'), '');
      await mkdir(join(directory, folder!, planted));
      await writeFile(join(directory, folder!, 'half.batch.tmp'), '');
      const { entries, foreign } = await listSpool(directory);
      expect(entries).to.have.length(1);
      expect(foreign).to.have.members([...names, 'notes.txt', join(folder!, planted)]);
    });
  });

  describe('readSpoolEntry', () => {
    const readAs = async (text: string): Promise<SpoolEntryContent> => {
      await writeFile(join(directory, planted), text);
      return await readSpoolEntry(directory, { file: planted, events: 2 });
    };
    const header = (more: object = {}): string =>
      checksummedLine(
        JSON.stringify({
          format: 'otel-cwlogs-spool',
          version: 1,
          logGroupName: '/g',
          logStreamName: 's',
          events: 2,
          ...more,
        }),
      );
    const events = ['1 1 "a"', '2 1 "b"'].map(checksummedLine);

    it('says what of a file can be read', async () => {
      const whole = await readAs(header() + events.join('') + header());
      expect(whole).to.include({ state: 'whole', damagedEvents: 0 });
      const harmed = await readAs(`${header()}${events[0]!}x${events[1]!}${header()}`);
      expect(harmed).to.include({ state: 'damaged', damagedEvents: 1, detail: '1 of 2 events damaged' });
    });

    it('counts a damaged header that costs no event', async () => {
      const content = await readAs(`x${header()}${events.join('')}${header()}`);
      expect(content).to.include({ state: 'damaged', damagedEvents: 0 });
    });

    it('has no batch where nothing can be read, or it is of a later version', async () => {
      expect(await readAs('no file of a spool')).to.deep.equal({
        state: 'damaged',
        detail: 'no event of it can be read',
      });
      const future = await readAs(header({ version: 7 }) + events.join(''));
      expect(future).to.include({ state: 'future' });
      expect(future.detail).to.include('format 7');
    });

    it('says why a file can not be read', async () => {
      const [folder] = await leave(['a']);
      const content = await readSpoolEntry(directory, { file: folder!, events: 1 });
      expect(content).to.include({ state: 'unreadable' });
    });
  });

  it('says that a file was sent since it was listed', async () => {
    await leave(['a']);
    const [entry] = (await listSpool(directory)).entries;
    await rm(join(directory, entry!.file));
    expect(await readSpoolEntry(directory, entry!)).to.include({ state: 'gone' });
  });
});
