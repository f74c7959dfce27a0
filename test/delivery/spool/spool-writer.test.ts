import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type FileSystem, nodeFileSystem, syncFile } from '../../../src/delivery/spool/private-files.js';
import { SpoolFolders } from '../../../src/delivery/spool/spool-folders.js';
import { CONCURRENT_WRITES, SpoolWriter } from '../../../src/delivery/spool/spool-writer.js';
import { SyncTiming } from '../../../src/delivery/spool/sync-timing.js';

describe('SpoolWriter', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writer-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const create = (fs: FileSystem = nodeFileSystem, fsync = true): SpoolWriter => {
    const timing = new SyncTiming(fsync);
    const now = (): number => performance.now();
    const folders = new SpoolFolders(
      { fs, monotonicMillis: now, epochMillis: Date.now, timing },
      { directory },
    );
    return new SpoolWriter({ fs, folders, timing, monotonicMillis: now });
  };
  const write = (writer: SpoolWriter, number: number): Promise<unknown> =>
    writer.write({
      file: `${number}.batch`,
      content: Buffer.from(`${number}`),
      createdMillis: 1,
      folder: undefined,
    });
  const files = async (): Promise<string[]> => {
    const [folder] = await readdir(directory);
    return (await readdir(join(directory, folder!))).sort();
  };

  it('writes a few files at once, and the others in turn', async () => {
    const writer = create();
    await Promise.all(Array.from({ length: 3 * CONCURRENT_WRITES }, (_, number) => write(writer, number)));
    expect(await files()).to.have.lengthOf(3 * CONCURRENT_WRITES);
  });

  it('waits for no write before it when it is told to hurry', async () => {
    let opened = 0;
    let letThemSync!: () => void;
    const syncs = new Promise<void>((resolve) => (letThemSync = resolve));
    const slow: FileSystem = {
      ...nodeFileSystem,
      open: async (...args: Parameters<FileSystem['open']>) => {
        const handle = await nodeFileSystem.open(...args);
        const isFile = String(args[0]).endsWith('.tmp');
        if (isFile) opened++;
        const sync = handle.sync.bind(handle);
        handle.sync = async () => {
          if (isFile) await syncs;
          await sync();
        };
        return handle;
      },
    };
    const writer = create(slow);
    const writes = Array.from({ length: 10 }, (_, number) => write(writer, number));
    while (opened < CONCURRENT_WRITES) await new Promise((resolve) => setImmediate(resolve));
    writer.hurry();
    await Promise.all(writes);
    expect(await files()).to.have.lengthOf(10);
    await write(writer, 10);
    expect(await files()).to.have.lengthOf(11);
    letThemSync();
    await writer.sync();
  });

  it('syncs once what it wrote in a hurry, and not what is gone by then', async () => {
    const synced: string[] = [];
    const watching: FileSystem = {
      ...nodeFileSystem,
      open: async (...args: Parameters<FileSystem['open']>) => {
        const handle = await nodeFileSystem.open(...args);
        const sync = handle.sync.bind(handle);
        handle.sync = async () => {
          synced.push(String(args[0]));
          await sync();
        };
        return handle;
      },
    };
    const writer = create(watching);
    writer.hurry();
    await Promise.all([write(writer, 1), write(writer, 2)]);
    expect(synced).to.deep.equal([]);
    const [folder] = await readdir(directory);
    await rm(join(directory, folder!, '2.batch'));
    await writer.sync();
    expect(synced).to.deep.equal([join(directory, folder!, '1.batch'), join(directory, folder!)]);
    await writer.sync();
    expect(synced).to.have.lengthOf(2);
  });

  it('syncs nothing where that is not wished for', async () => {
    const refusing: FileSystem = {
      ...nodeFileSystem,
      open: async (...args: Parameters<FileSystem['open']>) => {
        const handle = await nodeFileSystem.open(...args);
        handle.sync = () => Promise.reject(new Error('EIO'));
        return handle;
      },
    };
    const writer = create(refusing, false);
    await write(writer, 1);
    writer.hurry();
    await write(writer, 2);
    await writer.sync();
    expect(await files()).to.deep.equal(['1.batch', '2.batch']);
  });

  it('says why a folder could not be synced', async () => {
    const writer = create();
    writer.hurry();
    await write(writer, 1);
    const [folder] = await readdir(directory);
    await rm(join(directory, folder!), { recursive: true });
    const error = await writer.sync().catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'ENOENT');
  });
});

describe('syncFile', () => {
  it('fails where a file is there and can not be opened', async () => {
    const error = await syncFile(nodeFileSystem, tmpdir()).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'EISDIR');
  });
});
