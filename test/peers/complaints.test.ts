import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { COMPLAINTS } from './complaints.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe("the list of peers' complaints", () => {
  for (const { complaint, tests } of COMPLAINTS) {
    it(`names tests that are there for: ${complaint}`, () => {
      expect(tests).to.have.length.above(0);
      for (const [file, title] of tests) {
        const source = readFileSync(`${root}test/${file}`, 'utf8');
        expect(source.includes(title), `${file}: ${title}`).to.equal(true);
      }
    });
  }
});
