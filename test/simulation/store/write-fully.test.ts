import { expect } from 'chai';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSyncer } from '../../../src/simulation/store/file-syncer.js';
import { writeFully } from '../../../src/simulation/store/write-fully.js';

describe('writeFully', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'write-fully-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('writes buffers one behind the other at a place', () => {
    const path = join(root, 'f');
    const descriptor = openSync(path, 'w+');
    writeFully(descriptor, [Buffer.from('abc'), Buffer.alloc(0), Buffer.from('d')], 0);
    writeFully(descriptor, [Buffer.from('XY')], 2);
    closeSync(descriptor);
    expect(readFileSync(path, 'utf8')).to.equal('abXY');
  });

  it('throws what the system reported when the disk is full', function () {
    if (!existsSync('/dev/full')) this.skip();
    const descriptor = openSync('/dev/full', constants.O_WRONLY);
    expect(() => {
      writeFully(descriptor, [Buffer.from('abc')], 0);
    }).to.throw('ENOSPC');
    closeSync(descriptor);
  });
});

describe('FileSyncer', () => {
  it('passes over what was removed meanwhile', async () => {
    for (const policy of ['always', 'interval', 'never'] as const) {
      const syncer = new FileSyncer(policy);
      syncer.changed('/nowhere/at/all');
      await syncer.settled();
      await syncer.close();
    }
  });

  it('reports what the disk reported, and tries again', async () => {
    const syncer = new FileSyncer('always');
    // A file where a folder should be can't be opened.
    syncer.changed('/dev/null/x');
    for (let time = 0; time < 2; time++) {
      const error = await syncer.settled().catch((reason: unknown) => reason as NodeJS.ErrnoException);
      expect((error as NodeJS.ErrnoException).code).to.equal('ENOTDIR');
    }
  });
});
