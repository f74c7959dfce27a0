export { CloudWatchLogsError, OptionError } from './cloudwatch/errors.js';
export { type BridgedLogsApis, bridgeLogsApis } from './bridge-logs-apis.js';
export { CloudWatchLogExporter } from './exporter/cloudwatch-log-exporter.js';
export {
  type HealthCheckOptions,
  type HealthProblem,
  type HealthProblemKind,
  type HealthReport,
} from './exporter/health-check.js';
export {
  type CloudWatchLogRecordProcessor,
  createCloudWatchLogRecordProcessor,
  type ProcessorStatus,
} from './exporter/log-record-processor.js';
export {
  type CloudWatchLogExporterOptions,
  type CloudWatchLogRecordProcessorOptions,
  type OversizePolicy,
  type TransformFunction,
} from './exporter/options.js';
export { flushAfterInvocation, type InvocationFlushOptions } from './lambda/flush-after-invocation.js';
export { type SpoolStatus } from './delivery/spool/spool.js';
export { type LayoutFunction, type LayoutName, type ResourceAttributes } from './exporter/layouts/layout.js';
export { type ExporterStatus } from './exporter/record-exporter.js';
export { type WriteAheadStatus } from './exporter/write-ahead/write-ahead-log.js';
export { type WriteAheadOptions } from './exporter/write-ahead/write-ahead-option.js';
export { type SeverityName } from './exporter/severity.js';
export { LOSS_REASONS, type LossReason } from './observability/losses.js';
