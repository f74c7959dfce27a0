/**
 * The parts that an exporter needs only once it has something to send, to measure, to check, to warn of or to read
 * from files. They are loaded in the background when the first exporter is made, so that importing the package costs
 * little; see `parts-on-demand.ts`.
 */
export { createPlannedClient } from '../cloudwatch/client.js';
export { guardedClient } from '../cloudwatch/guarded-client.js';
export { createDelivery } from '../delivery/create-delivery.js';
export { cutIntoBatches } from '../encoding/batcher.js';
export { EventCollector } from '../encoding/event-collector.js';
export { ExporterMetrics } from '../observability/exporter-metrics.js';
export { ProcessorMetrics } from '../observability/processor-metrics.js';
export { warnOfVariablesAndNames } from '../options/warnings.js';
export { Replay } from '../write-ahead/replay.js';
export { checkHealth } from './health-check.js';
