import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The documents that a reader is led through. */
function documents(): string[] {
  const files = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('README.md') && !path.includes('node_modules'))
    .map((path) => join('examples', path));
  const ofDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path));
  const atTop = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].filter((path) =>
    existsSync(join(root, path)),
  );
  return [...atTop, ...ofDocs, ...files];
}

function withoutCode(markdown: string): string {
  return markdown
    .replace(/^```[^]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ' '));
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(path: string): Set<string> {
  const headings = readFileSync(path, 'utf8')
    .replace(/^```[^]*?^```/gm, '')
    .matchAll(/^#{1,6} (.*)$/gm);
  const anchors = new Set<string>();
  for (const [, heading] of headings) {
    const anchor = heading!
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let name = anchor;
    for (let count = 1; anchors.has(name); count++) name = `${anchor}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

describe('the documents', () => {
  it('link to what is there', () => {
    const broken: string[] = [];
    let links = 0;
    for (const document of documents()) {
      const text = withoutCode(readFileSync(join(root, document), 'utf8'));
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue;
        links++;
        const [path, anchor] = target!.split('#') as [string, string | undefined];
        const file = path === '' ? join(root, document) : resolve(root, dirname(document), path);
        const isThere = existsSync(file) && !relative(root, file).startsWith('..');
        const hasAnchor =
          anchor === undefined || (isThere && statSync(file).isFile() && anchorsOf(file).has(anchor));
        if (!isThere || !hasAnchor) broken.push(`${document}: ${target}`);
      }
    }
    expect(broken).to.deep.equal([]);
    expect(links).to.be.greaterThan(20);
  });
});
