export { CloudWatchLogsError, OptionError } from './cloudwatch/errors.js';
