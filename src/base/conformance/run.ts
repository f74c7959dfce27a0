import { checkMembers } from '../../cloudwatch/check-members.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { describeThrown } from '../back-end-error.js';
import { kindOf } from '../kind-of.js';
import {
  type ConformanceOptions,
  type ConformanceResult,
  type ScenarioResult,
  type StandIn,
} from './conformance.js';
import { type FaultProxy, HttpFaultProxy, TcpFaultProxy } from './fault-proxy.js';
import { Marks } from './marks.js';
import { sampleRecord } from './sample-record.js';
import { type Scenario, SCENARIOS } from './scenarios.js';
import { Stage, type StageParts } from './stage.js';

const MEMBERS = {
  createBackEnd: true,
  startStandIn: true,
  protocol: true,
  idempotent: true,
  createRecord: true,
  records: true,
  soakMillis: true,
  seed: true,
  only: true,
  print: true,
} as const satisfies Record<keyof ConformanceOptions, true>;

/** Runs all scenarios one after the other. */
export async function run(options: ConformanceOptions<unknown>): Promise<ConformanceResult> {
  check(options);
  // What is tried keeps no process alive by itself.
  const alive = setInterval(() => undefined, 60_000);
  let standIn: StandIn | undefined;
  let proxy: FaultProxy | undefined;
  try {
    standIn = checkStandIn(await options.startStandIn());
    proxy = new (options.protocol === 'tcp' ? TcpFaultProxy : HttpFaultProxy)(standIn.port);
    await proxy.up();
    const { createRecord = sampleRecord, records = 200 } = options;
    const parts: StageParts = { options, createRecord, standIn, proxy, marks: new Marks(), records };
    const scenarios: ScenarioResult[] = [];
    for (const scenario of SCENARIOS) {
      const isWanted = options.only?.includes(scenario.name) ?? true;
      if (isWanted && scenario.needs?.(parts) !== false) scenarios.push(await play(scenario, parts));
    }
    const result = sumUp(scenarios);
    const { print = printLine } = options;
    for (const problem of result.problems) print(problem);
    print(result.line);
    return result;
  } finally {
    await proxy?.down();
    await standIn?.stop();
    clearInterval(alive);
  }
}

async function play(scenario: Scenario, parts: StageParts): Promise<ScenarioResult> {
  const stage = new Stage(parts);
  try {
    await scenario.run(stage);
  } catch (error) {
    // A back end that can't be made fails no scenario: it is the kit's own option that is wrong.
    if (error instanceof OptionError) {
      await stage.end(scenario.name);
      throw error;
    }
    stage.problems.push(`it threw ${error instanceof Error ? error.message : describeThrown(error)}`);
    if (!parts.proxy.isUp) await parts.proxy.up();
  }
  return await stage.end(scenario.name);
}

function sumUp(scenarios: readonly ScenarioResult[]): ConformanceResult {
  const sum = (name: 'emitted' | 'delivered' | 'duplicates' | 'dropped' | 'lost'): number =>
    scenarios.reduce((total, scenario) => total + scenario[name], 0);
  const counts = {
    emitted: sum('emitted'),
    delivered: sum('delivered'),
    duplicates: sum('duplicates'),
    dropped: sum('dropped'),
    lost: sum('lost'),
  };
  const problems = scenarios.flatMap(({ name, problems }) =>
    problems.map((problem) => `${name}: ${problem}`),
  );
  return {
    ...counts,
    line: Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(' '),
    passed: problems.length === 0,
    problems,
    scenarios,
  };
}

/** @throws OptionError for the first option that is wrong */
function check(options: ConformanceOptions<unknown>): void {
  checkMembers('', options, MEMBERS);
  for (const name of ['createBackEnd', 'startStandIn'] as const) {
    const value: unknown = options[name];
    if (typeof value !== 'function') throw new OptionError(name, 'be a function', value);
  }
  for (const name of ['createRecord', 'print'] as const) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === 'function') continue;
    throw new OptionError(name, 'be a function, or be left out', value);
  }
  const {
    protocol = 'http',
    idempotent = false,
    records = 200,
    soakMillis = 0,
    seed = 1,
    only = [],
  } = options;
  if (!['http', 'tcp'].includes(protocol)) throw new OptionError('protocol', "be 'http' or 'tcp'", protocol);
  if (typeof idempotent !== 'boolean') throw new OptionError('idempotent', 'be true or false', idempotent);
  if (!Number.isInteger(records) || records < 20 || records > 100_000) {
    throw new OptionError('records', 'be a whole number, from 20 to 100000', records);
  }
  if (!Number.isFinite(soakMillis) || soakMillis < 0) {
    throw new OptionError('soakMillis', 'be a number of milliseconds, 0 or more', soakMillis);
  }
  if (!Number.isInteger(seed)) throw new OptionError('seed', 'be a whole number', seed);
  const names = SCENARIOS.map(({ name }) => name);
  if (!Array.isArray(only)) throw new OptionError('only', 'be names of scenarios', only);
  for (const name of only as readonly unknown[]) {
    if (names.includes(name as string)) continue;
    throw new OptionError('only', `hold names of scenarios (${names.join('; ')})`, name);
  }
}

/** @throws OptionError for what is no stand-in */
function checkStandIn(standIn: StandIn): StandIn {
  const members = Object(standIn) as Record<string, unknown>;
  const isFunction = (name: string): boolean => typeof members[name] === 'function';
  const { port } = members;
  const isPort = Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
  const wrong = [
    ...(isPort ? [] : ['port']),
    ...['stored', 'stop'].filter((name) => !isFunction(name)),
    ...['refuse', 'expireCredentials'].filter((name) => members[name] !== undefined && !isFunction(name)),
  ];
  if (wrong.length === 0) return standIn;
  const rule =
    'give a stand-in: { port, stored, stop } and, where it has them, refuse and expireCredentials as functions';
  throw new OptionError(
    'startStandIn',
    `${rule}; wrong of what it gave (${kindOf(standIn)}): ${wrong.join(', ')}`,
  );
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
