import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const FORM = 'must be called <kind>-<slug>.md, the kind one of breaking, security, feature, fix, internal';
const SCRIPT = resolve('scripts/changelog.mjs');

describe('npm run changelog', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'changelog-'));
    mkdirSync(join(directory, 'changes'));
    write('changes/README.md', '# Changes to come\n');
    write(
      'CHANGELOG.md',
      '# Changelog\n\n## Unreleased\n\n### Fixes\n\n- An old one.\n\n## 0.1.0\n\n### Features\n\n- All.\n',
    );
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });
  function write(file: string, text: string): void {
    writeFileSync(join(directory, file), text);
  }
  function run(...args: string[]): { status: number | null; stderr: string } {
    const { status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
      cwd: directory,
      encoding: 'utf8',
    });
    return { status, stderr };
  }
  const changelog = (): string => readFileSync(join(directory, 'CHANGELOG.md'), 'utf8');

  it('writes the section of a version in the order of headings, and removes the files', () => {
    write('changes/fix-b.md', 'A second one,\nof two lines.\n');
    write('changes/fix-a.md', 'A first one.\n');
    write('changes/breaking-name.md', '`old` is `new`.\n');
    expect(run('0.2.0')).to.deep.equal({ status: 0, stderr: '' });
    const today = new Date().toISOString().slice(0, 10);
    expect(changelog()).to.equal(
      `# Changelog\n\n## 0.2.0, ${today}\n\n### Breaking\n\n- \`old\` is \`new\`.\n\n### Fixes\n\n` +
        '- An old one.\n- A first one.\n- A second one,\n  of two lines.\n\n## 0.1.0\n\n### Features\n\n- All.\n',
    );
    expect(readdirSync(join(directory, 'changes'))).to.deep.equal(['README.md']);
    expect(run('--released', 'v0.2.0')).to.deep.equal({ status: 0, stderr: '' });
    write('changes/feature-next.md', 'More.');
    expect(run('0.3.0').status).to.equal(0);
    expect(changelog()).to.match(
      /^# Changelog\n\n## 0\.3\.0, .*\n\n### Features\n\n- More\.\n\n## 0\.2\.0, /,
    );
  });

  for (const [name, text, problem] of [
    ['unknown-kind.md', 'Text.', `changes/unknown-kind.md ${FORM}`],
    ['fix.md', 'Text.', `changes/fix.md ${FORM}`],
    ['fix-empty.md', ' \n', 'changes/fix-empty.md is empty'],
    [
      'fix-list.md',
      '- Text.',
      'changes/fix-list.md must be plain sentences: heading and "- " are put to them',
    ],
  ] as const) {
    it(`refuses ${name} that holds ${JSON.stringify(text)}, and changes nothing`, () => {
      const before = changelog();
      write(`changes/${name}`, text);
      for (const argument of ['--check', '0.2.0'])
        expect(run(argument)).to.deep.equal({ status: 1, stderr: `${problem}\n` });
      expect(changelog()).to.equal(before);
      expect(existsSync(join(directory, 'changes', name))).to.equal(true);
    });
  }

  it('refuses a version that stands already, one that is none, and one without a change', () => {
    expect(run('0.1.0').stderr).to.equal('CHANGELOG.md has a section of 0.1.0 already\n');
    expect(run('next').stderr).to.equal('the version must be like 0.2.0; it is "next"\n');
    expect(run().status).to.equal(1);
    write('CHANGELOG.md', '# Changelog\n');
    expect(run('0.2.0').stderr).to.contain('there is nothing to release');
  });

  it('holds a release to its section, with no file left', () => {
    write('changes/fix-a.md', 'A first one.\n');
    expect(run('--released', 'v0.2.0').stderr.split('\n')).to.deep.equal([
      'CHANGELOG.md has no section of 0.2.0; run: npm run changelog -- 0.2.0',
      'changes/fix-a.md is not in CHANGELOG.md',
      '',
    ]);
  });

  it('finds the files of this repository in form', () => {
    execFileSync(process.execPath, [SCRIPT, '--check'], { stdio: 'pipe' });
  });
});
