import { MAX_NAME_LENGTH } from './limits.js';

const LOG_GROUP_NAME = /^[.\-_/#A-Za-z0-9]+$/;
const LOG_STREAM_NAME = /^[^:*]+$/;

/**
 * Says what is wrong with a log group name, in words that complete "logGroupName must …".
 * @returns undefined for a name that the service takes. Source: CreateLogGroup.
 */
export function logGroupNameProblem(name: string): string | undefined {
  if (name.length === 0 || name.length > MAX_NAME_LENGTH) return `have 1 to ${MAX_NAME_LENGTH} characters`;
  if (!LOG_GROUP_NAME.test(name)) return 'hold only letters, digits and . - _ / #';
  if (name.startsWith('aws/')) return 'not start with "aws/", which the service keeps for itself';
  return undefined;
}

/**
 * Says what is wrong with a log stream name, in words that complete "logStreamName must …".
 * @returns undefined for a name that the service takes. Source: CreateLogStream.
 */
export function logStreamNameProblem(name: string): string | undefined {
  if (name.length === 0 || name.length > MAX_NAME_LENGTH) return `have 1 to ${MAX_NAME_LENGTH} characters`;
  if (!LOG_STREAM_NAME.test(name)) return 'not hold ":" or "*"';
  return undefined;
}

/** Replaces what a log group name may not hold by `_` and cuts it to the service's length. */
export function toLogGroupName(text: string): string {
  const name = text.slice(0, MAX_NAME_LENGTH).replace(/[^.\-_/#A-Za-z0-9]/g, '_');
  return name.startsWith('aws/') ? `aws_${name.slice(4)}` : name;
}

/** Replaces what a log stream name may not hold by `_` and cuts it to the service's length. */
export function toLogStreamName(text: string): string {
  // Half of a surrogate pair would make the name invalid UTF-8 on the wire.
  return text.slice(0, MAX_NAME_LENGTH).replace(/[:*]/g, '_').toWellFormed();
}

/** The parts of a log group ARN that callers need. */
export interface LogGroupArn {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly logGroupName: string;
}

const LOG_GROUP_ARN = /^arn:([^:]+):logs:([^:]*):(\d{12}):log-group:([^:]+)(?::\*)?$/;

/** Reads a log group ARN, with or without the trailing `:*`. @returns undefined for anything else. */
export function parseLogGroupArn(text: string): LogGroupArn | undefined {
  const match = LOG_GROUP_ARN.exec(text);
  if (!match) return undefined;
  return { partition: match[1]!, region: match[2]!, accountId: match[3]!, logGroupName: match[4]! };
}
