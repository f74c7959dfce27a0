import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type ConformanceOptions, type ConformanceResult } from './conformance/conformance.js';

/**
 * Tries a back end as its author should before anybody relies on it: answers lost after acceptance, 5xx, 429 with
 * `Retry-After`, connections that are reset or hang, records that are refused, an outage, processes that end, faults by chance.
 * It prints `emitted N delivered N duplicates N dropped N lost N`, and a line for each problem.
 * @throws OptionError for a wrong option, by rejecting; what is wrong with the back end is in the result
 */
export async function runConformance<LogRecord = ReadableLogRecord>(
  options: ConformanceOptions<LogRecord>,
): Promise<ConformanceResult> {
  // No application needs it.
  const { run } = await import('./conformance/run.js');
  return await run(options as ConformanceOptions<unknown>);
}
