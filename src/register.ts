/**
 * `node --import opentelemetry-cloudwatch-logs/register app.js`. This is the ES-module entry; register.cts
 * is the one for `--require`.
 */
import { createRequire } from 'node:module';
import { prepare, reportFailure, start } from './register/start.js';

const prepared = prepare(createRequire(import.meta.url));
if (prepared) {
  try {
    // Only now: the modules that the exporter and the AWS SDK load have to find the hooks in place.
    const createProcessor = prepared.wantsProcessor
      ? (await import('./register/create-processor.js')).createProcessor
      : undefined;
    const extras = prepared.wantsExtras ? await import('./register/extras.js') : undefined;
    start(prepared, createProcessor, extras);
  } catch (error) {
    reportFailure(error);
  }
}
