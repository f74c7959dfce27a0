/* eslint-disable @typescript-eslint/no-require-imports --
   a CommonJS file: everything in it is synchronous, because the application starts when it returns. */
/**
 * `node --require opentelemetry-cloudwatch-logs/register app.js`. It is the program of `--import` too: the build writes an ES module
 * that imports it, as all that the exporter and the AWS SDK load would go through the hook for imports otherwise.
 */
import type * as Exporter from './register/create-processor.js' with { 'resolution-mode': 'import' };
import type * as Extras from './register/extras.js' with { 'resolution-mode': 'import' };
import type * as Start from './register/start.js' with { 'resolution-mode': 'import' };

const { prepare, reportFailure, start } = require('./register/start.js') as typeof Start;

const prepared = prepare(require);
if (prepared) {
  try {
    // Only now: the modules that the exporter and the AWS SDK load have to find the hooks in place.
    const createProcessor = prepared.wantsProcessor
      ? (require('./register/create-processor.js') as typeof Exporter).createProcessor
      : undefined;
    const extras = prepared.wantsExtras ? (require('./register/extras.js') as typeof Extras) : undefined;
    start(prepared, createProcessor, extras);
  } catch (error) {
    reportFailure(error);
  }
}
