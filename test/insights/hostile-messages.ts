/** A trace id that all of the messages have. */
export const TRACE_ID = '5b8efff798038103d269b633813fc60c';

const IDS = `"trace_id":"${TRACE_ID}","span_id":"aaaaaaaaaaaaaaaa"`;

const withMember = (name: string, json: string): string => `{${IDS},"${name}":${json}}`;

const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** No string, and none can be made of it: JSON may have these members itself. */
const NO_TEXT = '{"toString":1,"valueOf":null}';

/** Messages that whoever writes logs may write, by name: each small enough for one event. */
export const HOSTILE_MESSAGES: Readonly<Record<string, string>> = {
  'a body of 5,000 lists': withMember('body', lists(5_000)),
  'a body of 100,000 lists': withMember('body', lists(100_000)),
  'a body of 5,000 objects': withMember('body', objects(5_000)),
  'a message of 40,000 objects': withMember('message', objects(40_000)),
  'attributes of 5,000 objects': withMember('attributes', objects(5_000)),
  'a resource of 50,000 lists': withMember('resource', `{"attributes":{"service.name":${lists(50_000)}}}`),
  'an unknown member of 100,000 lists': withMember('z', lists(100_000)),
  'a stack trace of 50,000 lists': withMember('stackTrace', lists(50_000)),
  'a stack trace of what is no text': withMember('stackTrace', `[${NO_TEXT},"at x"]`),
  'a type that is no text': `{${IDS},"record":{},"type":${NO_TEXT}}`,
  'a type of 50,000 lists': `{${IDS},"record":{},"type":${lists(50_000)}}`,
  'a level that is no text': withMember('level', NO_TEXT),
  'an exception of what is no text': withMember(
    'error',
    `{"name":${NO_TEXT},"message":${lists(9_000)},"stack":[${NO_TEXT}]}`,
  ),
  'a name of an error of 9,000 lists': withMember('exception', `{"type":${lists(9_000)}}`),
  'a service that is no text': withMember('service', NO_TEXT),
  'members of prototypes': withMember('__proto__', '{"body":"x","trace_id":"y"}'),
  'constructor and hasOwnProperty': `{${IDS},"constructor":1,"hasOwnProperty":2,"attributes":{"toString":3,"hasOwnProperty":{}}}`,
  'a key of 100,000 characters': `{${IDS},"${'k'.repeat(100_000)}":1,"attributes":{"${'.'.repeat(50_000)}":{"a":1}}}`,
  '20,000 keys': `{${IDS},${Array.from({ length: 20_000 }, (_, n) => `"k${n}":${n}`).join()}}`,
  'numbers that no double holds': `{${IDS},"body":1${'0'.repeat(10_000)},"severity_number":1e999,"level":-1e308,"attributes":{"a":${'9'.repeat(50_000)}}}`,
  'a level of 10,000 digits': withMember('level', '9'.repeat(10_000)),
  'lone surrogates': `{${IDS},"body":"\ud800 \udfff \\ud800","service":"\udc00"}`,
  'terminal escapes': withMember('body', '"\\u001b[2J\\u009b31m\\u202e"'),
  'a body of 200,000 line feeds': withMember('body', JSON.stringify('\n'.repeat(100_000))),
  'a severity of 100,000 letters': withMember('severity_text', JSON.stringify('E'.repeat(100_000))),
  'a service of 100,000 letters': withMember('service', JSON.stringify('漢'.repeat(30_000))),
  'an X-Ray report of 100,000 blanks': `REPORT RequestId: x\tXRAY TraceId: 1-5b8efff7-98038103d269b633813fc60c\t${' '.repeat(100_000)}trace_id=${TRACE_ID}`,
  'a line of Lambda with 5,000 lists': `2026-11-21T07:30:00.000Z\tc6af9ac6-7b61-11e6-9a41-93e8deadbeef\tINFO\t{${IDS},"body":${lists(5_000)}} trace_id=${TRACE_ID}`,
  'JSON that ends early': `{${IDS},"body":${'['.repeat(5_000)} trace_id=${TRACE_ID}`,
};

const NANOS = 1_795_000_000_000_000_000n;

/** A span as `aws/spans` keeps it. */
export function spanMessage(spanId: string, parentSpanId: string | undefined, members = ''): string {
  const parent = parentSpanId === undefined ? '' : `"parentSpanId":"${parentSpanId}",`;
  return `{"traceId":"${TRACE_ID}","spanId":"${spanId}",${parent}"name":"s","startTimeUnixNano":"${NANOS}","durationNano":5000000${members}}`;
}

/** Spans in shapes that no application should have, by name. */
export const HOSTILE_SPANS: Readonly<Record<string, readonly string[]>> = {
  'a chain of 9,000': Array.from({ length: 9_000 }, (_, n) =>
    spanMessage(`s${n}`, n > 0 ? `s${n - 1}` : undefined),
  ),
  'a chain of 9,000, the innermost first': Array.from({ length: 9_000 }, (_, n) =>
    spanMessage(`s${n}`, `s${n + 1}`),
  ),
  'its own parent': [spanMessage('a', 'a')],
  'a circle of two': [spanMessage('a', 'b'), spanMessage('b', 'a')],
  'a circle of 9,000': Array.from({ length: 9_000 }, (_, n) => spanMessage(`s${n}`, `s${(n + 1) % 9_000}`)),
  'the same span four times, with other parents': [
    spanMessage('a', 'b'),
    spanMessage('a', 'a'),
    spanMessage('a', undefined),
    spanMessage('a', 'c'),
    spanMessage('b', 'a'),
  ],
  'names of prototypes': [spanMessage('__proto__', 'constructor'), spanMessage('constructor', '__proto__')],
  'times that no date holds': [
    spanMessage('a', undefined, `,"endTimeUnixNano":"${'9'.repeat(300)}"`),
    `{"traceId":"${TRACE_ID}","spanId":"b","name":"n","startTimeUnixNano":"${'9'.repeat(30)}","durationNano":1e300}`,
    `{"traceId":"${TRACE_ID}","spanId":"c","name":"n","startTimeUnixNano":-1e300,"kind":1e9,"status":{"code":1e300,"message":"x"}}`,
    `{"traceId":"${TRACE_ID}","spanId":"d","name":"n","startTimeUnixNano":"${'9'.repeat(5_000)}","durationNano":1}`,
  ],
};
