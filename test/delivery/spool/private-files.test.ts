import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import sinon from 'sinon';
import {
  makePrivateFolder,
  nodeFileSystem,
  readPlainFile,
  syncFolder,
  type FileSystem,
  writeWholeFileAtOnce,
} from '../../../src/delivery/spool/private-files.js';

// Of this file alone: sinon's own would also put clocks of other files back that are put back already.
const stubs = sinon.createSandbox();

describe('makePrivateFolder', () => {
  it('syncs the parents of what it made, also of a path of one letter', async () => {
    const synced: string[] = [];
    const fs = {
      mkdir: (path: string) => Promise.resolve(path),
      open: (path: string) => {
        synced.push(path);
        return Promise.resolve({ sync: () => Promise.resolve(), close: () => Promise.resolve() });
      },
    } as unknown as FileSystem;
    await makePrivateFolder(fs, 'a', true);
    expect(synced).to.deep.equal(process.platform === 'win32' ? [] : [process.cwd()]);
  });
});

describe('syncFolder', () => {
  afterEach(() => stubs.restore());
  const refusing = { open: () => Promise.reject(new Error('EPERM: a folder')) } as unknown as FileSystem;

  it('does not open a folder where the system can not do so', async () => {
    stubs.stub(process, 'platform').value('win32');
    await syncFolder(refusing, '/any');
  });

  it('fails where the system can, and the folder can not', async () => {
    stubs.stub(process, 'platform').value('linux');
    const error = await syncFolder(refusing, '/any').catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'EPERM: a folder');
  });
});

describe('writeWholeFileAtOnce', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'whole-file-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('leaves the whole file alone', () => {
    writeWholeFileAtOnce(folder, 'name', Buffer.from('content'), true);
    expect(readdirSync(folder)).to.deep.equal(['name']);
    expect(readFileSync(join(folder, 'name'), 'utf8')).to.equal('content');
  });

  it('leaves nothing where it fails', () => {
    mkdirSync(join(folder, 'name'));
    expect(() => {
      writeWholeFileAtOnce(folder, 'name', Buffer.from('content'), false);
    }).to.throw(/EISDIR|ENOTDIR|EPERM|EEXIST/);
    expect(readdirSync(folder)).to.deep.equal(['name']);
  });
});

describe('readPlainFile', () => {
  it('ends where a file became shorter while it was read', async () => {
    const handle = {
      stat: () => Promise.resolve({ isFile: () => true, size: 10 }),
      read: () => Promise.resolve({ bytesRead: 0 }),
      close: () => Promise.resolve(),
    };
    const fs = { ...nodeFileSystem, open: () => Promise.resolve(handle) } as unknown as FileSystem;
    expect(await readPlainFile(fs, 'any')).to.have.length(0);
  });
});
