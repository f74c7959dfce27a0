export { CloudWatchLogsError, OptionError } from '../cloudwatch/errors.js';
export type {
  Answer,
  Authentication,
  BackEnd,
  BackEndLimits,
  BatchEvent,
  EncodedRecord,
  EncodingContext,
  EventBatch,
  RequestContext,
  Verdict,
} from './back-end.js';
export type { Awaitable } from './awaitable.js';
export { BackEndError } from './back-end-error.js';
export {
  classifyHttp,
  type HttpAnswer,
  type HttpRequest,
  HttpStatusError,
  requireHttpSuccess,
  sendOverHttp,
} from './http.js';
export { createLogDelivery, type LogDelivery } from './log-delivery.js';
export type {
  LogDeliveryHealth,
  LogDeliveryStatus,
  LogDeliveryWriteAheadStatus,
} from './log-delivery-status.js';
export { createLogRecordExporter } from './log-exporter.js';
export { createLogRecordProcessor } from './log-processor.js';
export type {
  LogDeliveryOptions,
  LogDeliverySettings,
  LogDeliverySpoolOptions,
  LogDeliveryWriteAheadOptions,
} from './options.js';
export { plainLogRecord, type PlainLogRecord } from './plain-log-record.js';
export { cutUtf8 } from '../encoding/cut-utf8.js';
export { LOSS_REASONS, type LossReason } from '../observability/losses.js';
export type { DeliveryResult } from '../delivery/delivery.js';
export type { SpoolStatus } from '../delivery/spool/spool-settings.js';
export { runConformance } from './run-conformance.js';
export type {
  ConformanceCounts,
  ConformanceOptions,
  ConformanceResult,
  ScenarioResult,
  StandIn,
  StandInAddress,
} from './conformance/conformance.js';
