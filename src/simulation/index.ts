export { LocalCloudWatchLogs } from './local-cloudwatch-logs.js';
export type { LocalCloudWatchLogsOptions, PageListener } from './local-options.js';
export type { AdjustableClock } from './faults/adjustable-clock.js';
export type { ActiveFault, FaultInjection } from './faults/fault-injection.js';
export type { FaultKind, FaultRule } from './faults/fault-rule.js';
export type { DatapointStatistics } from './metrics/datapoint.js';
export type { MetricSeries } from './metrics/metric-series.js';
export type { MetricReading, WantedMetrics } from './metrics/metric-store.js';
export type { PublishingStatus } from './metrics/metric-publisher.js';
export type { AwsCredentials } from './metrics/sign-request.js';
export type { SigningCredentials } from './protocol/signatures.js';
export type { FsyncPolicy } from './store/file-syncer.js';
export type { StoreStatistics } from './store/event-store.js';
export type { FolderRecovery } from './store/store-damage.js';
export type { PlacedEvent, PlacedEventFilter, PutOptions } from './placed-event.js';
export { GENERATED_KINDS, type GeneratedKind, LogEventGenerator } from './generation/log-event-generator.js';
export type { LogEventGeneratorOptions } from './generation/generator-options.js';
export { FAILURE_STORIES, type FailureStory } from './generation/failure-stories.js';
export type { GeneratedSequence } from './generation/sequence.js';
export { MockLogStream, type MockLogStreamOptions } from './testing/mock-log-stream.js';
export {
  expectRecords,
  type ExpectRecordsOptions,
  type RecordExpectation,
  type RecordSource,
} from './testing/expect-records.js';
export type { RecordPattern, StoredRecord } from './testing/match-record.js';
export {
  localLogsFixture,
  type LocalLogsFixture,
  type TestHook,
  type TestHooks,
} from './testing/local-logs-fixture.js';
