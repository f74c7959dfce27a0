// What a back end must stand: the last line counts its records. See docs/other-back-ends.md.
import { runConformance } from 'opentelemetry-cloudwatch-logs/base';
import { lokiBackEnd } from './loki-back-end.mjs';
import { startLoki } from './stand-in.mjs';

const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
const { passed } = await runConformance({
  createBackEnd: ({ url }) => lokiBackEnd({ url, tenant: 'team-a', username: 'ann', password: 'secret' }),
  startStandIn: () => startLoki({ authorization, tenants: true }),
  idempotent: true,
});
if (!passed) process.exitCode = 1;
