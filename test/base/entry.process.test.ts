import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('opentelemetry-cloudwatch-logs/base', () => {
  it('loads no AWS SDK, no breaker and no conformance kit', async () => {
    const program = `
      const { createLogDelivery } = require('opentelemetry-cloudwatch-logs/base');
      const limits = { maxEvents: 1, maxBytes: 100, maxEventBytes: 50 };
      const delivery = createLogDelivery({
        name: 'x', limits, encode: () => 'x', send: async () => undefined, classify: () => ({ kind: 'accepted' }),
      });
      const alive = setInterval(() => undefined, 1000);
      delivery.deliver([1]).then(({ delivered }) => {
        clearInterval(alive);
        console.log(delivered, Object.keys(require.cache).filter((path) => /aws-sdk|smithy|cockatiel/.test(path)).length);
      });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: root });
    expect(stdout).to.equal('1 0\n');
  });
});
