/** Builds the trace page: its script for browsers in one piece, its style sheet, its document. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'src/dashboards/page');

/** @returns the texts of the three files */
export async function buildPage() {
  const [bundle, style] = await Promise.all([
    build({
      absWorkingDir: root,
      entryPoints: ['src/dashboards/page/main.ts'],
      bundle: true,
      minify: true,
      write: false,
      // No module: browsers name the page as the origin of these, which the local service refuses.
      format: 'iife',
      platform: 'browser',
      target: ['chrome120', 'firefox121', 'safari17'],
      legalComments: 'none',
      logLevel: 'warning',
      plugins: [
        {
          name: 'short-json',
          setup: ({ onResolve }) =>
            onResolve({ filter: /\/write-json\.js$/ }, () => ({ path: join(folder, 'short-json.ts') })),
        },
      ],
    }),
    transform(readFileSync(join(folder, 'page.css'), 'utf8'), { loader: 'css', minify: true }),
  ]);
  return {
    html: readFileSync(join(folder, 'page.html'), 'utf8').replace(/\n\s+/g, '\n'),
    script: bundle.outputFiles[0].text,
    style: style.code,
    icon: readFileSync(join(folder, 'icon.svg'), 'utf8'),
  };
}

/** The module that holds the texts, packed, as they stand in both halves of the package: what `page-files.d.ts` declares. */
export function pageModule(files) {
  const packed = brotliCompressSync(JSON.stringify(files)).toString('base64');
  return [
    "import { brotliDecompressSync } from 'node:zlib';",
    `const files = JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString());`,
    `export const { ${Object.keys(files).join(', ')} } = files;\n`,
  ].join('\n');
}

/** Puts the module where the compiled tests look for it. */
export async function buildPageForTests() {
  const file = join(root, 'build/src/dashboards/page/page-files.js');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, pageModule(await buildPage()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPageForTests();
