import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { cloudWatchDashboard, grafanaDashboard } from '../../../src/dashboards/index.js';
import { QueryRunner } from '../../../src/insights/index.js';
import { cloudWatchQueries, grafanaQueries } from './queries-of.js';

const ROOT = join(new URL(import.meta.url).pathname, '../../../../..');
const REGION = 'us-east-1';
const LOG_GROUPS = ['/demo/gateway', '/demo/orders', '/demo/payments'];

describe('the queries of dashboards on the data of the demo', function () {
  this.timeout(300_000);

  it('give rows', async () => {
    // The package as it is built: the services of the demo import it by its name.
    const demo = spawn(process.execPath, [join(ROOT, 'dist/esm/cli/main.js'), 'demo', '--keep'], {
      cwd: ROOT,
      env: { PATH: process.env.PATH },
    });
    let said = '';
    try {
      for await (const line of createInterface({ input: demo.stdout })) {
        said += `${line}\n`;
        if (/\/trace\/[0-9a-f]{32}$/.test(line)) break;
      }
      const [, endpoint, traceId] = /(http:\/\/\S+)\/trace\/([0-9a-f]{32})/.exec(said)!;
      const client = new CloudWatchLogsClient({
        endpoint: endpoint!,
        region: REGION,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
      const runner = new QueryRunner({ client });
      const choices = { service: '.*', traceId: traceId! };
      const options = { region: REGION, logGroups: LOG_GROUPS, spans: true };
      const queries = [
        ...cloudWatchQueries(cloudWatchDashboard(options), choices),
        ...grafanaQueries(grafanaDashboard(options), choices),
      ];
      expect(queries).to.have.length(12);
      const range = { from: Date.now() - 3_600_000, to: Date.now() };
      for (const { title, query, logGroups } of queries) {
        expect((await runner.run({ query, logGroups, ...range })).rows, title).to.not.be.empty;
      }
      client.destroy();
    } finally {
      demo.kill('SIGTERM');
      if (demo.exitCode === null) await once(demo, 'close');
    }
  });
});
