import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeFolder } from '../../../src/simulation/store/make-folder.js';

describe('makeFolder', () => {
  const root = mkdtempSync(join(tmpdir(), 'make-folder-'));
  after(() => rmSync(root, { recursive: true }));

  it('makes what is missing, private to the user, and takes what is there', () => {
    const folder = join(root, 'a', 'b');
    makeFolder(folder);
    makeFolder(folder);
    expect(statSync(folder).mode & 0o777).to.equal(0o700);
    expect(statSync(join(root, 'a')).mode & 0o777).to.equal(0o700);
  });

  it('throws where no folder can be made, and returns', () => {
    expect(() => makeFolder('/proc/nowhere/data')).to.throw(/ENOENT|EACCES|EPERM|EROFS/);
  });
});
