import { generateMessage, GROUPS, STREAMS, type GeneratedRequest } from './generate-request.js';
import { type Random } from './random.js';

/** A request to one of the endpoints that take logs or spans over HTTP; some are broken on purpose. */
export function generateIngestion(random: Random): GeneratedRequest {
  const make = random.pick([ndjson, structuredJson, hlc, otlpLogsJson, otlpTracesJson, otlpLogsProtobuf]);
  const { path, contentType, body } = make(random);
  const isBroken = random.chance(0.2);
  const target = random.chance(0.05) ? '/fuzz/none' : random.pick(GROUPS);
  const byQuery = path.startsWith('/ingest') && random.chance(0.3);
  const query = `?logGroup=${encodeURIComponent(target)}&logStream=${random.pick(STREAMS)}`;
  return {
    operation: path,
    path: byQuery ? `${path}${query}` : path,
    headers: {
      'content-type': isBroken && random.chance(0.1) ? 'text/plain' : contentType,
      ...(byQuery ? {} : { 'x-aws-log-group': target, 'x-aws-log-stream': random.pick(STREAMS) }),
      ...(random.chance(0.05) ? { authorization: random.pick(['Bearer x', 'Basic y', '']) } : {}),
    },
    body: isBroken ? mutated(random, body) : body,
  };
}

interface Ingestion {
  readonly path: string;
  readonly contentType: string;
  readonly body: string | Buffer;
}

function mutated(random: Random, body: string | Buffer): string | Buffer {
  if (typeof body === 'string') return random.mutate(body);
  const bytes = Buffer.from(body);
  for (let left = 1 + random.below(4); left > 0 && bytes.length > 0; left--) {
    bytes[random.below(bytes.length)] = random.below(256);
  }
  return random.chance(0.3) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes;
}

function record(random: Random): string {
  const timestamp = random.pick([Date.now(), String(Date.now()), new Date().toISOString(), 'soon', -1]);
  return random.chance(0.7)
    ? JSON.stringify({ timestamp, level: 'error', n: random.below(9), text: random.text(9) })
    : generateMessage(random);
}

function ndjson(random: Random): Ingestion {
  const body = random.many(1, 5, () => record(random)).join('\n');
  return { path: '/ingest/bulk', contentType: 'application/x-ndjson', body };
}

function structuredJson(random: Random): Ingestion {
  const objects = random.many(1, 4, () => JSON.stringify({ level: 'info', n: random.text(5) }));
  const body = random.chance(0.5) ? objects[0]! : `[${objects.join(', ')}]`;
  return { path: '/ingest/json', contentType: 'application/json', body };
}

function hlc(random: Random): Ingestion {
  const body = random
    .many(1, 4, () => JSON.stringify({ event: { message: random.text(20) }, time: Date.now() / 1000 }))
    .join('');
  return { path: '/services/collector/event', contentType: 'application/json', body };
}

const nanos = () => `${Date.now()}000000`;
const hex = (random: Random, digits: number) =>
  random.many(digits, digits, () => random.below(16).toString(16)).join('');

function anyValue(random: Random, depth = 3): object {
  return random.pick([
    () => ({ stringValue: random.text(10) }),
    () => ({ intValue: String(random.below(1e9)) }),
    () => ({ doubleValue: random.next() }),
    () => ({ boolValue: true }),
    () => ({ bytesValue: 'AAEC' }),
    () => (depth > 0 ? { arrayValue: { values: [anyValue(random, depth - 1)] } } : {}),
    () => (depth > 0 ? { kvlistValue: { values: [{ key: 'k', value: anyValue(random, depth - 1) }] } } : {}),
  ])();
}

const attributes = (random: Random) =>
  random.many(0, 3, () => ({ key: random.pick(['a', 'b.c', 'http.route']), value: anyValue(random) }));

function otlpLogsJson(random: Random): Ingestion {
  const logRecords = random.many(1, 4, () => ({
    timeUnixNano: nanos(),
    severityNumber: random.below(25),
    severityText: 'INFO',
    body: anyValue(random),
    attributes: attributes(random),
    traceId: hex(random, 32),
    spanId: hex(random, 16),
  }));
  const resource = { attributes: attributes(random) };
  const body = JSON.stringify({
    resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 's' }, logRecords }] }],
  });
  return { path: '/v1/logs', contentType: 'application/json', body };
}

function otlpTracesJson(random: Random): Ingestion {
  const spans = random.many(1, 3, () => ({
    traceId: hex(random, 32),
    spanId: hex(random, 16),
    name: random.text(8),
    kind: random.below(6),
    startTimeUnixNano: nanos(),
    endTimeUnixNano: nanos(),
    attributes: attributes(random),
    status: { code: random.below(3) },
  }));
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  return { path: '/v1/traces', contentType: 'application/json', body };
}

/** An ExportLogsServiceRequest on the wire. */
function otlpLogsProtobuf(random: Random): Ingestion {
  const record = Buffer.concat([
    fixed64(1, BigInt(nanos())),
    field(2, varint(9)),
    bytes(3, Buffer.from('INFO')),
    bytes(5, bytes(1, Buffer.from(random.text(20)))),
    bytes(6, Buffer.concat([bytes(1, Buffer.from('key')), bytes(2, field(3, varint(random.below(1000))))])),
    bytes(9, Buffer.from(hex(random, 32), 'hex')),
    bytes(10, Buffer.from(hex(random, 16), 'hex')),
  ]);
  const scopeLogs = Buffer.concat(random.many(1, 3, () => bytes(2, record)));
  return { path: '/v1/logs', contentType: 'application/x-protobuf', body: bytes(1, bytes(2, scopeLogs)) };
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return Buffer.from([...out, rest]);
}

function field(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint(number * 8), value]);
}

function bytes(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

function fixed64(number: number, value: bigint): Buffer {
  const encoded = Buffer.alloc(8);
  encoded.writeBigUInt64LE(value);
  return Buffer.concat([varint(number * 8 + 1), encoded]);
}
