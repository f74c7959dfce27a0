/**
 * Builds the package into dist/: one file for each public entry and module system, with what entries share, and
 * what is loaded only when it is asked for, in dist/esm/chunks and dist/cjs/chunks. Declarations are rolled up in
 * the same way, so that a class that two entries name is one type.
 *
 * Names are kept, so that stack traces show the functions'; only the trace page's script for browsers is minified
 * whole. Source maps stay behind (package.json, `files`); tests use them.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
import { rollup } from 'rollup';
import { minify } from 'terser';
import { dts } from 'rollup-plugin-dts';
import { buildPage, pageModule } from './build-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = (path) => join(root, path);

/** Public entries: the name of the file in dist/, and the source. */
const ENTRIES = {
  index: 'src/index.ts',
  base: 'src/base/index.ts',
  client: 'src/client/index.ts',
  dashboards: 'src/dashboards/index.ts',
  insights: 'src/insights/index.ts',
  replay: 'src/replay/index.ts',
  resources: 'src/resources/index.ts',
  simulation: 'src/simulation/index.ts',
  tail: 'src/tail/index.ts',
};
/** Loaded by `--import`, `--require` and the command; they export nothing to users. */
const PROGRAMS = {
  'register/start': 'src/register/start.ts',
  'register/create-processor': 'src/register/create-processor.ts',
  'register/extras': 'src/register/extras.ts',
  'register/last-sender': 'src/register/last-sender.ts',
  'cli/main': 'src/cli/main.ts',
};
/** The command runs as an ES module alone, `register` as CommonJS alone. */
const ES_MODULES_ONLY = /^cli\//;
const COMMON_JS_ONLY = /^register\//;

/** Without indentation, in lines that a stack trace can point at; the names of functions stay. */
const COMPACT = { minifyWhitespace: true, minifySyntax: true, lineLimit: 300 };

/**
 * Letters that stand for the `#` of private names, which terser and esbuild shorten as they do variables; the second one where a word
 * stands before it without a space.
 */
const [PRIVATE, PRIVATE_BEHIND_WORD] = ['ǂ', 'ǁ'];

/** The module of the page's texts, which stands in no file: only its declarations do. */
const tracePage = {
  name: 'trace-page',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/page-files\.js$/ }, () => ({ path: 'page-files.js', namespace: 'trace-page' }));
    onLoad({ filter: /./, namespace: 'trace-page' }, async () => ({
      contents: pageModule(await buildPage()),
      loader: 'js',
    }));
  },
};

rmSync(from('dist'), { recursive: true, force: true });
mkdirSync(from('dist/cjs'), { recursive: true });
writeFileSync(from('dist/cjs/package.json'), '{ "type": "commonjs" }\n');

try {
  await Promise.all([modules(), declarations()]);
} catch (error) {
  console.error(error.stdout ?? error);
  process.exitCode = 1;
}

async function modules() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { ...ENTRIES, ...PROGRAMS },
    outdir: 'dist/esm',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    legalComments: 'none',
    sourcemap: true,
    ...COMPACT,
    metafile: true,
    logLevel: 'warning',
    plugins: [tracePage],
  });
  const { outputs } = result.metafile;
  const files = Object.keys(outputs).filter((path) => path.endsWith('.js'));
  for (const path of files) withoutBareImports(path);
  await commonJs(outputs);
  for (const path of files) await shortenNames(path);
  chmodSync(from('dist/esm/cli/main.js'), 0o755);
  mkdirSync(from('build'), { recursive: true });
  writeFileSync(from('build/package-meta.json'), JSON.stringify(result.metafile));
  removeUnused(outputs);
}

/** The ES modules that only `register` loads, which has its CommonJS half. */
function removeUnused(outputs) {
  const used = new Set();
  for (const name of Object.keys({ ...ENTRIES, ...PROGRAMS })) {
    if (!COMMON_JS_ONLY.test(name)) addWithImports(`dist/esm/${name}.js`, outputs, used);
  }
  for (const path of Object.keys(outputs)) if (!used.has(path.replace(/\.map$/, ''))) rmSync(from(path));
  rmdirSync(from('dist/esm/register'));
}

/** Adds a file and all of ours that it imports to `files`. */
function addWithImports(path, outputs, files) {
  if (files.has(path)) return;
  files.add(path);
  for (const { path: imported, external } of outputs[path].imports)
    if (!external) addWithImports(imported, outputs, files);
}

/**
 * esbuild repeats, for their side effects, the imports of chunks that other chunks import anyway. Ours have none,
 * as package.json says, and users' bundlers would complain. The line stays, so that source maps fit.
 */
function withoutBareImports(path) {
  const text = readFileSync(from(path), 'utf8');
  const head = /^(?:#![^\n]*\n)?(?:import(?:[^";]*\bfrom)?"[^"]*";\n?)+/;
  writeFileSync(
    from(path),
    text.replace(head, (imports) => imports.replace(/import"\.{1,2}\/[^"]*";/g, '')),
  );
}

/**
 * Shortens the names of variables; those of functions, methods and classes stay for stack traces, of which the command shows none.
 * (What esbuild keeps by `keepNames` is not what a trace shows of a class.)
 */
async function shortenNames(path) {
  const isNamed = !path.endsWith('cli/main.js');
  const text = withClassNames(readFileSync(from(path), 'utf8'));
  if (/[ǁǂ]/.test(text)) throw new Error(`${path} has a letter that stands for private names`);
  const { code, map } = await minify(isNamed ? withoutPrivate(text) : text, {
    module: path.startsWith('dist/esm/'),
    toplevel: true,
    compress: false,
    ecma: 2022,
    mangle: { keep_classnames: isNamed, keep_fnames: isNamed },
    format: { comments: false, preserve_annotations: true, max_line_len: 300, ecma: 2022 },
    sourceMap: { content: readFileSync(from(`${path}.map`), 'utf8'), url: `${path.split('/').at(-1)}.map` },
  });
  writeFileSync(from(path), `${withPrivate(code)}\n`);
  writeFileSync(from(`${path}.map`), map);
}

function withoutPrivate(text) {
  return text.replace(/([\w$])#(?=[\w$])/g, `$1 ${PRIVATE_BEHIND_WORD}`).replace(/#(?=[\w$])/g, PRIVATE);
}

function withPrivate(text) {
  return text.replace(new RegExp(` ?${PRIVATE_BEHIND_WORD}`, 'g'), '#').replaceAll(PRIVATE, '#');
}

/**
 * Gives classes the names of their variables, which stay when those get shorter: esbuild writes `Name = class {}`, and
 * `Name = class _Name {}` or `Name2` where a class speaks of itself.
 */
function withClassNames(text) {
  let named = text;
  for (const [, name, own] of text.matchAll(/\b([A-Z][\w$]*)=class (_\1|\12)\b/g)) {
    named = named.replace(new RegExp(`(?<![\\w$])${own}(?![\\w$])`, 'g'), name);
  }
  return named.replace(/\b([A-Z][\w$]*)=class(?=\{| extends\b)/g, '$1=class $1');
}

/** The CommonJS half: each ES module of the other half, in the other system's words. */
async function commonJs(outputs) {
  const files = new Set();
  for (const name of Object.keys({ ...ENTRIES, ...PROGRAMS })) {
    if (!ES_MODULES_ONLY.test(name)) addWithImports(`dist/esm/${name}.js`, outputs, files);
  }
  await Promise.all([...files].map((path) => toCommonJs(path, path.replace('dist/esm/', 'dist/cjs/'))));
  await toCommonJs('src/register.cts', 'dist/cjs/register.cjs', { loader: 'ts' });
  writeFileSync(from('dist/esm/register.js'), 'import"../cjs/register.cjs";\n');
}

async function toCommonJs(source, target, options) {
  const words = { format: 'cjs', target: 'node20.19', platform: 'node', sourcemap: true, ...COMPACT };
  const inWords = await transform(readFileSync(from(source), 'utf8'), {
    ...words,
    loader: 'js',
    // `require` where the other half has `import()`: both halves stay apart, and a chunk is there at once.
    supported: { 'dynamic-import': false },
    ...options,
    sourcefile: source,
  });
  const { code, map } = target.includes('/chunks/') ? await withoutMarks(inWords, words) : inWords;
  mkdirSync(dirname(from(target)), { recursive: true });
  writeFileSync(from(target), `${code}//# sourceMappingURL=${target.split('/').at(-1)}.map\n`);
  writeFileSync(from(`${target}.map`), map);
  await shortenNames(target);
}

/** ES modules import entries, and no chunk: a chunk need not show them that it was one of them, nor what its names are. */
function withoutMarks({ code, map }, words) {
  const plain = code.replace(/module\.exports=[\w$]+\(([\w$]+)\);/, 'module.exports=$1;');
  const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`;
  return transform(plain + inline, { ...words, treeShaking: true });
}

/**
 * Declarations: of tsc for each source file, then rolled up to one file for each entry. tsc says here only what no declaration
 * can be written for; types are checked once for all that has them, by scripts/types-and-lint.mjs.
 */
async function declarations() {
  const tsc = from('node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck'], { cwd: root });
  const bundle = await rollup({
    input: Object.fromEntries(
      Object.entries(ENTRIES).map(([name, source]) => [
        name,
        from(source.replace(/^src/, 'build/types').replace(/\.ts$/, '.d.ts')),
      ]),
    ),
    plugins: [dts({ includeExternal: [] })],
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  });
  const shape = { entryFileNames: '[name].d.ts', chunkFileNames: 'chunks/[name]-[hash].d.ts' };
  for (const half of ['dist/esm', 'dist/cjs']) {
    const { output } = await bundle.write({ ...shape, dir: from(half) });
    // Spaces are a twentieth of a declaration.
    for (const { fileName, code } of output) writeFileSync(from(`${half}/${fileName}`), withTabs(code));
  }
  await bundle.close();
  writeFileSync(from('dist/esm/register.d.ts'), 'export {};\n');
  writeFileSync(from('dist/cjs/register.d.cts'), 'export {};\n');
}

function withTabs(code) {
  return code.replace(/^(?: {4})+/gm, (spaces) => '\t'.repeat(spaces.length / 4));
}
