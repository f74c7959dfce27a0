import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeFolders, makeFoldersAtOnce } from '../../src/file-ownership/make-folders.js';

/** Both ways, as one that answers later. */
const WAYS = {
  makeFolders: (path: string) => makeFolders(path),
  makeFoldersAtOnce: async (path: string) => await Promise.resolve().then(() => makeFoldersAtOnce(path)),
};

const codeOf = async (making: Promise<unknown>): Promise<unknown> =>
  await making.then(
    () => 'made',
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );

for (const [name, make] of Object.entries(WAYS)) {
  describe(name, () => {
    let root: string;
    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'make-folders-'));
    });
    afterEach(() => {
      rmSync(root, { recursive: true });
    });

    it('makes what is missing, private to the user, and takes what is there', async () => {
      const folder = join(root, 'a', 'b', 'c');
      expect(await make(folder)).to.equal(join(root, 'a'));
      expect(await make(folder)).to.equal(undefined);
      expect(await make(join(folder, 'd'))).to.equal(join(folder, 'd'));
      for (const path of [folder, join(root, 'a')]) expect(statSync(path).mode & 0o777).to.equal(0o700);
    });

    it('leaves the mode of a folder that is there as it is', async () => {
      chmodSync(root, 0o755);
      await make(join(root, 'a'));
      expect(statSync(root).mode & 0o777).to.equal(0o755);
    });

    it('throws where a file stands in its place or above it', async () => {
      writeFileSync(join(root, 'file'), '');
      expect(await codeOf(make(join(root, 'file')))).to.equal('EEXIST');
      expect(await codeOf(make(join(root, 'file', 'a', 'b')))).to.equal('ENOTDIR');
    });

    it('throws where no folder can be made in one that exists', async function () {
      if (process.platform !== 'linux') this.skip();
      for (const path of ['/proc/nowhere', '/proc/nowhere/a/b']) {
        expect(await codeOf(make(path))).to.be.oneOf(['ENOENT', 'EACCES', 'EPERM', 'EROFS']);
      }
    });
  });
}

describe('makeFolders beside others', () => {
  it('takes folders that another process makes meanwhile, also at once', () => {
    const there = new Set(['/', '/a']);
    const fs = {
      mkdirSync: (path: string) => {
        const isFirst = !there.has('/a/b');
        there.add('/a/b');
        if (isFirst) throw missing;
        if (there.has(path)) throw Object.assign(new Error('file exists'), { code: 'EEXIST' });
        there.add(path);
      },
      statSync: (path: string) => (there.has(path) ? { isDirectory: () => true } : undefined),
    };
    expect(makeFoldersAtOnce('/a/b/c', fs)).to.equal('/a/b/c');
  });

  const missing = Object.assign(new Error('no such file or directory'), { code: 'ENOENT' });

  it('takes folders that another process makes meanwhile', async () => {
    const there = new Set(['/', '/a']);
    const fs = {
      mkdir: async (path: string) => {
        const isFirst = !there.has('/a/b');
        there.add('/a/b');
        await Promise.resolve();
        if (isFirst) throw missing;
        if (there.has(path)) throw Object.assign(new Error('file exists'), { code: 'EEXIST' });
        there.add(path);
      },
      stat: async (path: string) => {
        await Promise.resolve();
        if (!there.has(path)) throw missing;
        return { isDirectory: () => true };
      },
    };
    expect(await makeFolders('/a/b/c', fs)).to.equal('/a/b/c');
  });

  it('ends at the root', async () => {
    const nothing = (): Promise<never> => Promise.reject(missing);
    expect(await codeOf(makeFolders('/a/b', { mkdir: nothing, stat: nothing }))).to.equal('ENOENT');
  });
});
