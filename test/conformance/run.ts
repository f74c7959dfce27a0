/* eslint-disable no-console -- it prints its report */
import { parseArgs } from 'node:util';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { KnownDifferences } from '../endpoint/known-differences.js';
import { allCases } from './all-cases.js';
import { EVIDENCE, NotApplicable, runCase, setPatience, type Evidence } from './conformance-case.js';
import { caseName, outcomesOf, renderReport, type Judged } from './report.js';

const usage = `Runs the conformance cases against a CloudWatch Logs endpoint and prints counts by operation and by evidence.

  npm run conformance                                       the embedded local service
  npm run conformance -- --endpoint http://127.0.0.1:4566   LocalStack, or any other emulator
  npm run conformance -- --aws --region eu-west-1           AWS itself, in your account: log groups named
                                                            /conformance/… are made and deleted again

  --only <operation>     the cases of one operation
  --evidence <kind>      the cases whose facts are known so: ${EVIDENCE.map((kind) => `"${kind}"`).join(', ')}
  --differences <file>   what the endpoint is known to do otherwise, such as test/endpoint/localstack.json: the run fails
                         when another case fails, or one that is listed passes
  --record <file>        writes what this run shows into such a list; it fails for nothing
  --verbose              name each case`;

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string' },
    aws: { type: 'boolean', default: false },
    region: { type: 'string', default: 'us-east-1' },
    only: { type: 'string' },
    evidence: { type: 'string' },
    differences: { type: 'string' },
    record: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** An emulator shows at once what it took: what it lacks is hardly waited for. */
const EMULATOR_PATIENCE = { attempts: 8, delayMillis: 250 };

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const operations = [...new Set(allCases.map(({ operation }) => operation))];
  if (values.only !== undefined && !operations.includes(values.only)) {
    console.error(`--only must be one of ${operations.join(', ')}; it is ${values.only}`);
    return 2;
  }
  if (values.evidence !== undefined && !EVIDENCE.includes(values.evidence as Evidence)) {
    console.error(`--evidence must be one of ${EVIDENCE.join(', ')}; it is ${values.evidence}`);
    return 2;
  }
  const isWhole = (values.only ?? values.evidence) === undefined;
  if (values.record !== undefined && !isWhole) {
    console.error('a list is that of all cases: --record goes without --only and --evidence');
    return 2;
  }
  if (values.endpoint !== undefined) setPatience(EMULATOR_PATIENCE);
  const known = values.differences === undefined ? undefined : KnownDifferences.read(values.differences);
  const cases = allCases.filter(
    ({ operation, evidence }) =>
      (values.only === undefined || operation === values.only) &&
      (values.evidence === undefined || evidence === values.evidence),
  );
  const local = values.endpoint === undefined && !values.aws ? await LocalCloudWatchLogs.start() : undefined;
  const endpoint = local?.endpoint ?? values.endpoint ?? `https://logs.${values.region}.amazonaws.com`;
  const client = new CloudWatchLogsClient({
    region: values.region,
    ...(values.aws
      ? {}
      : { endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, disableHostPrefix: true }),
  });
  const judged: Judged[] = [];
  for (const conformanceCase of cases) {
    const name = caseName(conformanceCase);
    try {
      await runCase(conformanceCase, { client, endpoint });
      judged.push({ conformanceCase, verdict: 'passed' });
      if (values.verbose) console.log(`ok   ${name} (${conformanceCase.evidence})`);
    } catch (error) {
      const isSkipped = error instanceof NotApplicable;
      const { message } = error as Error;
      judged.push({ conformanceCase, verdict: isSkipped ? 'skipped' : 'failed', error: message });
      if (isSkipped) console.log(`skip ${name}: ${message}`);
      else console.log(`FAIL ${name}\n     ${message.replaceAll('\n', '\n     ')}`);
    }
  }
  client.destroy();
  await local?.stop();
  console.log(`\n${renderReport(judged, endpoint)}`);
  if (values.record !== undefined) {
    KnownDifferences.record(values.record, 'conformance', outcomesOf(judged), endpoint);
    return 0;
  }
  if (known === undefined) return judged.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
  const surprises = known.compare('conformance', outcomesOf(judged), { isWhole });
  for (const surprise of surprises) console.log(surprise);
  if (surprises.length === 0) console.log('all failures are known differences');
  return surprises.length === 0 ? 0 : 1;
}

process.exitCode = await main();
