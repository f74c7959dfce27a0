// Google Cloud Logging as a back end: entries.write over HTTP, by a service account. See README.md.
import { createPrivateKey, sign } from 'node:crypto';
import { URLSearchParams } from 'node:url';
import {
  classifyHttp,
  cutUtf8,
  HttpStatusError,
  OptionError,
  plainLogRecord,
  requireHttpSuccess,
  sendOverHttp,
} from 'opentelemetry-cloudwatch-logs/base';

/** Cloud Logging takes 256 KB of an entry, by its own way of counting: what JSON and the request add is left room for. */
const MAX_ENTRY_BYTES = 240_000;
const MAX_LABELS = 64;
const MAX_LABEL_NAME_BYTES = 512;
const MAX_LABEL_VALUE_BYTES = 64 * 1024;

const SCOPE = 'https://www.googleapis.com/auth/logging.write';
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const TOKEN_SECONDS = 3600;

/** Between which severity numbers of OpenTelemetry (1 to 24) a severity of Cloud Logging's begins. */
const SEVERITIES = [
  [24, 'EMERGENCY'],
  [23, 'ALERT'],
  [21, 'CRITICAL'],
  [17, 'ERROR'],
  [13, 'WARNING'],
  [11, 'NOTICE'],
  [9, 'INFO'],
  [1, 'DEBUG'],
];

/**
 * @param {object} options
 * @param {{ client_email: string, private_key: string, private_key_id?: string, project_id?: string, token_uri?: string }} options.serviceAccount -
 *   the key file of a service account that may write logs (roles/logging.logWriter)
 * @param {string} [options.projectId] - where the logs are, when that is not the service account's project
 * @param {string} [options.logId] - name of the log within the project
 * @param {{ type: string, labels?: Record<string, string> }} [options.resource] - a monitored resource, `global` by default
 * @param {Record<string, string>} [options.labels] - of every entry
 * @param {string} [options.url] - of something that takes entries in place of Google
 * @returns {import('opentelemetry-cloudwatch-logs/base').BackEnd<any, string>}
 */
export function googleCloudLoggingBackEnd({
  serviceAccount,
  projectId = serviceAccount?.project_id,
  logId = 'application',
  resource = { type: 'global' },
  labels = {},
  url = 'https://logging.googleapis.com',
}) {
  const { client_email: email, token_uri: tokenUrl = 'https://oauth2.googleapis.com/token' } =
    serviceAccount ?? {};
  if (typeof email !== 'string') {
    throw new OptionError(
      'serviceAccount',
      'be what the key file of a service account holds, client_email and private_key',
      email,
    );
  }
  const key = privateKeyOf(serviceAccount.private_key);
  if (typeof projectId !== 'string' || !/^[a-z0-9.:-]{1,100}$/.test(projectId))
    throw new OptionError('projectId', 'be the id of a project', projectId);
  if (!/^[\w/.-]{1,511}$/.test(logId))
    throw new OptionError('logId', 'be 1 to 511 letters, digits and / _ - .', logId);
  if (typeof resource.type !== 'string')
    throw new OptionError('resource', 'have a type, like global', resource.type);
  const logName = `projects/${projectId}/logs/${encodeURIComponent(logId)}`;
  const write = new URL('/v2/entries:write', url);
  const frame = JSON.stringify({
    logName,
    resource: { type: resource.type, labels: { project_id: projectId, ...resource.labels } },
    labels,
    partialSuccess: true,
  }).slice(0, -1);

  const post = (entries, { signal, credentials }, dryRun = false) =>
    sendOverHttp({
      url: write,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${credentials}` },
      body: `${frame},"dryRun":${dryRun},"entries":[${entries.join(',')}]}`,
      signal,
    });

  return {
    name: 'google-cloud-logging',
    // Google takes 10 MB in a request; delivery holds one MiB.
    limits: { maxEvents: 1000, maxBytes: 1_000_000, maxEventBytes: MAX_ENTRY_BYTES },

    encode(record, { id, maxBytes }) {
      const plain = plainLogRecord(record);
      const { traceId, spanId, traceFlags, body, bodyText, attributes } = plain;
      const known = {
        // Of two entries with one id and one time Cloud Logging shows one.
        insertId: id,
        timestamp: timeOf(plain),
        severity: SEVERITIES.find(([from]) => (plain.severityNumber ?? 0) >= from)?.[1] ?? 'DEFAULT',
        labels: labelsOf(plain, MAX_LABELS - Object.keys(labels).length),
        ...(traceId !== undefined && {
          trace: `projects/${projectId}/traces/${traceId}`,
          spanId,
          traceSampled: (traceFlags & 1) === 1,
        }),
      };
      // A message full of what JSON escapes is longer than it is; attributes that fill an entry alone are left out.
      for (let bytes = maxBytes; ; bytes /= 2) {
        const isStructured = bytes === maxBytes && typeof body === 'object' && body !== null;
        const message = isStructured ? { body } : { message: cutUtf8(bodyText, bytes) };
        const payload = { ...(bytes > 1024 && attributes), ...message };
        const content = JSON.stringify({ ...known, jsonPayload: payload });
        if (Buffer.byteLength(content) <= maxBytes || bytes < 1)
          return { content, timestamp: plain.timestampMillis };
      }
    },

    async authenticate({ signal }) {
      const seconds = Math.floor(Date.now() / 1000);
      const claims = { iss: email, scope: SCOPE, aud: tokenUrl, iat: seconds, exp: seconds + TOKEN_SECONDS };
      const header = { alg: 'RS256', typ: 'JWT', kid: serviceAccount.private_key_id };
      const signed = `${base64(JSON.stringify(header))}.${base64(JSON.stringify(claims))}`;
      const assertion = `${signed}.${base64(sign('RSA-SHA256', Buffer.from(signed), key))}`;
      const answer = await sendOverHttp({
        url: tokenUrl,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: GRANT_TYPE, assertion }).toString(),
        signal,
      });
      const token = JSON.parse(requireHttpSuccess(answer).body);
      return { credentials: token.access_token, expiresAt: Date.now() + token.expires_in * 1000 };
    },

    send: ({ events }, context) =>
      post(
        events.map(({ text }) => text),
        context,
      ),

    classify(answer) {
      // What is refused by the token endpoint is the account, and no entry: 400 is a signature or clock that is wrong.
      if (answer.error instanceof HttpStatusError && answer.error.answer.status < 429)
        return { kind: 'denied', detail: `HTTP ${answer.error.answer.status} for a token` };
      const rejected = rejectedBy(answer.response);
      if (rejected > 0)
        return { kind: 'partially_rejected', rejected, detail: `HTTP ${answer.response.status}` };
      return classifyHttp(answer);
    },

    async health(context) {
      const entry = JSON.stringify({ severity: 'DEBUG', textPayload: 'Would this be written?' });
      requireHttpSuccess(await post([entry], context, true));
    },
  };
}

/** How many entries an answer names as refused for good, all others being written (WriteLogEntriesPartialErrors). */
function rejectedBy(response) {
  if (response === undefined || (response.status !== 400 && response.status !== 403)) return 0;
  try {
    const { details = [] } = JSON.parse(response.body).error;
    const { logEntryErrors } = details.find((detail) => detail.logEntryErrors !== undefined) ?? {};
    return Object.keys(logEntryErrors ?? {}).length;
  } catch {
    // Not Google's, or longer than what is read of it: halves are sent, and what was written keeps its insertId.
    return 0;
  }
}

/** What the resource says, and the logger's name; Cloud Logging finds entries by labels as well as by the payload. */
function labelsOf({ resource, scopeName }, max) {
  const all = { ...resource, 'otel.scope.name': scopeName };
  const labels = {};
  for (const [name, value] of Object.entries(all)) {
    if (value === undefined || value === null || value === '') continue;
    if (Object.keys(labels).length >= max) break;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    labels[cutUtf8(name, MAX_LABEL_NAME_BYTES)] = cutUtf8(text, MAX_LABEL_VALUE_BYTES);
  }
  return labels;
}

/** RFC 3339 with all nine digits. */
function timeOf({ timestampNanos }) {
  const millis = Number(BigInt(timestampNanos) / 1_000_000n);
  return `${new Date(millis).toISOString().slice(0, 19)}.${timestampNanos.slice(-9).padStart(9, '0')}Z`;
}

function privateKeyOf(pem) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Said below, without what was given.
  }
  throw new OptionError('serviceAccount.private_key', 'be an RSA key as PEM');
}

function base64(value) {
  return Buffer.from(value).toString('base64url');
}
