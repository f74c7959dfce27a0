import { expect } from 'chai';
import fc from 'fast-check';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Catalog } from '../../../src/simulation/store/catalog.js';
import { openStorage, type Storage } from '../../../src/simulation/store/storage.js';

function keys(catalog: Catalog, collection: string, range = {}): string[] {
  return Array.from(catalog.list(collection, range), ([key]) => key);
}

describe('Catalog', () => {
  let root: string;
  let storage: Storage;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'catalog-'));
    storage = openStorage({ directory: join(root, 'd'), fsync: 'never' });
  });
  afterEach(async () => {
    await storage.close();
    rmSync(root, { recursive: true, force: true });
  });

  async function reopen(between: (journal: string) => void = () => undefined): Promise<Catalog> {
    await storage.close();
    between(join(root, 'd', 'catalog.journal'));
    storage = openStorage({ directory: join(root, 'd'), fsync: 'never' });
    return storage.catalog;
  }

  it('lists by key, from behind a key, with a prefix', () => {
    for (const catalog of [storage.catalog, openStorage().catalog]) {
      for (const key of ['b', 'a', 'ab', 'B', 'b/x']) catalog.put('c', key, { key });
      catalog.put('other', 'z', {});
      expect(keys(catalog, 'c')).to.deep.equal(['B', 'a', 'ab', 'b', 'b/x']);
      expect(keys(catalog, 'c', { prefix: 'a' })).to.deep.equal(['a', 'ab']);
      expect(keys(catalog, 'c', { after: 'ab' })).to.deep.equal(['b', 'b/x']);
      expect(keys(catalog, 'c', { prefix: 'b', after: 'b' })).to.deep.equal(['b/x']);
      expect(keys(catalog, 'c', { prefix: 'b', after: 'a' })).to.deep.equal(['b', 'b/x']);
      expect(keys(catalog, 'c', { prefix: 'a', after: 'c' })).to.deep.equal([]);
      expect(keys(catalog, 'none')).to.deep.equal([]);
      expect([catalog.count('c'), catalog.count('none')]).to.deep.equal([5, 0]);
    }
  });

  it('keeps a document as it was when it was put, and lets nobody change it', () => {
    const document = { tags: { a: '1' } };
    storage.catalog.put('c', 'k', document);
    document.tags.a = '2';
    const kept = storage.catalog.get<typeof document>('c', 'k')!;
    expect(kept).to.deep.equal({ tags: { a: '1' } });
    expect(() => (kept.tags.a = '3')).to.throw(TypeError);
  });

  it('may be changed while it is listed', () => {
    for (const key of ['a', 'b', 'c', 'd']) storage.catalog.put('c', key, {});
    const seen: string[] = [];
    for (const [key] of storage.catalog.list('c')) {
      seen.push(key);
      if (key === 'b') {
        storage.catalog.delete('c', 'a');
        storage.catalog.delete('c', 'b');
        storage.catalog.delete('c', 'c');
        storage.catalog.put('c', 'e', {});
      }
    }
    expect(seen).to.deep.equal(['a', 'b', 'd', 'e']);
  });

  it('comes back as a map would after any steps', async () => {
    const change = fc.record({ key: fc.constantFrom('a', 'b', 'ab', ''), value: fc.option(fc.nat(9)) });
    await fc.assert(
      fc.asyncProperty(fc.array(change), async (changes) => {
        const model = new Map<string, number>();
        for (const key of keys(storage.catalog, 'c')) storage.catalog.delete('c', key);
        for (const { key, value } of changes) {
          if (value === null) expect(storage.catalog.delete('c', key)).to.equal(model.delete(key));
          else {
            storage.catalog.put('c', key, { value });
            model.set(key, value);
          }
        }
        const expected = [...model].sort().map(([key, value]) => [key, { value }]);
        expect([...(await reopen()).list('c')]).to.deep.equal(expected);
      }),
      { seed: 50, numRuns: 40 },
    );
  });

  it('cuts off a torn last entry and goes on', async () => {
    storage.catalog.put('c', 'a', { n: 1 });
    storage.catalog.put('c', 'b', { n: 2 });
    let catalog = await reopen((journal) => truncateSync(journal, statSync(journal).size - 3));
    expect(keys(catalog, 'c')).to.deep.equal(['a']);
    catalog.put('c', 'd', {});
    catalog = await reopen();
    expect(keys(catalog, 'c')).to.deep.equal(['a', 'd']);
  });

  it('leaves out a harmed entry alone', async () => {
    storage.catalog.put('c', 'a', { n: 1 });
    storage.catalog.put('c', 'b', { n: 2 });
    const catalog = await reopen((journal) => {
      writeFileSync(journal, readFileSync(journal, 'utf8').replace('"n":1', '"n":7'));
      appendFileSync(journal, '0 \nnot json\n');
    });
    expect(keys(catalog, 'c')).to.deep.equal(['b']);
  });

  it('does not grow with what was replaced', async () => {
    const text = 'x'.repeat(10_000);
    for (let count = 0; count < 300; count++) storage.catalog.put('c', 'k', { count, text });
    expect(statSync(join(root, 'd', 'catalog.journal')).size).to.be.lessThan(1_100_000);
    expect((await reopen()).get('c', 'k')).to.deep.equal({ count: 299, text });
  });

  it('refuses changes when it is closed', async () => {
    const { catalog } = openStorage();
    await catalog.settled();
    await catalog.close();
    expect(() => {
      catalog.put('c', 'k', {});
    }).to.throw('closed');
    expect(() => catalog.delete('c', 'k')).to.throw('closed');
  });
});
