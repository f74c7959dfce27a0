export { LocalCloudWatchLogs, type LocalCloudWatchLogsOptions } from './local-cloudwatch-logs.js';
