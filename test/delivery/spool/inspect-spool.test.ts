import { getEventListeners } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCloudWatchLogsClient } from '../../../src/cloudwatch/client.js';
import { checksummedLine } from '../../../src/delivery/spool/checksummed-lines.js';
import { type DrainOptions, drainSpool } from '../../../src/delivery/spool/drain-spool.js';
import { listSpool, readSpoolEntry } from '../../../src/delivery/spool/inspect-spool.js';
import { DEFAULT_SPOOL_SETTINGS, Spool } from '../../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { batch } from '../builders.js';
import { StubService } from '../stub-service.js';
import { TestDisk } from './test-disk.js';

describe('a spool that no exporter has open', () => {
  let directory: string;
  let disk: TestDisk;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spool-'));
    disk = new TestDisk();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** A folder of its own for each list of messages, the first the oldest. @returns the folders' names */
  const leave = async (...lists: string[][]): Promise<string[]> => {
    let wall = 1_700_000_000_000;
    const diagnostics = new Diagnostics();
    for (const list of lists) {
      const spool = new Spool(
        { diagnostics, wallClock: () => wall },
        { directory, ...DEFAULT_SPOOL_SETTINGS },
      );
      await spool.write(batch(list), { sequence: 1 });
      await spool.close(1_000);
      wall += 1_000;
    }
    return (await readdir(directory)).sort();
  };
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
      await mkdir(join(directory, folder!, planted));
      await writeFile(join(directory, folder!, 'half.batch.tmp'), '');
      const { entries, foreign } = await listSpool(directory);
      expect(entries).to.have.length(1);
      expect(foreign).to.have.members([...names, join(folder!, planted)]);
    });
  });

  it('says that a file was sent since it was listed', async () => {
    await leave(['a']);
    const [entry] = (await listSpool(directory)).entries;
    await rm(join(directory, entry!.file));
    expect(await readSpoolEntry(directory, entry!)).to.include({ state: 'gone' });
  });

  describe('drainSpool', () => {
    let service: StubService;
    before(async () => {
      service = await StubService.start();
    });
    after(() => service.stop());
    beforeEach(() => service.reset());

    const drain = async (options: DrainOptions = {}) => {
      const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
      const client = createCloudWatchLogsClient({ endpoint: service.endpoint, credentials });
      return await drainSpool(
        directory,
        client,
        { timeoutMillis: 2_000, ...options },
        disk.process().fs,
      ).finally(() => client.destroy());
    };

    it('neither counts nor touches a folder under the name of a batch', async () => {
      const [folder] = await leave(['a', 'b']);
      await mkdir(join(directory, folder!, planted));
      expect(await drain()).to.deep.include({ delivered: 2, lost: 0, left: 0, lostByReason: {} });
      const [same] = await readdir(directory);
      expect(await readdir(join(directory, same!))).to.deep.equal([planted]);
    });

    it('makes a stream that is missing, and a group only where it may', async () => {
      const made = new Set<string>();
      service.answer = ({ operation, body: { logGroupName } }) => {
        if (operation === 'CreateLogGroup') made.add(logGroupName);
        const isMissing = operation !== 'CreateLogGroup' && !made.has(logGroupName);
        return isMissing ? { status: 400, json: { __type: 'ResourceNotFoundException' } } : {};
      };
      await leave(['a', 'b']);
      expect(await drain()).to.deep.include({ delivered: 0, lost: 0, left: 2 });
      const asked = service.received.map(({ operation }) => operation);
      expect(asked).to.include('CreateLogStream').and.not.to.include('CreateLogGroup');
      expect(await drain({ provision: 'all' })).to.deep.include({ delivered: 2, lost: 0, left: 0 });
      expect(made.size).to.equal(1);
    });

    it('listens once to the signal that may end it, in however many rounds, and not after', async () => {
      await leave(['a'], ['b'], ['c'], ['d']);
      const { signal } = new AbortController();
      let requests = 0;
      let most = 0;
      service.answer = () => {
        most = Math.max(most, getEventListeners(signal, 'abort').length);
        // A denied permission ends a round.
        return ++requests % 2 === 0 ? { status: 400, json: { __type: 'AccessDeniedException' } } : {};
      };
      expect(await drain({ signal })).to.include({ delivered: 4, left: 0 });
      expect(requests).to.equal(7);
      expect(most).to.equal(1);
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
    });

    it('tells what others hold from what can not be read, and from what the service did not take', async () => {
      const [held, harmed] = await leave(['a'], ['b', 'c'], ['d', 'e', 'f']);
      await rename(
        join(directory, held!),
        join(directory, held!.replace(/free$/, '1-5-ffffffff-6-00000000')),
      );
      const later = checksummedLine(JSON.stringify({ format: 'otel-cwlogs-spool', version: 9 }));
      const [file] = await readdir(join(directory, harmed!));
      disk.failures.set(`open ${file!}`, 'EIO');
      await writeFile(join(directory, harmed!, '0000000009-1700000000000-4-30-200.batch'), later);
      service.answer = () => ({ status: 503, json: { __type: 'ServiceUnavailableException' } });
      const result = await drain();
      expect(result).to.deep.include({ delivered: 0, lost: 0, left: 10, leftToOthers: 1, leftUnreadable: 6 });
      expect(result.error).to.include({ name: 'ServiceUnavailableException' });
    });
  });
});
