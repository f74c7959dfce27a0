/** What PutLogEvents says of a stream that is not there in a group that is. */
export const MISSING_STREAM = 'The specified log stream does not exist';

/**
 * What the service and the AWS SDK are known to say, word for word; `#` is a whole number. Only these
 * sentences of theirs are shown: any other text may quote a log event, or the request with its session token.
 * Sources: API reference of CloudWatch Logs, recorded answers, the SDK's own texts.
 */
const KNOWN_SENTENCES: readonly string[] = [
  // Delivery and provisioning.
  'Rate exceeded',
  'The specified log group already exists',
  'The specified log stream already exists',
  'The specified log group does not exist',
  MISSING_STREAM,
  'The specified resource does not exist',
  'Invalid LogGroup or LogStream, both must have length less than or equal to #',
  'Log events in a single PutLogEvents request must be in chronological order',
  'Log groups starting with AWS/ are reserved for AWS',
  'Log event too large: # bytes exceeds limit of #',
  'Upload too large: # bytes exceeds limit of #',
  'The batch of log events in a single PutLogEvents request cannot span more than # hours',
  'The given sequenceToken is invalid',
  'The next expected sequenceToken is',
  'The given batch of log events has already been accepted',
  'A conflicting operation is currently in progress against this resource. Please try again',
  'Resource limit exceeded',
  'The service cannot complete the request',
  'The request processing has failed because of an unknown error',
  // Credentials.
  'The security token included in the request is invalid',
  'The security token included in the request is expired',
  'The request signature we calculated does not match the signature you provided',
  'The request signature we calculated does not match',
  'Signature expired',
  'Signature not yet current',
  'Missing Authentication Token',
  'Could not load credentials from any providers',
  'Region is missing',
  // Management and queries.
  'The specified nextToken is invalid',
  'The specified subscription filter does not exist',
  'The specified metric filter does not exist',
  'The specified export task does not exist',
  'The specified query does not exist',
  'The specified destination does not exist',
  'Invalid metric filter pattern',
  'Invalid filter pattern',
  'Invalid destination ARN',
  'Invalid resource ARN',
  'Invalid policy document',
  'Invalid selection criteria',
  'The given bucket does not exist',
  'destinationArn for vendor kinesis cannot be used without roleArn',
  'destinationArn for vendor lambda cannot be used with roleArn',
  'Cross-account lambda invocation passing is not allowed',
  'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters',
  'LogGroup name and LogGroup ARN are mutually exclusive parameters',
  'LogStreamNames and LogStreamNamePrefix are mutually exclusive parameters',
  'End time should not be less than start time',
  'Metric filters are only supported for log groups in the Standard log class',
  'Index policies are only supported for log groups in the Standard log class',
  'Queries are not supported for log groups in the Delivery log class',
  'Retention settings are not supported for log groups in the Delivery log class',
  'A resource can have no more than # tags',
  'Tag keys beginning with aws: are reserved for system use',
  // The SDK's connections.
  'Request aborted',
  'Connection timed out after # ms',
  'socket hang up',
  '@smithy/node-http-handler - the request socket did not establish a connection with the server within the configured timeout of # ms',
];

/** Longer than any of them. */
const MAX_LENGTH = 400;

/** Members of requests that a constraint error may name, as in `logEvents.3.member.message`. */
const MEMBERS: ReadonlySet<string> = new Set([
  'member',
  'logEvents',
  'message',
  'timestamp',
  'logGroupName',
  'logStreamName',
  'sequenceToken',
  'entity',
  'keyAttributes',
  'attributes',
  'retentionInDays',
  'kmsKeyId',
  'logGroupClass',
  'tags',
  'policyDocument',
  'logGroupIdentifier',
  'logGroupIdentifiers',
  'logGroupNames',
  'logGroupNamePrefix',
  'logGroupNamePattern',
  'logStreamNamePrefix',
  'filterName',
  'filterNamePrefix',
  'filterPattern',
  'destinationArn',
  'roleArn',
  'distribution',
  'metricTransformations',
  'metricName',
  'metricNamespace',
  'metricValue',
  'defaultValue',
  'unit',
  'dimensions',
  'logEventMessages',
  'queryString',
  'queryId',
  'startTime',
  'endTime',
  'limit',
  'nextToken',
  'resourceArn',
  'tagKeys',
]);

const CONSTRAINTS: readonly string[] = [
  'Member must have length less than or equal to #',
  'Member must have length greater than or equal to #',
  'Member must have value less than or equal to #',
  'Member must have value greater than or equal to #',
  'Member must satisfy regular expression pattern',
  'Member must satisfy enum value set',
  'Member must not be null',
];

/** Between a constraint error's values, which are the request's, and what is wrong with them. */
const CONSTRAINT_MARK = "' failed to satisfy constraint";

/**
 * The beginning of a text as far as it is known to be safe; undefined where nothing of it is. The cost is
 * that of its first few hundred characters, whatever its length.
 */
export function knownSentenceIn(text: string): string | undefined {
  const start = text.slice(0, MAX_LENGTH).trimStart();
  return beginningOf(start, KNOWN_SENTENCES) ?? constraintIn(text);
}

/** "1 validation error detected: Value '…' at 'logGroupName' failed to satisfy constraint: Member must …" */
function constraintIn(text: string): string | undefined {
  // The last one: values stand before it, and may hold the same words.
  const mark = text.lastIndexOf(CONSTRAINT_MARK);
  if (mark === -1) return undefined;
  const member = /at '([A-Za-z0-9.]{1,128})$/.exec(text.slice(Math.max(0, mark - 160), mark))?.[1];
  if (member === undefined) return undefined;
  if (!member.split('.').every((part) => MEMBERS.has(part) || /^\d{1,5}$/.test(part))) return undefined;
  const [count = ''] = /^\d{1,3} validation errors? detected: /.exec(text) ?? [];
  const ruleAt = mark + CONSTRAINT_MARK.length;
  const rule = beginningOf(text.slice(ruleAt, ruleAt + MAX_LENGTH).replace(/^: /, ''), CONSTRAINTS);
  return `${count}a value at '${member}${CONSTRAINT_MARK}${rule === undefined ? '' : `: ${rule}`}`;
}

/** The part of a text that one of some sentences makes up, if it begins with it. */
function beginningOf(text: string, sentences: readonly string[]): string | undefined {
  for (const sentence of sentences) {
    const end = endOfMatch(text, sentence);
    if (end === undefined) continue;
    const next = text.slice(end, end + 1);
    // A longer word, or number, is another one.
    if (!/\w/.test(next)) return text.slice(0, next === '.' ? end + 1 : end);
  }
  return undefined;
}

function endOfMatch(text: string, sentence: string): number | undefined {
  let at = 0;
  for (const character of sentence) {
    if (character !== '#') {
      if (text[at] !== character) return undefined;
      at++;
      continue;
    }
    const digits = /^\d{1,10}/.exec(text.slice(at, at + 10))?.[0];
    if (digits === undefined) return undefined;
    at += digits.length;
  }
  return at;
}
