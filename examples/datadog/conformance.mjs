// What a back end must stand: the last line counts its records. See docs/other-back-ends.md.
import { runConformance } from 'opentelemetry-cloudwatch-logs/base';
import { datadogBackEnd } from './datadog-back-end.mjs';
import { startDatadog } from './stand-in.mjs';

const apiKey = 'key-of-the-stand-in';
const { passed } = await runConformance({
  createBackEnd: ({ url }) => datadogBackEnd({ url, apiKey }),
  startStandIn: () => startDatadog({ apiKey }),
});
if (!passed) process.exitCode = 1;
