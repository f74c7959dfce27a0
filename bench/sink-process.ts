import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/*
 * The service's end of the wire, as a process of its own whose time is nobody's: it answers every request at
 * once, and counts the log events that came in where it is asked to.
 */

const TIMESTAMP = Buffer.from('"timestamp":');
const isCounting = process.argv[2] === 'count';
let requests = 0;
let bytes = 0;
let events = 0;

function countEvents(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(TIMESTAMP); at !== -1; at = body.indexOf(TIMESTAMP, at + 1)) count++;
  return count;
}

/** Answers that clients look into before they send: whatever stream they ask for is there. */
function answerTo(request: IncomingMessage, body: () => Buffer): string {
  const operation = String(request.headers['x-amz-target']).split('.')[1];
  if (operation === 'DescribeLogGroups') return '{"logGroups":[]}';
  if (operation === 'DescribeLogStreams') {
    const { logStreamNamePrefix } = JSON.parse(body().toString()) as { logStreamNamePrefix?: string };
    return JSON.stringify({ logStreams: [{ logStreamName: logStreamNamePrefix, uploadSequenceToken: '1' }] });
  }
  if (operation === 'PutLogEvents') return '{"nextSequenceToken":"1"}';
  return '{}';
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  const target = String(request.headers['x-amz-target']);
  const isEvents = target.endsWith('.PutLogEvents');
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if ((isCounting && isEvents) || target.endsWith('.DescribeLogStreams')) chunks.push(chunk);
  });
  request.on('end', () => {
    requests++;
    const isOtlp = request.headers['x-amz-target'] === undefined;
    const body = isOtlp ? '' : answerTo(request, () => Buffer.concat(chunks));
    response.writeHead(200, {
      'content-type': isOtlp ? 'application/x-protobuf' : 'application/x-amz-json-1.1',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
    if (!isCounting || !isEvents) return;
    const whole = Buffer.concat(chunks);
    events += countEvents(request.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.send!({ endpoint: `http://127.0.0.1:${(server.address() as { port: number }).port}` });
});
process.on('message', () => {
  process.send!({ requests, bytes, events });
});
process.on('disconnect', () => {
  process.exit();
});
