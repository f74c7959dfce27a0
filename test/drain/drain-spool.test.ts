import { getEventListeners } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { checksummedLine } from '../../src/delivery/spool/checksummed-lines.js';
import { type DrainOptions, drainSpool } from '../../src/drain/drain-spool.js';
import { leaveSpools } from '../delivery/spool/leave-spools.js';
import { TestDisk } from '../delivery/spool/test-disk.js';
import { StubService } from '../delivery/stub-service.js';

describe('drainSpool', () => {
  const planted = '0000000006-1700000000000-2-30-200.batch';
  let directory: string;
  let disk: TestDisk;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spool-'));
    disk = new TestDisk();
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const leave = (...lists: string[][]): Promise<string[]> => leaveSpools(directory, lists);
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
    await rename(join(directory, held!), join(directory, held!.replace(/free$/, '1-5-ffffffff-6-00000000')));
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
