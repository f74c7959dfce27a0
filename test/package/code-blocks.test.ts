import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { load } from 'js-yaml';
import ts from 'typescript';
import { runCommand } from '../cli/run-command.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface CodeBlock {
  /** Document and line, to find it. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
}

function blocks(languages: readonly string[]): CodeBlock[] {
  const documents = [
    'README.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => join('docs', path)),
  ];
  return documents.flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8');
    const found = text.matchAll(/^```(\w+)\n([^]*?)^```/gm);
    return [...found].flatMap(([, language, code], index) => {
      if (!languages.includes(language!)) return [];
      const line = text.slice(0, text.indexOf(code!)).split('\n').length;
      return [{ place: `${document}:${line}, block ${index}`, language: language!, code: code! }];
    });
  });
}

/** What the documents speak of without saying where it is from. */
const SURROUNDINGS = `
import type * as main from 'opentelemetry-cloudwatch-logs';
import type * as simulation from 'opentelemetry-cloudwatch-logs/simulation';
import type * as insights from 'opentelemetry-cloudwatch-logs/insights';
declare global {
  const logGroupName: string;
  const signal: AbortSignal;
  const traceId: string;
  const request: { readonly headers: Readonly<Record<string, string>> };
  const error: Error;
  const credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  const resource: import('@opentelemetry/resources').Resource;
  const local: simulation.LocalCloudWatchLogs;
  const engine: insights.CorrelationEngine;
  const processor: main.CloudWatchLogRecordProcessor;
  const MockLogStream: typeof simulation.MockLogStream;
  const CloudWatchLogExporter: typeof main.CloudWatchLogExporter;
  const CloudWatchLogRecordProcessor: typeof main.CloudWatchLogRecordProcessor;
  const CloudWatchLogsClient: typeof import('@aws-sdk/client-cloudwatch-logs').CloudWatchLogsClient;
  const LoggerProvider: typeof import('@opentelemetry/sdk-logs').LoggerProvider;
  const resourceFromAttributes: typeof import('@opentelemetry/resources').resourceFromAttributes;
  const spawn: typeof import('node:child_process').spawn;
  function isLoggedIn(request: Request): boolean;
  function beforeAll(work: () => unknown): void;
  function afterAll(work: () => unknown): void;
}
`;

/** Packages that guides are about and this repository does not install: what is taken from them is not checked. */
const NOT_INSTALLED = [
  ...['vitest', 'fastify', '@nestjs/*', 'nestjs-pino', 'aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
  ...['log4js', 'consola', 'tslog', '@logtape/*', 'roarr', 'signale', 'debug'],
];

/** Files of an application that blocks import. */
const NEIGHBOURS = {
  'to-opentelemetry.d.mts':
    'export declare function toOpenTelemetry(scope: string): (level: string, values: readonly any[], fields?: object) => void;',
  'app.module.d.ts': 'export declare class AppModule {}',
  'orders.d.mts':
    'export declare function createOrders(logger: object): { pay(id: number, card: string): boolean };',
};

describe('code of the documents', function () {
  this.timeout(120_000);
  // Within the package, so that its own name resolves to what was built.
  const folder = join(root, 'build/code-blocks');
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** @returns what is wrong, with where it stands */
  function typeCheck(checked: readonly CodeBlock[]): string[] {
    mkdirSync(folder, { recursive: true });
    const places = new Map<string, string>();
    writeFileSync(join(folder, 'surroundings.d.mts'), SURROUNDINGS);
    for (const [name, text] of Object.entries(NEIGHBOURS)) writeFileSync(join(folder, name), `${text}\n`);
    const notInstalled = join(folder, 'not-installed.d.ts');
    writeFileSync(notInstalled, NOT_INSTALLED.map((name) => `declare module '${name}';\n`).join(''));
    checked.forEach(({ place, code }, index) => {
      const path = join(folder, `block-${index}.mts`);
      writeFileSync(path, `${code}\nexport {};\n`);
      places.set(path, place);
    });
    const program = ts.createProgram([join(folder, 'surroundings.d.mts'), notInstalled, ...places.keys()], {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      types: ['node', 'mocha'],
      strict: true,
      noImplicitAny: false,
      noEmit: true,
      skipLibCheck: true,
    });
    return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
      const place = file && (places.get(file.fileName) ?? file.fileName);
      return `${place}, line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  }

  it('is of the types that the package has', () => {
    const code = blocks(['js', 'ts', 'mjs']);
    expect(typeCheck(code)).to.deep.equal([]);
    expect(code.length).to.be.greaterThan(15);
  });

  it('would be found wrong', () => {
    const code = "const exporter = new CloudWatchLogExporter({ logGroup: '/apps/orders' });";
    const [problem, ...others] = typeCheck([{ place: 'here', language: 'js', code }]);
    expect(problem).to.match(/^here, line 1: .*'logGroup' does not exist/);
    expect(others).to.deep.equal([]);
  });

  it('is JSON and YAML that parses', () => {
    const wrong: string[] = [];
    const code = blocks(['json', 'yaml']);
    for (const block of code) {
      try {
        if (block.language === 'json') JSON.parse(block.code);
        else load(block.code);
      } catch (error) {
        wrong.push(`${block.place}: ${(error as Error).message}`);
      }
    }
    expect(wrong).to.deep.equal([]);
    expect(code.length).to.be.greaterThan(5);
  });

  it('sets variables that there are', () => {
    const variablesIn = (text: string): string[] =>
      text.match(/\bOTEL_EXPORTER_CLOUDWATCH_LOGS_[A-Z_]*[A-Z]/g) ?? [];
    const known = new Set(variablesIn(readFileSync(join(root, 'docs/options.md'), 'utf8')));
    const code = blocks(['sh', 'bash', 'js', 'ts', 'json', 'yaml', 'ini', 'dockerfile']);
    const wrong = code.flatMap(({ place, code }) =>
      variablesIn(code).flatMap((name) => (known.has(name) ? [] : [`${place}: ${name}`])),
    );
    expect(wrong).to.deep.equal([]);
    expect(known.size).to.be.greaterThan(30);
  });

  it('calls commands and options that there are', async () => {
    const known = await knownOptions();
    const wrong: string[] = [];
    let calls = 0;
    for (const { place, code } of blocks(['sh', 'bash'])) {
      const lines = code.replace(/\\\n/g, ' ').split('\n');
      for (const line of lines) {
        const call = /(?:otel-cwlogs|opentelemetry-cloudwatch-logs) ([a-z]+)([^#|&;]*)/.exec(
          line.replace(/'[^']*'|"[^"]*"/g, 'text'),
        );
        if (call === null || line.startsWith('npm ')) continue;
        calls++;
        const [, command, rest] = call;
        const options = known.get(command!);
        if (options === undefined) wrong.push(`${place}: ${command}`);
        for (const [, option] of rest!.matchAll(/\s(--?[a-z][a-z-]*)/g)) {
          if (options?.has(option!) === false) wrong.push(`${place}: ${command} ${option}`);
        }
      }
    }
    expect(wrong).to.deep.equal([]);
    expect(calls).to.be.greaterThan(15);
  });
});

/** The options of each command, those of its own commands included, as its help has them. */
async function knownOptions(): Promise<Map<string, Set<string>>> {
  const optionsIn = (help: string): string[] =>
    [...help.matchAll(/^ {2,}(?:(-\w), )?(--[a-z-]+)/gm)].flatMap(([, short, long]) =>
      [short, long].filter((name) => name !== undefined),
    );
  const commandsIn = (help: string): string[] => {
    const chapter = help.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '';
    return [...chapter.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!);
  };
  const helpOf = async (...args: string[]): Promise<string> =>
    (await runCommand('', [...args, '--help'])).stdout;
  const known = new Map<string, Set<string>>();
  for (const name of commandsIn(await helpOf())) {
    if (name === 'help') continue;
    const help = await helpOf(name);
    const options = new Set(optionsIn(help));
    for (const child of commandsIn(help)) {
      if (child === 'help') continue;
      for (const option of optionsIn(await helpOf(name, child))) options.add(option);
    }
    known.set(name, options);
  }
  // Another folder adds it.
  known.set('demo', new Set(['--keep']));
  return known;
}
