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
export { type AccessTokenRequest, requestAccessToken } from './access-token.js';
export { BackEndError } from './back-end-error.js';
export { checkOption } from './check-option.js';
export { classifyByCode, type ErrorKind } from './classify-by-code.js';
export { encodeWithin } from './encode-within.js';
export { httpAuthorization, type HttpCredentials, httpUrl } from './http-options.js';
export {
  classifyHttp,
  type HttpAnswer,
  type HttpRequest,
  HttpStatusError,
  jsonOf,
  requireHttpSuccess,
  sendOverHttp,
} from './http.js';
export { jwtBearer, type JwtBearerSettings } from './jwt-bearer.js';
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
export { type ClientLife, RenewableClient } from './renewable-client.js';
export { rfc3339 } from './rfc3339.js';
export { severityName } from './severity-name.js';
export { SQL_STATES } from './sql-states.js';
export { type LabelRules, textLabels } from './text-labels.js';
export { cutUtf8 } from './cut-utf8.js';
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
