import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Instrumentation } from '../../src/register/instrumentations.js';
import { bundledLoggers, neverPatchedSentence } from '../../src/register/unreachable-loggers.js';

describe('bundledLoggers', () => {
  const SIGN = 'const names = { chindings: "pino.chindings" };';
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function loggersOf(files: Readonly<Record<string, string>>): string[] {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return bundledLoggers(join(folder, 'main.js'));
  }

  it('looks into chunks that the main file names, and into those with numbers', () => {
    expect(loggersOf({ 'main.js': 'import("./chunk-A.js")', 'chunk-A.js': SIGN })).to.deep.equal(['pino']);
    rmSync(join(folder, 'chunk-A.js'));
    expect(loggersOf({ 'main.js': '', '17.main.js': SIGN })).to.deep.equal(['pino']);
  });

  it('does not take another bundle in the same folder for a chunk', () => {
    const text = '// src/other.js\nimport "./chunk-A.js"';
    expect(loggersOf({ 'main.js': text, 'other.js': SIGN })).to.deep.equal([]);
  });

  it('does not look for loggers in files that are no scripts, and finds none where there is no file', () => {
    expect(loggersOf({ 'main.js': 'read("./17.txt")', '17.txt': SIGN })).to.deep.equal([]);
    expect(bundledLoggers(join(folder, 'missing', 'main.js'))).to.deep.equal([]);
    expect(bundledLoggers(undefined)).to.deep.equal([]);
  });
});

describe('neverPatchedSentence', () => {
  const END = { emitted: 0, uptimeSeconds: 60 };
  const pino = (more: object): Instrumentation =>
    ({ instrumentationName: '@opentelemetry/instrumentation-pino', ...more }) as Instrumentation;
  const unpatched = pino({ _modules: [{ files: [{}] }] });

  it('says so where no module and no file of one was patched', () => {
    expect(neverPatchedSentence([unpatched], 'app.js', END)).to.match(/^no log record was made/);
    expect(neverPatchedSentence([pino({ _modules: [{}] })], undefined, END)).to.match(/^no log record/);
  });

  it('says nothing where something else is known, or nothing is', () => {
    const patched = [
      pino({ _modules: [{ moduleExports: {} }] }),
      pino({ _modules: [{ files: [{ moduleExports: {} }] }] }),
    ];
    for (const one of patched)
      expect(neverPatchedSentence([unpatched, one], 'app.js', END)).to.equal(undefined);
    expect(neverPatchedSentence([pino({})], 'app.js', END)).to.equal(undefined);
    expect(neverPatchedSentence([], 'app.js', END)).to.equal(undefined);
    expect(neverPatchedSentence([unpatched], 'app.js', { ...END, emitted: 1 })).to.equal(undefined);
    expect(neverPatchedSentence([unpatched], 'app.js', { ...END, uptimeSeconds: 9 })).to.equal(undefined);
  });

  it('says nothing of what only starts the application', () => {
    for (const file of [
      '/usr/lib/node_modules/npm/bin/npm-cli.js',
      '/opt/yarn.js',
      'C:\\tools\\pnpm\\bin\\pnpm.cjs',
    ]) {
      expect(neverPatchedSentence([unpatched], file, END), file).to.equal(undefined);
    }
  });
});
