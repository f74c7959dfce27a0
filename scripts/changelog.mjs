/**
 * CHANGELOG.md from the files of changes/, whose form changes/README.md says: `npm run changelog -- 0.2.0` writes the section of
 * a version and removes the files, `--check` looks at the files alone, `--released v0.2.0` says whether all of this is done.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const HEADINGS = new Map(Object.entries({ breaking: 'Breaking', security: 'Security', feature: 'Features' }));
HEADINGS.set('fix', 'Fixes').set('internal', 'Internal');
const [first = '', second = ''] = process.argv.slice(2);
const version = (first === '--released' ? second : first).replace(/^v(?=\d)/, '');
const changelog = readFileSync('CHANGELOG.md', 'utf8');
const stands = changelog.split('\n').some((line) => `${line},`.startsWith(`## ${version},`));
const problems = [];
const unless = (isRight, problem) => isRight || problems.push(problem);

const names = readdirSync('changes').filter((name) => name !== 'README.md');
const fragments = names.sort().map((name) => {
  const text = readFileSync(`changes/${name}`, 'utf8').trim();
  const kind = /^([a-z]+)-[a-z0-9-]+\.md$/.exec(name)?.[1];
  const kinds = [...HEADINGS.keys()].join(', ');
  unless(HEADINGS.has(kind), `changes/${name} must be called <kind>-<slug>.md, the kind one of ${kinds}`);
  unless(text !== '', `changes/${name} is empty`);
  unless(!/^[-*#]/m.test(text), `changes/${name} must be plain sentences: heading and "- " are put to them`);
  return { name, heading: HEADINGS.get(kind), text: `- ${text.replaceAll('\n', '\n  ')}` };
});

if (first === '--released') {
  unless(stands, `CHANGELOG.md has no section of ${version}; run: npm run changelog -- ${version}`);
  for (const { name } of fragments) unless(false, `changes/${name} is not in CHANGELOG.md`);
} else if (first !== '--check') {
  const isVersion = /^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/.test(version);
  unless(isVersion, `the version must be like 0.2.0; it is "${version}"`);
  unless(!stands, `CHANGELOG.md has a section of ${version} already`);
  const text = released();
  if (problems.length === 0) {
    writeFileSync('CHANGELOG.md', text);
    for (const { name } of fragments) rmSync(`changes/${name}`);
  }
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The changelog with the section of the version on top: what stands under Unreleased, and the files behind it. */
function released() {
  const [title, ...versions] = changelog.split(/^(?=## )/m);
  const unreleased = versions[0]?.startsWith('## Unreleased\n') ? versions.shift() : '';
  const lines = new Map([...HEADINGS.values()].map((heading) => [heading, []]));
  for (const part of unreleased.split(/^### /m).slice(1)) {
    const [heading] = part.split('\n', 1);
    lines.set(heading, [part.slice(heading.length).trim()].filter(Boolean));
  }
  for (const { heading, text } of fragments) lines.get(heading)?.push(text);
  const sections = [...lines].filter(([, texts]) => texts.length > 0);
  unless(sections.length > 0, 'there is nothing to release: no file in changes/, no line under Unreleased');
  const body = sections.map(([heading, texts]) => `### ${heading}\n\n${texts.join('\n')}\n\n`).join('');
  return (
    `${title}## ${version}, ${new Date().toISOString().slice(0, 10)}\n\n${body}${versions.join('')}`.trimEnd() +
    '\n'
  );
}
