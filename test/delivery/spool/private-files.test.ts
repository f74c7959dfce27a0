import { expect } from 'chai';
import sinon from 'sinon';
import { type FileSystem, makePrivateFolder, syncFolder } from '../../../src/delivery/spool/private-files.js';

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
  afterEach(() => sinon.restore());
  const refusing = { open: () => Promise.reject(new Error('EPERM: a folder')) } as unknown as FileSystem;

  it('does not open a folder where the system can not do so', async () => {
    sinon.stub(process, 'platform').value('win32');
    await syncFolder(refusing, '/any');
  });

  it('fails where the system can, and the folder can not', async () => {
    sinon.stub(process, 'platform').value('linux');
    const error = await syncFolder(refusing, '/any').catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'EPERM: a folder');
  });
});
