// Takes Loki's place for this example and its tests: what its push API refuses, this refuses, by the same limits.
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const MAX_AGE_NANOS = 7n * 86_400n * 1_000_000_000n;
const MAX_AHEAD_NANOS = 600n * 1_000_000_000n;

/**
 * @param {object} [settings]
 * @param {string} [settings.authorization] - the header without which it answers 401
 * @param {boolean} [settings.tenants] - whether a request must say whose it is
 * @returns what `runConformance` wants of a stand-in, and what is stored: `entries` of `{ tenant, stream, nanos, line, metadata }`
 */
export async function startLoki({ authorization, tenants = false } = {}) {
  const entries = new Map();
  let unwanted;

  function push(tenant, body) {
    if (!Array.isArray(body.streams)) return [400, 'streams must be an array'];
    if (body.streams.length === 0) return [422, 'error at least one valid stream is required for ingestion'];
    let problem;
    for (const { stream, values } of body.streams) {
      const wrong = problemOfLabels(stream);
      if (wrong) problem = wrong;
      else for (const value of values) problem = store(tenant, stream, value) ?? problem;
    }
    // What is valid is stored, though the answer is an error.
    return problem ? [400, problem] : [204, ''];
  }

  function store(tenant, stream, value) {
    const [nanos, line, metadata = {}] = value;
    if (typeof nanos !== 'string' || !/^\d{19}$/.test(nanos))
      return 'a timestamp must be nanoseconds in a string';
    if (typeof line !== 'string' || value.length > 3)
      return 'an entry is a time, a line, and structured metadata';
    const now = BigInt(Date.now()) * 1_000_000n;
    if (BigInt(nanos) < now - MAX_AGE_NANOS)
      return `entry for stream '${JSON.stringify(stream)}' has timestamp too old`;
    if (BigInt(nanos) > now + MAX_AHEAD_NANOS) return 'entry has timestamp too new';
    if (Buffer.byteLength(line) > 256 * 1024) return 'Max entry size exceeded';
    const wrong = problemOfMetadata(metadata);
    if (wrong) return wrong;
    if (unwanted !== undefined && line.includes(unwanted)) return 'this test does not want it';
    // Of two lines that are the same at the same time it keeps one.
    entries.set(JSON.stringify([tenant, stream, nanos, line]), { tenant, stream, nanos, line, metadata });
    return undefined;
  }

  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status, text) => response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
      const { headers, method, url } = request;
      if (authorization !== undefined && headers.authorization !== authorization) return answer(401, 'no');
      if (url !== '/loki/api/v1/push' || method !== 'POST') return answer(404, 'not found');
      const tenant = headers['x-scope-orgid'];
      if (tenants && tenant === undefined) return answer(401, 'no org id');
      if (headers['content-type'] !== 'application/json') return answer(400, 'snappy: corrupt input');
      const bytes = Buffer.concat(chunks);
      try {
        const body = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
        return answer(...push(tenants ? tenant : 'fake', JSON.parse(body.toString())));
      } catch (error) {
        return answer(400, String(error));
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    entries: () => [...entries.values()],
    stored: () => [...entries.values()].map(({ line }) => line),
    refuse: (text) => void (unwanted = text),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function problemOfLabels(stream) {
  const labels = Object.entries(stream ?? {});
  if (labels.length === 0) return 'error at least one label pair is required per stream';
  if (labels.filter(([name]) => name !== 'service_name').length > 15) return 'too many label names; limit 15';
  for (const [name, value] of labels) {
    if (!LABEL_NAME.test(name) || name.startsWith('__')) return `Error parsing labels: ${name}`;
    if (name.length > 1024) return 'label name too long';
    if (typeof value !== 'string') return 'label values are strings';
    if (Buffer.byteLength(value) > 2048) return 'label value too long';
  }
  return undefined;
}

function problemOfMetadata(metadata) {
  const all = Object.entries(metadata);
  if (all.some(([, value]) => typeof value !== 'string')) return 'structured metadata are strings';
  if (all.length > 128) return 'structured metadata too many';
  const bytes = all.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  return bytes > 64 * 1024 ? 'structured metadata too large' : undefined;
}
