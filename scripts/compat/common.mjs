/** What the parts of `npm run compat` share: commands, checks and their counts, folders, the packed package. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { claimFolder } from './claim-folder.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/**
 * Kept between runs. Outside of the repository, whose own packages an application inside it would find, and
 * private to the user, since what lies in it is run. A run beside another one has a folder of its own.
 */
export const work = claimFolder(join(homedir(), '.cache/opentelemetry-cloudwatch-logs-compat'));
/** What an application preloads. */
export const REGISTER = 'opentelemetry-cloudwatch-logs/register';
/** For this run alone. */
export const scratch = mkdtempSync(join(tmpdir(), 'compat-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

const counts = { passed: 0, failed: 0 };

/** This process's environment and more, for a command in which `node` is this one. */
export function environmentOn(node, more) {
  return { ...process.env, ...more, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
}

/** Runs a command; resolves with its exit code and what it wrote. `node`: the Node.js that it runs on. */
export function run(command, args, { cwd = root, node = process.execPath, env = {} } = {}) {
  return new Promise((resolve) => {
    const options = { cwd, maxBuffer: 64 * 1024 * 1024, env: environmentOn(node, env) };
    execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? 1) : 0, output: `${stdout}${stderr}` });
    });
  });
}

/** Counts and prints one check. @param output - shown where it fails */
export function check(right, text, output = '') {
  if (right) counts.passed++;
  else counts.failed++;
  console.log(`  ${right ? 'ok  ' : 'FAIL'} ${text}`);
  if (!right) console.log(output.trimEnd().split('\n').slice(-40).join('\n'));
}

/** Counts the tests of a run of mocha, which the check that comes after counts as one. */
export function countTests({ passing, failing }) {
  counts.passed += passing;
  counts.failed += Math.max(failing - 1, 0);
}

/** Prints the counts, and gives the exit code that they ask for. */
export function report() {
  const { passed, failed } = counts;
  console.log(`\n  ${passed} passing${failed > 0 ? `\n  ${failed} failing` : ''}`);
  return failed > 0 ? 1 : 0;
}

/** Does `work` to all items, two at a time. */
export async function twoAtATime(items, work) {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all([lane(), lane()]);
}

/** Flags of every `npm install`. */
export const NPM = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];

/** Packs the package as npm publishes it. @returns the path of the tarball */
export async function pack() {
  if (!existsSync(join(root, 'dist/cjs/register.cjs'))) await run('npm', ['run', 'build']);
  const packing = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch]);
  const name = /"filename": "([^"]+)"/.exec(packing.output)?.[1];
  if (!name) throw new Error(`npm pack failed:\n${packing.output}`);
  return join(scratch, name);
}

/** The Node.js for OpenTelemetry's 3.x line, which asks for 22.15 or newer. */
export async function newerNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return process.execPath;
  const directory = join(work, 'node-22');
  const node = join(directory, 'node_modules/node/bin/node');
  if (!existsSync(node)) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{ "private": true }\n');
    // With its scripts: they put the binary of this platform in place.
    await run('npm', ['install', '--no-audit', '--no-fund', 'node@22'], { cwd: directory });
  }
  if (existsSync(node) && (await run(node, ['--version'])).code === 0) return node;
  console.log(`no newer Node.js can be had: the 3.x line runs on ${process.version}, outside its engines`);
  return process.execPath;
}

/** The version of a Node.js. */
export async function versionOf(node) {
  return (await run(node, ['--version'])).output.trim();
}

/** What an application of most parts has beside the package. */
export const PEERS = ['@opentelemetry/api@1.9', '@opentelemetry/sdk-logs@0.223.1'];

/** Installs the package and others into a folder that is kept. @param own - packages whose scripts are run */
export async function installInto(directory, packages, own = []) {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n');
  const installed = await run('npm', ['install', '--no-save', ...NPM, ...packages, ...own], {
    cwd: directory,
  });
  check(installed.code === 0, `npm install ${own.join(' ')}`.trim(), installed.output);
  if (own.length > 0) await run('npm', ['rebuild', ...own.map(nameOf)], { cwd: directory });
}

/**
 * The embedded service. `env`: sends an application's records there. `find`: the records of a log group that
 * FilterLogEvents finds by their trace id, `records`: all of them; none where there is no such group.
 */
export async function startLocal() {
  const { LocalCloudWatchLogs } = await import(new URL('../../dist/esm/simulation.js', import.meta.url));
  const local = await LocalCloudWatchLogs.start();
  const region = 'us-east-1';
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new CloudWatchLogsClient({ endpoint: local.endpoint, region, credentials });
  const recordsIn = (events) => events.map(({ message }) => JSON.parse(message));
  return {
    endpoint: local.endpoint,
    env: {
      AWS_ENDPOINT_URL: local.endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    async find(logGroupName, traceId) {
      const filterPattern = `{ $.trace_id = "${traceId}" }`;
      const { events = [] } = await client
        .send(new FilterLogEventsCommand({ logGroupName, filterPattern }))
        .catch(() => ({}));
      return recordsIn(events);
    },
    records: (logGroupName) => recordsIn(local.events({ logGroupName })),
    async stop() {
      client.destroy();
      await local.stop();
    },
  };
}

/** The name of a package, without its version. */
export function nameOf(specifier) {
  return specifier.replace(/(?<=.)@.*$/, '');
}

/** The version of an installed package. */
export function versionIn(directory, name) {
  return JSON.parse(readFileSync(join(directory, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** The last line that a program has printed, read as JSON. */
export function said(output) {
  try {
    return JSON.parse(output.split('\n').findLast((line) => line.startsWith('{')) ?? '');
  } catch {
    return {};
  }
}
