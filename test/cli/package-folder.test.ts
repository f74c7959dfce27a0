import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findOwnPackage } from '../../src/cli/package-folder.js';

describe('findOwnPackage', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'package-folder-'));
    mkdirSync(join(folder, 'dist/cjs/chunks'), { recursive: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('passes manifests that are not the package’s own, broken ones too', () => {
    writeFileSync(
      join(folder, 'package.json'),
      '{ "name": "opentelemetry-cloudwatch-logs", "version": "9.8.7" }',
    );
    writeFileSync(join(folder, 'dist/cjs/package.json'), '{ "type": "commonjs" }');
    writeFileSync(join(folder, 'dist/package.json'), '{');
    expect(findOwnPackage(join(folder, 'dist/cjs/chunks/chunk.js'))).to.deep.equal({
      folder,
      version: '9.8.7',
    });
  });

  it('refuses a file of no package of this name', () => {
    writeFileSync(join(folder, 'package.json'), '{ "name": "another" }');
    expect(() => findOwnPackage(join(folder, 'dist/main.js'))).to.throw('is not part of');
  });
});
