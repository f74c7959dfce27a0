import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};
const entries = Object.keys(manifest.exports).filter((entry) => !/register|package\.json/.test(entry));
const isClass = (value: unknown): boolean =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

/** Fails in the delivery, in a query and in the local service, and prints the stacks. */
const FAILS = `
  import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
  import { CloudWatchLogExporter } from 'opentelemetry-cloudwatch-logs';
  import { QueryRunner } from 'opentelemetry-cloudwatch-logs/insights';
  import { LocalCloudWatchLogs } from 'opentelemetry-cloudwatch-logs/simulation';
  const account = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const exporter = new CloudWatchLogExporter({ ...account, logGroupName: '/g', endpoint: 'http://127.0.0.1:9', flushTimeoutMillis: 3000, shutdownTimeoutMillis: 1000 });
  const resource = { attributes: {} };
  exporter.export([{ hrTime: [Math.floor(Date.now() / 1000), 0], hrTimeObserved: [0, 0], attributes: {}, body: 'x', resource, instrumentationScope: { name: 's' }, droppedAttributesCount: 0 }], () => undefined);
  await exporter.forceFlush();
  const stacks = [exporter.status().lastError.stack];
  const local = await LocalCloudWatchLogs.start();
  const runner = new QueryRunner({ client: new CloudWatchLogsClient({ ...account, endpoint: local.endpoint }) });
  await runner.run({ logGroups: ['/none'], query: 'fields @message', from: Date.now() - 60000, to: Date.now() }).catch((error) => stacks.push(error.stack));
  await local.put('/none', [{ message: 5 }]).catch((error) => stacks.push(error.stack));
  await local.stop();
  console.log(JSON.stringify(stacks));
  process.exit();`;

describe('names of the built package', function () {
  this.timeout(60_000);

  for (const half of ['import', 'require'] as const) {
    it(`are those of the sources: exported classes, by ${half}`, async () => {
      const require = createRequire(join(root, 'package.json'));
      let classes = 0;
      for (const entry of entries) {
        const name = `opentelemetry-cloudwatch-logs${entry.slice(1)}`;
        const found = (half === 'import' ? await import(name) : require(name)) as Record<string, unknown>;
        for (const [exported, value] of Object.entries(found)) {
          if (!isClass(value)) continue;
          classes++;
          expect((value as { name: string }).name, `${name} ${exported}`).to.equal(exported);
        }
      }
      expect(classes).to.be.above(20);
    });
  }

  it('stand in stack traces', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', '--input-type=module', '-e', FAILS],
      { cwd: root },
    );
    const stacks = JSON.parse(stdout) as string[];
    expect(stacks).to.have.lengthOf(3);
    const frames = stacks.flatMap((stack) => stack.split('\n').filter((line) => line.includes('/dist/')));
    const names = frames.flatMap((line) => /^ *at (?:async )?(?:new )?(\S+) \(/.exec(line)?.[1] ?? []);
    expect(names).to.include.members(['SdkSender.send']);
    for (const name of names) expect(name, stacks.join('\n')).to.match(/^[\w$.#<>]*[A-Za-z]{3}[\w$]*$/);
    expect(names.length).to.be.above(5);
  });
});
