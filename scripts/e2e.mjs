/**
 * Runs the end-to-end tests against AWS (`CLOUDWATCH_E2E_TESTS=true`, region and credentials from the environment), or
 * against `CLOUDWATCH_TEST_ENDPOINT`. Without either it says so and does nothing: it would cost, and make log groups.
 */
import { spawnSync } from 'node:child_process';

const { CLOUDWATCH_E2E_TESTS, CLOUDWATCH_TEST_ENDPOINT, AWS_REGION, AWS_PROFILE } = process.env;
const isAws = CLOUDWATCH_E2E_TESTS === 'true';
if (!isAws && !CLOUDWATCH_TEST_ENDPOINT) {
  console.log(
    'nothing is run: CLOUDWATCH_E2E_TESTS=true runs the end-to-end tests in your AWS account, CLOUDWATCH_TEST_ENDPOINT=http://… against an emulator',
  );
} else if (isAws && !AWS_REGION && !AWS_PROFILE) {
  console.error('set AWS_REGION, or AWS_PROFILE with a region: the tests make log groups there');
  process.exitCode = 2;
} else {
  console.log(`against ${isAws ? `AWS, ${AWS_REGION ?? AWS_PROFILE}` : CLOUDWATCH_TEST_ENDPOINT}`);
  for (const command of [
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json'],
    [
      'node_modules/mocha/bin/mocha.js',
      '--no-config',
      '--enable-source-maps',
      'build/test/end-to-end/*.test.js',
    ],
  ]) {
    const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
    process.exitCode = status ?? 1;
    if (process.exitCode !== 0) break;
  }
}
