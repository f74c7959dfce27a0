/* eslint-disable no-console -- it prints its report */
import { parseArgs } from 'node:util';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { allCases } from './all-cases.js';
import { NotApplicable, runCase } from './conformance-case.js';

const usage = `Runs the conformance cases against a CloudWatch Logs endpoint and prints counts by operation.

  npm run conformance                                       the embedded local service
  npm run conformance -- --endpoint http://127.0.0.1:4566   LocalStack, or any other emulator
  npm run conformance -- --aws --region eu-west-1           AWS itself, in your account: log groups named
                                                            /conformance/… are made and deleted again

  --only <operation>   the cases of one operation
  --verbose            name each case`;

const { values } = parseArgs({
  options: {
    endpoint: { type: 'string' },
    aws: { type: 'boolean', default: false },
    region: { type: 'string', default: 'us-east-1' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const cases = allCases.filter(({ operation }) => values.only === undefined || operation === values.only);
  if (cases.length === 0) {
    const operations = [...new Set(allCases.map(({ operation }) => operation))];
    console.error(`--only must be one of ${operations.join(', ')}; it is ${String(values.only)}`);
    return 2;
  }
  const local = values.endpoint === undefined && !values.aws ? await LocalCloudWatchLogs.start() : undefined;
  const endpoint = local?.endpoint ?? values.endpoint ?? `https://logs.${values.region}.amazonaws.com`;
  const client = new CloudWatchLogsClient({
    region: values.region,
    ...(values.aws
      ? {}
      : { endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, disableHostPrefix: true }),
  });
  const counts = new Map<string, { passed: number; failed: number; skipped: number }>();
  for (const conformanceCase of cases) {
    const { operation, fact } = conformanceCase;
    const count = counts.get(operation) ?? { passed: 0, failed: 0, skipped: 0 };
    counts.set(operation, count);
    try {
      await runCase(conformanceCase, { client, endpoint });
      count.passed++;
      if (values.verbose) console.log(`ok   ${operation} ${fact}`);
    } catch (error) {
      if (error instanceof NotApplicable) {
        count.skipped++;
        console.log(`skip ${operation} ${fact}: ${error.message}`);
        continue;
      }
      count.failed++;
      console.log(`FAIL ${operation} ${fact}\n     ${(error as Error).message.replaceAll('\n', '\n     ')}`);
    }
  }
  client.destroy();
  await local?.stop();
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  console.log(`\n${'operation'.padEnd(28)} passed failed skipped`);
  for (const [operation, count] of counts) {
    passed += count.passed;
    failed += count.failed;
    skipped += count.skipped;
    const [passes, failures, skips] = [count.passed, count.failed, count.skipped].map(String);
    console.log(
      `${operation.padEnd(28)} ${passes!.padStart(6)} ${failures!.padStart(6)} ${skips!.padStart(7)}`,
    );
  }
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped at ${endpoint}`);
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main();
