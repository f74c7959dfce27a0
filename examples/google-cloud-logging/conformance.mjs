// What a back end must stand: the last line counts its records. See docs/other-back-ends.md.
import { runConformance } from 'opentelemetry-cloudwatch-logs/base';
import { googleCloudLoggingBackEnd } from './google-cloud-logging-back-end.mjs';
import { makeServiceAccount, startGoogle } from './stand-in.mjs';

const account = makeServiceAccount();
const { passed } = await runConformance({
  createBackEnd: ({ url }) =>
    googleCloudLoggingBackEnd({ url, serviceAccount: { ...account.key, token_uri: `${url}/token` } }),
  startStandIn: () => startGoogle({ account }),
  idempotent: true,
});
if (!passed) process.exitCode = 1;
