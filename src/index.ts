import { warnIfPreloadedAlone } from './preloaded-alone.js';

export { CloudWatchLogsError, OptionError } from './cloudwatch/errors.js';
export { type BridgedLogsApis, bridgeLogsApis } from './bridge-logs-apis.js';
export { CloudWatchLogExporter } from './exporter/cloudwatch-log-exporter.js';
export type {
  HealthCheckOptions,
  HealthProblem,
  HealthProblemKind,
  HealthReport,
} from './exporter/health-check.js';
export {
  CloudWatchLogRecordProcessor,
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the old name stays for this version
  createCloudWatchLogRecordProcessor,
} from './exporter/cloudwatch-log-record-processor.js';
export { logGroupAttributes } from './exporter/log-group-attributes.js';
export type { ExporterStatus, ProcessorStatus } from './exporter/exporter-status.js';
export type { EnabledQuestion, FlushOptions } from './exporter/queueing-processor.js';
export type {
  CircuitBreakerOptions,
  CloudWatchLogExporterOptions,
  CloudWatchLogRecordProcessorOptions,
  RetryOptions,
  SpoolOptions,
} from './options/options.js';
export type { Destination } from './delivery/encoded-event.js';
export { flushAfterInvocation, type InvocationFlushOptions } from './lambda/flush-after-invocation.js';
export type { SpoolStatus } from './delivery/spool/spool.js';
export type { OversizePolicy, TransformFunction } from './encoding/record-encoder.js';
export type { LayoutFunction, LayoutName, ResourceAttributes } from './encoding/layouts/layout.js';
export type { WriteAheadStatus } from './write-ahead/write-ahead-log.js';
export type {
  ForeignTraceContext,
  TraceContextFunction,
  TraceContextSource,
} from './options/trace-context-option.js';
export type { WriteAheadOptions } from './options/write-ahead-option.js';
export type { SeverityName } from './encoding/severity.js';
export { LOSS_REASONS, type LossReason } from './observability/losses.js';

warnIfPreloadedAlone();
