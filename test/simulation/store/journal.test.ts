import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { FileHandles } from '../../../src/simulation/store/file-handles.js';
import { FileSyncer } from '../../../src/simulation/store/file-syncer.js';
import { Journal, type JournalEnd } from '../../../src/simulation/store/journal.js';
import { StoreDamage } from '../../../src/simulation/store/store-damage.js';

interface Entry {
  readonly v: number;
}

describe('Journal', () => {
  let directory: string;
  let path: string;
  let handles: FileHandles;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'journal-'));
    path = join(directory, 'j');
    handles = new FileHandles();
  });
  afterEach(() => {
    handles.close();
    rmSync(directory, { recursive: true });
  });

  function open(known?: JournalEnd): {
    journal: Journal<Entry>;
    values: number[];
    harmed: number;
    torn: number;
  } {
    const damage = new StoreDamage();
    const parts = { handles, syncer: new FileSyncer('never'), damage };
    const journal = new Journal<Entry>(path, parts, (entry) => 'v' in entry);
    const values = journal.open(known).map(({ v }) => v);
    return { journal, values, harmed: damage.recovery.harmedEntries, torn: damage.recovery.tornBytes };
  }

  function write(...values: number[]): JournalEnd {
    const { journal } = open();
    for (const v of values) journal.append({ v });
    return journal.end;
  }

  function edit(change: (lines: string[]) => string[]): void {
    handles.release(path);
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    writeFileSync(
      path,
      change(lines)
        .map((line) => `${line}\n`)
        .join(''),
    );
  }

  it('gives back what was written', () => {
    const end = write(1, 2, 3);
    expect(open(end)).to.deep.include({ values: [1, 2, 3], harmed: 0, torn: 0 });
    expect(end.entries).to.equal(3);
  });

  it('misses a line that is gone, and says so each time', () => {
    write(1, 2, 3, 4);
    edit(([first, , third, fourth]) => [first!, third!, fourth!]);
    for (let time = 0; time < 2; time++) {
      expect(open()).to.deep.include({ values: [1, 3, 4], harmed: 1 });
    }
  });

  it('misses what is gone from its end, where it is known where that was', () => {
    const end = write(1, 2, 3, 4);
    edit((lines) => lines.slice(0, 2));
    const { journal, values, harmed } = open(end);
    expect([values, harmed]).to.deep.equal([[1, 2], 2]);
    journal.append({ v: 5 });
    expect(open()).to.deep.include({ values: [1, 2, 5], harmed: 2 });
  });

  it('counts two lines that became one as two', () => {
    write(1, 2, 3, 4);
    edit(([first, second, third, fourth]) => [first!, `${second!} ${third!}`, fourth!]);
    expect(open()).to.deep.include({ values: [1, 4], harmed: 2 });
  });

  it('leaves out what was there before, and what is another journal’s', () => {
    write(1, 2, 3);
    edit((lines) => [...lines, lines[0]!]);
    expect(open()).to.deep.include({ values: [1, 2, 3], harmed: 1 });
    const damage = new StoreDamage();
    const other = new Journal<{ w: number }>(
      path,
      { handles, syncer: new FileSyncer('never'), damage },
      (entry) => 'w' in entry,
    );
    expect(other.open()).to.deep.equal([]);
    expect(damage.recovery.harmedEntries).to.equal(4);
  });

  it('goes on behind harmed lines with numbers that nothing had', () => {
    write(1, 2, 3);
    edit(([first, second, third]) => [first!, second!, third!.replace('"v":3', '"v":4')]);
    open().journal.append({ v: 5 });
    expect(open()).to.deep.include({ values: [1, 2, 5], harmed: 1 });
  });

  it('cuts a torn end off, and counts it', () => {
    write(1, 2);
    handles.release(path);
    writeFileSync(path, readFileSync(path).subarray(0, -5));
    const { journal, values, torn } = open();
    expect([values, torn > 0]).to.deep.equal([[1], true]);
    journal.append({ v: 3 });
    expect(open().values).to.deep.equal([1, 3]);
  });

  it('reads lines of older releases, which have no numbers', () => {
    write(1, 2);
    handles.release(path);
    // As release 0.1 wrote them: the checksum of each is that of its text.
    writeFileSync(path, ['{"v":7}', '{"v":8}'].map((json) => `${checksum(json)} ${json}\n`).join(''));
    const { journal, values, harmed } = open();
    expect([values, harmed]).to.deep.equal([[7, 8], 0]);
    journal.append({ v: 9 });
    expect(open()).to.deep.include({ values: [7, 8, 9], harmed: 0 });
  });
});

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
