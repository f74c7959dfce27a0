/* eslint-disable no-console -- it prints its report */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { givenDifferences, givenEndpoint } from './given-endpoint.js';
import { reasonOf } from './it-needs.js';
import { KnownDifferences, type Outcome } from './known-differences.js';

/** The tests of exporter, batches and errors, provisioning and engine, all over HTTP. */
const FILES = {
  exporter: [
    'exporter/local-service.integration.test.js',
    'exporter/same-as-stock.integration.test.js',
    'exporter/write-ahead.integration.test.js',
  ],
  delivery: ['delivery/delivery.integration.test.js'],
  provisioning: ['resources/log-resources.integration.test.js'],
  engine: [
    'insights/look-up/correlation-engine.integration.test.js',
    'insights/look-up/look-up-spans.integration.test.js',
    'insights/look-up/older-events.integration.test.js',
    'insights/look-up/recent-errors.integration.test.js',
    'insights/explanations/explain-nothing.integration.test.js',
  ],
} as const;

const AREAS = Object.keys(FILES) as (keyof typeof FILES)[];

const usage = `Runs the integration tests against a CloudWatch Logs endpoint.

  npm run integration                                        the embedded local service
  npm run integration -- --endpoint http://127.0.0.1:4566    LocalStack, or any other emulator; so does CLOUDWATCH_TEST_ENDPOINT

  --only <area>          ${AREAS.join(', ')}
  --differences <file>   what the endpoint is known to do otherwise (also CLOUDWATCH_TEST_DIFFERENCES): the run fails when
                         another test fails, or a listed one passes
  --record <file>        writes what this run shows into such a list; it fails for nothing
  --list                 names the tests, and runs none

Log groups begin with /opentelemetry-cloudwatch-logs/test/ and are removed. Tests that need controls of the embedded
service are skipped elsewhere, with the reason.`;

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string', default: givenEndpoint() },
    only: { type: 'string' },
    differences: { type: 'string', default: givenDifferences() },
    record: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values.only !== undefined && !Object.hasOwn(FILES, values.only)) {
    console.error(`--only must be one of ${AREAS.join(', ')}; it is ${values.only}`);
    return 2;
  }
  if (values.record !== undefined && values.only !== undefined) {
    console.error('a list is that of all tests: --record goes without --only');
    return 2;
  }
  const { endpoint } = values;
  // The tests read it there.
  if (endpoint !== undefined) process.env.CLOUDWATCH_TEST_ENDPOINT = endpoint;
  const known = values.differences === undefined ? undefined : KnownDifferences.read(values.differences);
  const areas = values.only === undefined ? AREAS : [values.only as keyof typeof FILES];
  const mocha = await load(areas.flatMap((area) => FILES[area]));
  if (values.list) {
    mocha.suite.eachTest((test) => {
      console.log(nameOf(test));
    });
    return 0;
  }
  const outcomes = await run(mocha);
  const where = endpoint ?? 'the embedded local service';
  const counts = (['passed', 'failed', 'skipped'] as const).map(
    (verdict) => `${outcomes.filter((outcome) => outcome.verdict === verdict).length} ${verdict}`,
  );
  console.log(`\n${counts.join(', ')} at ${where}`);
  if (values.record !== undefined) {
    KnownDifferences.record(values.record, 'integration', outcomes, where);
    return 0;
  }
  if (known === undefined) return outcomes.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
  const surprises = known.compare('integration', outcomes, { isWhole: values.only === undefined });
  for (const surprise of surprises) console.log(surprise);
  if (surprises.length === 0) console.log('all failures are known differences');
  return surprises.length === 0 ? 0 : 1;
}

async function load(files: readonly string[]): Promise<Mocha> {
  const mocha = new Mocha({ timeout: 30_000, forbidOnly: true });
  mocha.reporter(Silent);
  for (const file of files) mocha.addFile(fileURLToPath(new URL(`../${file}`, import.meta.url)));
  await mocha.loadFilesAsync();
  return mocha;
}

/** Runs tests, and prints what failed, and how many were skipped for which reason. */
async function run(mocha: Mocha): Promise<Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const skipped = new Map<string, number>();
  await new Promise<void>((resolve) => {
    mocha
      .run(() => {
        resolve();
      })
      .on('pass', (test) => outcomes.set(nameOf(test), { name: nameOf(test), verdict: 'passed' }))
      .on('pending', (test) => {
        outcomes.set(nameOf(test), { name: nameOf(test), verdict: 'skipped' });
        const reason = reasonOf(test) ?? 'for no reason that is given';
        skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      })
      .on('fail', (test, error: Error) => {
        outcomes.set(nameOf(test), { name: nameOf(test), verdict: 'failed', error: error.message });
        console.log(`FAIL ${nameOf(test)}\n     ${error.message.replaceAll('\n', '\n     ')}`);
      });
  });
  // What a failed hook leaves out has failed with it.
  mocha.suite.eachTest((test) => {
    if (!outcomes.has(nameOf(test)))
      outcomes.set(nameOf(test), { name: nameOf(test), verdict: 'failed', error: 'a hook before it failed' });
  });
  for (const [reason, count] of skipped) console.log(`skipped ${count}: ${reason}`);
  return [...outcomes.values()];
}

/** Prints nothing. */
class Silent extends Mocha.reporters.Base {}

function nameOf(test: Mocha.Runnable): string {
  return test.fullTitle();
}

process.exitCode = await main();
// Tests end what they start; a failed one may leave a connection that would keep the process.
process.exit();
