export { LocalCloudWatchLogs } from './local-cloudwatch-logs.js';
export type { LocalCloudWatchLogsOptions } from './local-options.js';
export type { AdjustableClock } from './faults/adjustable-clock.js';
export type { ActiveFault, FaultInjection } from './faults/fault-injection.js';
export type { FaultKind, FaultRule } from './faults/fault-rule.js';
export type { SigningCredentials } from './protocol/signatures.js';
export type { FsyncPolicy } from './store/file-syncer.js';
export type { StoreStatistics } from './store/event-store.js';
export type { FolderRecovery } from './store/folder-event-store.js';
