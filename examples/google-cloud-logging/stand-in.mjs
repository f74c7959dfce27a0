// Takes Google's place for this example and its tests: the token endpoint, which checks who signed, and entries.write.
import { generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { URLSearchParams } from 'node:url';

const MAX_REQUEST_BYTES = 10_000_000;
const MAX_ENTRY_BYTES = 256_000;
const MAX_AHEAD_MILLIS = 86_400_000;
const MAX_CLOCK_SECONDS = 300;
const SCOPE = 'https://www.googleapis.com/auth/logging.write';

const SEVERITIES = 'DEFAULT DEBUG INFO NOTICE WARNING ERROR CRITICAL ALERT EMERGENCY'.split(' ');
const REQUEST = ['logName', 'resource', 'labels', 'partialSuccess', 'dryRun', 'entries'];
const ENTRY = ['insertId', 'timestamp', 'severity', 'labels', 'trace', 'spanId', 'traceSampled'];
const PAYLOADS = ['jsonPayload', 'textPayload', 'protoPayload'];

/** What the key file of a service account holds; its public key is for the stand-in. */
export function makeServiceAccount(projectId = 'demo-project') {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    publicKey,
    key: {
      type: 'service_account',
      project_id: projectId,
      private_key_id: randomBytes(20).toString('hex'),
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: `logs@${projectId}.iam.gserviceaccount.com`,
    },
  };
}

/**
 * @param {object} settings
 * @param settings.account - of `makeServiceAccount`
 * @param {number} [settings.tokenSeconds] - how long a token is valid
 * @returns what `runConformance` wants of a stand-in, and what is stored: `entries`, and how often a token was asked for
 */
export async function startGoogle({ account, tokenSeconds = 3599 }) {
  const entries = new Map();
  const tokens = new Map();
  let tokenRequests = 0;
  let unwanted;

  function giveToken(headers, text) {
    tokenRequests++;
    if (headers['content-type'] !== 'application/x-www-form-urlencoded')
      return [400, { error: 'invalid_request' }];
    const form = new URLSearchParams(text);
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return [400, { error: 'unsupported_grant_type' }];
    const wrong = problemOfAssertion(form.get('assertion') ?? '', account);
    if (wrong) return [400, { error: 'invalid_grant', error_description: wrong }];
    const token = randomBytes(16).toString('hex');
    tokens.set(token, Date.now() + tokenSeconds * 1000);
    return [200, { access_token: token, token_type: 'Bearer', expires_in: tokenSeconds }];
  }

  function write({ authorization = '', ...headers }, text) {
    if (!(tokens.get(authorization.replace(/^Bearer /, '')) > Date.now()))
      return failure(401, 16, 'no token');
    if (headers['content-type'] !== 'application/json') return failure(400, 3, 'no JSON');
    if (Buffer.byteLength(text) > MAX_REQUEST_BYTES) return failure(400, 3, 'Request payload size exceeds');
    const body = JSON.parse(text);
    const wrong = problemOfRequest(body, account.key.project_id);
    if (wrong) return failure(400, 3, wrong);
    const errors = {};
    for (const [index, entry] of body.entries.entries()) {
      const problem =
        problemOfEntry(entry, account.key.project_id) ??
        (unwanted !== undefined && JSON.stringify(entry).includes(unwanted) ? 'unwanted' : undefined);
      if (problem) errors[index] = { code: 3, message: problem };
    }
    const failed = Object.keys(errors).length;
    const areAllFailed = failed === body.entries.length;
    // Without partialSuccess one that is wrong spoils all; and where nothing is written, none is named.
    if (failed > 0 && (!body.partialSuccess || areAllFailed))
      return failure(400, 3, Object.values(errors)[0].message);
    for (const [index, entry] of body.entries.entries()) {
      // Of two with one id and one time, a query finds one.
      const key = entry.insertId ? `${entry.insertId} ${entry.timestamp}` : randomBytes(8).toString('hex');
      if (errors[index] === undefined && !body.dryRun) {
        const { logName, resource } = body;
        entries.set(key, { logName, resource, ...entry, labels: { ...body.labels, ...entry.labels } });
      }
    }
    if (failed === 0) return [200, {}];
    const type = 'type.googleapis.com/google.logging.v2.WriteLogEntriesPartialErrors';
    return failure(400, 3, 'some entries failed', [{ '@type': type, logEntryErrors: errors }]);
  }

  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status, content) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      const text = Buffer.concat(chunks).toString();
      const route = `${request.method} ${request.url}`;
      try {
        if (route === 'POST /token') return answer(...giveToken(request.headers, text));
        if (route === 'POST /v2/entries:write') return answer(...write(request.headers, text));
        return answer(...failure(404, 5, 'not found'));
      } catch (error) {
        return answer(...failure(400, 3, String(error)));
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    entries: () => [...entries.values()],
    stored: () => [...entries.values()].map((entry) => JSON.stringify(entry)),
    tokenRequests: () => tokenRequests,
    refuse: (text) => void (unwanted = text),
    expireCredentials: () => tokens.clear(),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function failure(status, code, message, details) {
  return [status, { error: { code: status, message, status: `CODE_${code}`, ...(details && { details }) } }];
}

function problemOfAssertion(assertion, { publicKey, key }) {
  const [head, claims, signature] = assertion.split('.');
  const read = (part) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
  const { alg, typ, kid } = read(head);
  if (alg !== 'RS256' || typ !== 'JWT' || kid !== key.private_key_id) return 'Invalid JWT header.';
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify('RSA-SHA256', signed, publicKey, Buffer.from(signature ?? '', 'base64url')))
    return 'Invalid JWT Signature.';
  const { iss, scope, aud, iat, exp } = read(claims);
  const now = Date.now() / 1000;
  if (iss !== key.client_email) return 'Invalid grant: account not found';
  if (scope !== SCOPE) return 'Invalid scope';
  // The proxy of the conformance kit has a port of its own.
  if (!/^http:\/\/127\.0\.0\.1:\d+\/token$/.test(aud)) return 'Invalid audience';
  if (!(iat < now + MAX_CLOCK_SECONDS && exp > now && exp - iat <= 3600))
    return 'Invalid JWT: Token must be a short-lived token (60 minutes)';
  return undefined;
}

function problemOfRequest(body, projectId) {
  const unknown = Object.keys(body).find((name) => !REQUEST.includes(name));
  if (unknown) return `Unknown name "${unknown}": Cannot find field.`;
  if (!new RegExp(`^projects/${projectId}/logs/[\\w.%-]{1,511}$`).test(body.logName))
    return 'Log name is invalid';
  if (typeof body.resource?.type !== 'string' || !areTexts(body.resource.labels))
    return 'A monitored resource is required';
  if (!areTexts(body.labels)) return 'labels are texts';
  if (!Array.isArray(body.entries) || body.entries.length === 0) return 'No log entries are given';
  const known = [...ENTRY, ...PAYLOADS];
  const field = body.entries.flatMap(Object.keys).find((name) => !known.includes(name));
  return field && `Unknown name "${field}" at 'entries': Cannot find field.`;
}

function problemOfEntry(entry, projectId) {
  if (PAYLOADS.filter((name) => entry[name] !== undefined).length !== 1) return 'one payload is wanted';
  if (Buffer.byteLength(JSON.stringify(entry)) > MAX_ENTRY_BYTES)
    return 'Log entry with size exceeds maximum';
  if (!SEVERITIES.includes(entry.severity)) return `severity ${entry.severity}`;
  if (entry.timestamp !== undefined) {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(entry.timestamp)) return 'timestamp is not RFC 3339';
    if (Date.parse(entry.timestamp) > Date.now() + MAX_AHEAD_MILLIS) return 'timestamp is in the future';
  }
  if (
    entry.trace !== undefined &&
    !new RegExp(`^projects/${projectId}/traces/[0-9a-f]{32}$`).test(entry.trace)
  )
    return `trace ${entry.trace}`;
  if (entry.spanId !== undefined && !/^[0-9a-f]{16}$/.test(entry.spanId)) return `spanId ${entry.spanId}`;
  if (!areTexts(entry.labels) || Object.keys(entry.labels ?? {}).length > 64) return 'labels are 64 texts';
  return undefined;
}

function areTexts(labels = {}) {
  return Object.values(labels).every((value) => typeof value === 'string');
}
