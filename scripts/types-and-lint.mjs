/**
 * The type check and ESLint, both on one program of TypeScript: what the checker has found out about a file, the typed rules need
 * not find out again. Fails on any error or warning of either.
 *
 *   node scripts/types-and-lint.mjs
 */
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const EXTENSIONS = '*.{ts,mts,cts}';
/** The folders that ESLint reads with a project's types, which are the nearest tsconfig.json's, as in an editor. */
const PROJECTS = [
  // Sources, tests, benchmarks.
  { config: 'tsconfig.json', files: `**/${EXTENSIONS}` },
  // Of what it imports, the files that Node.js runs too are the first project's to check.
  {
    config: 'src/dashboards/page/tsconfig.json',
    files: `src/dashboards/page/**/${EXTENSIONS}`,
    checksItsFilesAlone: true,
  },
];

function createProgram(path) {
  const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile(
    `${root}${path}`,
    // That declarations can be written is for the build to find out.
    { declaration: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => complain([diagnostic]) },
  );
  return ts.createProgram({ rootNames: fileNames, options, configFileParsingDiagnostics: errors });
}

function diagnosticsOf(program, { checksItsFilesAlone }) {
  if (!checksItsFilesAlone) return ts.getPreEmitDiagnostics(program);
  return program
    .getRootFileNames()
    .flatMap((name) => ts.getPreEmitDiagnostics(program, program.getSourceFile(name)));
}

function complain(diagnostics) {
  if (diagnostics.length === 0) return;
  process.exitCode = 1;
  const host = {
    getCurrentDirectory: () => root,
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  };
  console.error(ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(diagnostics), host));
}

const projects = PROJECTS.map((project) => ({ ...project, program: createProgram(project.config) }));
for (const project of projects) complain(diagnosticsOf(project.program, project));

const eslint = new ESLint({
  cwd: root,
  overrideConfig: projects.map(({ files, program }) => ({
    files: [files],
    languageOptions: { parserOptions: { projectService: false, programs: [program] } },
  })),
});
const found = (await eslint.lintFiles(['.'])).filter(({ messages }) => messages.length > 0);
if (found.length > 0) {
  process.exitCode = 1;
  console.error(await (await eslint.loadFormatter('stylish')).format(found));
}
