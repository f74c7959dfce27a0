import { type Value } from './value.js';

const LAMBDA_GROUP_PREFIX = '/aws/lambda/';
const PLATFORM_LINE = /^(START|END|REPORT) RequestId: ([0-9a-zA-Z-]{8,64})\b/;
const PLATFORM_NAMES = /^(?:START|END|REPORT) RequestId: /;

/** `2024-05-19T06:10:16.682Z <request id> INFO …` (Node.js), `[INFO] <time> <request id> …` (Python): tabs between. */
const APPLICATION_LINE =
  /^(?:\[[A-Z]+\]\t)?\d{4}-\d{2}-\d{2}T[\d:.]+Z\t([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\t/;

/**
 * What Lambda writes of a failed invocation: `<time> <request id> Task timed out after 3.00 seconds`,
 * `RequestId: <request id> Error: Runtime exited …`. AWS's own queries for these lines ask for @requestId.
 */
const FAILURE_LINE =
  /^(?:\d{4}-\d{2}-\d{2}T[\d:.]+Z|RequestId:) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}) /;

const REPORT_PARTS: readonly (readonly [field: string, part: RegExp, factor: number])[] = [
  ['@duration', /\tDuration: (\d+(?:\.\d+)?) ms/, 1],
  ['@billedDuration', /\tBilled Duration: (\d+(?:\.\d+)?) ms/, 1],
  // Seen in real answers: a megabyte is 10^6 bytes.
  ['@memorySize', /\tMemory Size: (\d+(?:\.\d+)?) MB/, 1_000_000],
  ['@maxMemoryUsed', /\tMax Memory Used: (\d+(?:\.\d+)?) MB/, 1_000_000],
  ['@initDuration', /\tInit Duration: (\d+(?:\.\d+)?) ms/, 1],
];
const XRAY = /XRAY TraceId: (\S+)(?:\s+SegmentId: (\S+))?/;

/**
 * Whether an event is a Lambda function's: by its group's name, or by the shape of its line. In such lines
 * the first JSON fragment is discovered too.
 */
export function isLambdaEvent(message: string, logGroupName: string | undefined): boolean {
  if (logGroupName?.startsWith(LAMBDA_GROUP_PREFIX) === true) return true;
  return PLATFORM_NAMES.test(message) || APPLICATION_LINE.test(message);
}

/** The fields of the lines that Lambda itself writes, and the request id of an application's. */
export function lambdaFields(message: string): ReadonlyMap<string, Value> {
  const fields = new Map<string, Value>();
  const platform = PLATFORM_LINE.exec(message);
  const requestId = platform?.[2] ?? APPLICATION_LINE.exec(message)?.[1] ?? FAILURE_LINE.exec(message)?.[1];
  if (requestId !== undefined) fields.set('@requestId', requestId);
  if (platform) fields.set('@type', platform[1]!);
  if (platform?.[1] === 'REPORT') {
    for (const [field, part, factor] of REPORT_PARTS) {
      const match = part.exec(message);
      if (match) fields.set(field, javaDouble(Number(match[1]) * factor));
    }
  }
  const xray = XRAY.exec(message);
  if (xray) {
    fields.set('@xrayTraceId', xray[1]!);
    if (xray[2] !== undefined) fields.set('@xraySegmentId', xray[2]);
  }
  return fields;
}

/**
 * A number as Java prints a double: `15.0`, `6.7E7`. Seen in real answers for the numbers of REPORT lines.
 */
export function javaDouble(number: number): string {
  const size = Math.abs(number);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [digits, exponent] = number.toExponential().split('e');
    return `${withPoint(digits!)}E${Number(exponent)}`;
  }
  return withPoint(String(number));
}

function withPoint(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}
