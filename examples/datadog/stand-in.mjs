// Takes Datadog's place for this example and its tests: headers, shapes and limits are checked as its reference states them.
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

const MAX_PAYLOAD_BYTES = 5_000_000;
const MAX_ENTRY_BYTES = 1_000_000;
const MAX_ENTRIES = 1000;
const MAX_AGE_MILLIS = 18 * 3_600_000;
const MAX_AHEAD_MILLIS = 2 * 3_600_000;

const STATUSES = new Set([
  'emergency',
  'alert',
  'critical',
  'error',
  'warn',
  'notice',
  'info',
  'debug',
  'ok',
]);
const TEXTS = ['ddsource', 'ddtags', 'hostname', 'service', 'message'];

/**
 * @param {object} [settings]
 * @param {string} [settings.apiKey] - the one that it knows
 * @returns what `runConformance` wants of a stand-in, and what is stored: `entries`, of which `requests` say how they came
 */
export async function startDatadog({ apiKey = 'key-of-the-stand-in' } = {}) {
  const entries = [];
  const requests = [];
  let unwanted;

  function take(headers, bytes) {
    if (headers['content-type'] !== 'application/json') return [400, 'no JSON'];
    const body = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    if (body.length > MAX_PAYLOAD_BYTES) return [413, 'Payload too large'];
    const list = JSON.parse(body.toString());
    if (!Array.isArray(list) || list.length === 0) return [400, 'an array of entries is wanted'];
    if (list.length > MAX_ENTRIES) return [413, 'too many entries'];
    // One that is malformed spoils its request: nothing of it is stored.
    const wrong = list.map(problemOf).find(Boolean);
    if (wrong) return [400, wrong];
    if (unwanted !== undefined && list.some(({ message }) => message.includes(unwanted)))
      return [400, 'unwanted'];
    requests.push({ entries: list.length, bytes: body.length, encoding: headers['content-encoding'] });
    for (const entry of list) {
      // What is too old or too new is accepted, and not to be found.
      const age = Date.now() - entry.timestamp;
      if (age > MAX_AGE_MILLIS || age < -MAX_AHEAD_MILLIS) continue;
      const isCut = Buffer.byteLength(JSON.stringify(entry)) > MAX_ENTRY_BYTES;
      entries.push(isCut ? { ...entry, isCut } : entry);
    }
    return [202];
  }

  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, method, url } = request;
      const answer = (status, detail) =>
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(
            JSON.stringify(
              detail === undefined ? {} : { errors: [{ status: String(status), title: 'Error', detail }] },
            ),
          );
      const key = headers['dd-api-key'];
      if (key === undefined) return answer(401, 'a key is missing');
      if (key !== apiKey) return answer(403, 'the key is not valid');
      if (url === '/api/v1/validate' && method === 'GET') return answer(200);
      if (url !== '/api/v2/logs' || method !== 'POST') return answer(404, 'not found');
      try {
        return answer(...take(headers, Buffer.concat(chunks)));
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
    apiKey,
    requests,
    entries: () => entries,
    stored: () => entries.map(({ message }) => message),
    refuse: (text) => void (unwanted = text),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function problemOf(entry) {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'an entry is an object';
  if (typeof entry.message !== 'string') return 'message is missing';
  for (const name of TEXTS)
    if (entry[name] !== undefined && typeof entry[name] !== 'string') return `${name} is a text`;
  if (!STATUSES.has(entry.status)) return `status ${entry.status}`;
  if (!Number.isInteger(entry.timestamp)) return 'timestamp is in milliseconds';
  for (const tag of (entry.ddtags ?? '').split(',').filter((tag) => tag !== '')) {
    if (tag.length > 200 || !/^[\p{Ll}\p{Lo}\p{N}_./-]+:[\p{L}\p{N}_:./-]+$/u.test(tag)) return `tag ${tag}`;
  }
  for (const name of ['dd.trace_id', 'dd.span_id']) {
    const id = entry[name];
    if (id !== undefined && !(/^\d{1,20}$/.test(id) && BigInt(id) < 2n ** 64n)) return `${name} ${id}`;
  }
  return undefined;
}
