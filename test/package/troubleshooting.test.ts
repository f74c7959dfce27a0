import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** All text of the source, in which messages stand. */
function source(): string {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.c?ts$/.test(path))
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
    .join('\n');
}

/** First cells of the tables under headings that promise texts; `…` stands for what a message fills in. */
function quotedMessages(): string[] {
  const chapters = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8').split(/^## /m);
  return chapters
    .filter((chapter) => chapter.startsWith('By text'))
    .flatMap((chapter) => [...chapter.matchAll(/^\| `([^`]+)` +\|/gm)])
    .map(([, text]) => text!);
}

describe('docs/troubleshooting.md', () => {
  it('quotes messages that the package has', () => {
    const text = source();
    const quoted = quotedMessages();
    const unknown = quoted.filter((message) =>
      message.split('…').some((part) => part.trim() !== '' && !text.includes(part.trim())),
    );
    expect(unknown).to.deep.equal([]);
    expect(quoted.length).to.be.greaterThan(25);
  });
});
