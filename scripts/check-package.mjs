/**
 * Checks what users install: the tarball is packed from dist/, linted (publint, are-the-types-wrong),
 * installed without scripts into an empty application, and loaded there through both module systems.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import ts from 'typescript';
import { buildPage } from './build-page.mjs';
import { loadedWith } from './loaded-with.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** All that an application may get with us beside the AWS SDK and OpenTelemetry; each with its reason in the README. */
const ALLOWED_DEPENDENCIES = [
  '@aws-sdk/client-cloudwatch-logs',
  '@opentelemetry/api-logs',
  '@opentelemetry/core',
  'cockatiel',
  'commander',
];
const MAX_MAIN_ENTRY_BYTES = 100_000;
/** Of the trace page as it goes over a slow line: document, script, style sheet and icon together, gzipped. */
const MAX_PAGE_BYTES = 40 * 1024;
const MAX_FILES = 300;
const MAX_INSTALLED_BYTES = 3_000_000;

const scratch = mkdtempSync(join(tmpdir(), 'otel-cwlogs-package-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const run = (command, args, options = {}) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });

function check(name, work) {
  try {
    const note = work();
    console.log(`ok   ${name}${note ? `: ${note}` : ''}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(
      `FAIL ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.stdout === undefined ? error.message : ''}`,
    );
  }
}

const [packed] = JSON.parse(
  run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], { cwd: root }),
);
const tarball = join(scratch, packed.filename);

check('the tarball holds what is public and nothing else', () => {
  const strays = packed.files
    .map((file) => file.path)
    .filter((path) => !/^(dist\/|examples\/demo\/|package\.json$|README\.md$|LICENSE$)/.test(path));
  if (strays.length > 0) throw new Error(`not expected: ${strays.join(', ')}`);
  const maps = packed.files.filter((file) => file.path.endsWith('.map'));
  if (maps.length > 0) throw new Error(`source maps are not for users: ${maps[0].path}`);
  if (packed.files.length > MAX_FILES) throw new Error(`${packed.files.length} files, over ${MAX_FILES}`);
  if (packed.unpackedSize > MAX_INSTALLED_BYTES)
    throw new Error(`${packed.unpackedSize} bytes when installed`);
  return `${packed.files.length} files, ${(packed.size / 1024).toFixed(0)} kB, installed ${(packed.unpackedSize / 1e6).toFixed(2)} MB`;
});

const page = Object.entries(await buildPage()).map(([name, text]) => [name, gzipSync(text).length]);
check(`the trace page stays under ${MAX_PAGE_BYTES / 1024} kB, gzipped`, () => {
  const bytes = page.reduce((sum, [, length]) => sum + length, 0);
  const parts = page.map(([name, length]) => `${name} ${(length / 1024).toFixed(1)} kB`).join(', ');
  if (bytes > MAX_PAGE_BYTES) throw new Error(`it is ${bytes} bytes: ${parts}`);
  return `${(bytes / 1024).toFixed(1)} kB: ${parts}`;
});

check('publint', () => void run('npx', ['--no-install', 'publint', '--strict', tarball], { cwd: root }));

check(
  'are-the-types-wrong',
  () => void run('npx', ['--no-install', 'attw', '--profile', 'node16', tarball], { cwd: root }),
);

check('dependencies are the five that the README names', () => {
  const strays = Object.keys(manifest.dependencies).filter((name) => !ALLOWED_DEPENDENCIES.includes(name));
  if (strays.length > 0) throw new Error(`not allowed: ${strays.join(', ')}`);
  const undocumented = Object.keys(manifest.dependencies).filter(
    (name) => !readFileSync(join(root, 'README.md'), 'utf8').includes(`\`${name}\``),
  );
  if (undocumented.length > 0) throw new Error(`the README gives no reason for: ${undocumented.join(', ')}`);
  return Object.keys(manifest.dependencies).join(', ');
});

const application = join(scratch, 'application');
check(
  'installs without development packages and scripts; both module systems load every entry; types are strict',
  () => {
    run('mkdir', ['-p', application]);
    cpSync(join(root, '.npmrc'), join(application, '.npmrc'));
    writeFileSync(join(application, 'package.json'), '{ "private": true }');
    run(
      'npm',
      [
        'install',
        '--omit=dev',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        tarball,
        '@opentelemetry/api@1.9',
        '@opentelemetry/sdk-logs@0.223.1',
      ],
      { cwd: application },
    );
    const entries = Object.keys(manifest.exports)
      .filter((entry) => entry !== './register' && entry !== './package.json')
      .map((entry) => manifest.name + entry.slice(1));
    const list = JSON.stringify(entries);
    run(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `for (const name of ${list}) { const m = await import(name); if (Object.keys(m).length === 0) throw new Error(name + ' exports nothing'); }`,
      ],
      { cwd: application },
    );
    run(
      process.execPath,
      [
        '--input-type=commonjs',
        '-e',
        `for (const name of ${list}) { const m = require(name); if (Object.keys(m).length === 0) throw new Error(name + ' exports nothing'); }`,
      ],
      { cwd: application },
    );
    const users = entries
      .map((name, index) => `import * as entry${index} from '${name}';\nexport { entry${index} };\n`)
      .join('');
    for (const file of ['user.mts', 'user.cts']) writeFileSync(join(application, file), users);
    run(
      process.execPath,
      [
        join(root, 'node_modules/typescript/bin/tsc'),
        '--noEmit',
        '--strict',
        '--exactOptionalPropertyTypes',
        '--skipLibCheck',
        'false',
        '--module',
        'nodenext',
        '--target',
        'es2022',
        '--types',
        'node',
        '--typeRoots',
        join(root, 'node_modules/@types'),
        'user.mts',
        'user.cts',
      ],
      { cwd: application },
    );
    run(join(application, 'node_modules/.bin/otel-cwlogs'), ['--help'], { cwd: application });
    return entries.join(', ');
  },
);

check('editors show a comment for every option', () => {
  const file = join(application, 'options.mts');
  const types = [
    'CloudWatchLogExporterOptions',
    'CloudWatchLogRecordProcessorOptions',
    'SpoolOptions',
    'RetryOptions',
    'CircuitBreakerOptions',
  ];
  writeFileSync(
    file,
    `import type * as entry from '${manifest.name}';\n${types.map((type) => `export declare const of${type}: entry.${type};\n`).join('')}`,
  );
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  let count = 0;
  const look = (path, option) => {
    count++;
    const isDeprecated = option.getJsDocTags(checker).some((tag) => tag.name === 'deprecated');
    if (!isDeprecated && option.getDocumentationComment(checker).length === 0)
      throw new Error(`${path} has none`);
  };
  /** Options that are objects of options: what editors show within them, too. */
  const GROUPS = ['circuitBreaker', 'retry', 'spool', 'writeAhead'];
  for (const statement of program.getSourceFile(file).statements.filter(ts.isVariableStatement)) {
    for (const { name } of statement.declarationList.declarations) {
      for (const option of checker.getTypeAtLocation(name).getProperties()) {
        const path = `${name.text.slice(2)}.${option.name}`;
        look(path, option);
        if (!GROUPS.includes(option.name)) continue;
        const type = checker.getTypeOfSymbol(option);
        const members = (type.isUnion() ? type.types : [type]).flatMap((one) => one.getProperties());
        for (const member of members) {
          if (
            member.getDeclarations()?.[0]?.getSourceFile().fileName.includes('opentelemetry-cloudwatch-logs')
          )
            look(`${path}.${member.name}`, member);
        }
      }
    }
  }
  if (count < 80) throw new Error(`only ${count} options were found`);
  return `${count} members of ${types.length} types`;
});

const result = await build({
  entryPoints: [join(root, 'dist/esm/index.js')],
  outdir: scratch,
  bundle: true,
  splitting: true,
  write: false,
  minify: true,
  platform: 'node',
  format: 'esm',
  // As applications bundle: the ES-module halves, so that what is not used falls away. SDK and OpenTelemetry are
  // theirs anyway.
  mainFields: ['module', 'main'],
  external: ['@aws-sdk/*', '@smithy/*', '@opentelemetry/*'],
  metafile: true,
});

check(
  `the main entry, bundled, stays under ${MAX_MAIN_ENTRY_BYTES / 1000} kB and loads no simulation`,
  () => {
    const { outputs } = result.metafile;
    const entry = Object.keys(outputs).find((path) => outputs[path].entryPoint === 'dist/esm/index.js');
    const loaded = [...loadedWith(entry, outputs)];
    const bytes = loaded.reduce((sum, path) => sum + outputs[path].bytes, 0);
    if (bytes > MAX_MAIN_ENTRY_BYTES) throw new Error(`it is ${bytes} bytes`);
    const built = JSON.parse(readFileSync(join(root, 'build/package-meta.json'), 'utf8')).outputs;
    const sources = [...loadedWith('dist/esm/index.js', built)].flatMap((path) =>
      Object.keys(built[path].inputs),
    );
    const simulation = sources.filter((path) => path.startsWith('src/simulation/'));
    if (simulation.length > 0) throw new Error(`it loads ${simulation[0]}`);
    return `${bytes.toLocaleString('en-US')} bytes`;
  },
);
