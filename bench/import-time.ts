import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { median } from './processes.js';

/*
 * What importing the main entry adds to importing the AWS SDK's client and OpenTelemetry, and what making a first
 * processor adds to that, in milliseconds of CPU (a busy machine adds less to them than to time) and as a ratio: one process for each
 * sample, in turn. It measures dist/.
 *
 *   node scripts/build.mjs && node build/bench/import-time.js [--node PATH] [--rounds 15]
 */

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    rounds: { type: 'string', default: '15' },
  },
});

const root = new URL('../../', import.meta.url);
const OTHERS = [
  '@aws-sdk/client-cloudwatch-logs',
  '@opentelemetry/api',
  '@opentelemetry/api-logs',
  '@opentelemetry/core',
  '@opentelemetry/sdk-logs',
];
const OURS = new URL('dist/esm/index.js', root).href;
const MAKE = `
  const processor = new ours.CloudWatchLogRecordProcessor({
    logGroupName: '/g', logStreamName: 's', region: 'us-east-1', provision: 'none',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  await processor.forceFlush();`;

/** The application imports the others in any case. */
const PROGRAMS = {
  'SDK and OpenTelemetry': '',
  'main entry': `await import(${JSON.stringify(OURS)});`,
  'main entry, a processor made': `const ours = await import(${JSON.stringify(OURS)});${MAKE}`,
};

function sample(program: string): number {
  const others = OTHERS.map((name) => `await import(${JSON.stringify(name)});`).join('\n');
  const text = `const before = process.cpuUsage();\n${others}\n${program}\nconst { user, system } = process.cpuUsage(before);\nconsole.log((user + system) / 1000);`;
  const output = execFileSync(
    values.node,
    ['--no-warnings', '--input-type=module', '-e', `${text}\nprocess.exit();`],
    { cwd: root, encoding: 'utf8' },
  );
  return Number(output);
}

const samples = new Map<string, number[]>();
for (let round = -2; round < Number(values.rounds); round++) {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const millis = sample(program);
    if (round >= 0) samples.set(name, [...(samples.get(name) ?? []), millis]);
  }
}
const [floor = []] = samples.values();
for (const [name, list] of samples) {
  const ratio = median(list.map((millis, round) => millis / floor[round]!));
  process.stdout.write(
    `${name.padEnd(32)}${median(list).toFixed(1).padStart(8)} ms${ratio.toFixed(2).padStart(8)}x\n`,
  );
}
