// Google Cloud Logging as a back end: entries.write over HTTP, by a service account. See README.md.
import {
  checkOption,
  classifyHttp,
  encodeWithin,
  httpUrl,
  jsonOf,
  jwtBearer,
  plainLogRecord,
  requireHttpSuccess,
  rfc3339,
  sendOverHttp,
  severityName,
  textLabels,
} from 'opentelemetry-cloudwatch-logs/base';

/** Cloud Logging takes 256 KB of an entry, by its own way of counting: what JSON and the request add is left room for. */
const MAX_ENTRY_BYTES = 240_000;
const MAX_LABELS = 64;

/** Severities of Cloud Logging's, by the severity number of OpenTelemetry (1 to 24) from which on they stand. */
const SEVERITIES = {
  ...{ 1: 'DEBUG', 9: 'INFO', 11: 'NOTICE', 13: 'WARNING' },
  ...{ 17: 'ERROR', 21: 'CRITICAL', 23: 'ALERT', 24: 'EMERGENCY' },
};

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
  const account = { token_uri: 'https://oauth2.googleapis.com/token', ...serviceAccount };
  const rule = 'be what the key file of a service account holds, client_email and private_key';
  checkOption(typeof account.client_email === 'string', 'serviceAccount', rule, account.client_email);
  const authenticate = jwtBearer('serviceAccount.private_key', {
    url: account.token_uri,
    issuer: account.client_email,
    privateKey: account.private_key,
    keyId: account.private_key_id,
    claims: { scope: 'https://www.googleapis.com/auth/logging.write' },
  });
  checkOption(/^[a-z0-9.:-]{1,100}$/.test(projectId ?? ''), 'projectId', 'be the id of a project', projectId);
  checkOption(/^[\w/.-]{1,511}$/.test(logId), 'logId', 'be 1 to 511 letters, digits and / _ - .', logId);
  checkOption(typeof resource.type === 'string', 'resource', 'have a type, like global', resource.type);
  // What an entry has of its own goes beside them.
  const count = Object.keys(labels).length;
  checkOption(count <= MAX_LABELS, 'labels', `be at most ${MAX_LABELS}`, count);
  const labelRules = { maxLabels: MAX_LABELS - count, maxNameBytes: 512, maxValueBytes: 65_536 };
  const write = httpUrl('url', url, 'v2/entries:write');
  const frame = {
    logName: `projects/${projectId}/logs/${encodeURIComponent(logId)}`,
    resource: { type: resource.type, labels: { project_id: projectId, ...resource.labels } },
    labels,
    partialSuccess: true,
  };

  const post = (entries, { signal, credentials }, dryRun = false) => {
    const start = JSON.stringify({ ...frame, dryRun }).slice(0, -1);
    const headers = { authorization: `Bearer ${credentials}` };
    return sendOverHttp({ url: write, headers, json: `${start},"entries":[${entries}]}`, signal });
  };

  return {
    name: 'google-cloud-logging',
    // Google takes 10 MB in a request: the rest is for what stands around the entries.
    limits: { maxEvents: 1000, maxBytes: 9_500_000, maxEventBytes: MAX_ENTRY_BYTES },

    encode(record, { id, maxBytes }) {
      const plain = plainLogRecord(record);
      const { traceId, spanId, traceFlags, resource: of, scopeName } = plain;
      const known = {
        // Of two entries with one id and one time Cloud Logging shows one.
        insertId: id,
        timestamp: rfc3339(plain.timestampNanos),
        severity: severityName(plain.severityNumber, SEVERITIES) ?? 'DEFAULT',
        // Cloud Logging finds entries by labels as well as by the payload.
        labels: textLabels({ ...of, 'otel.scope.name': scopeName }, labelRules),
        trace: traceId && `projects/${projectId}/traces/${traceId}`,
        spanId,
        traceSampled: traceId && (traceFlags & 1) === 1,
      };
      return encodeWithin(plain, maxBytes, ({ attributes, body, bodyText }) => {
        const message = typeof body === 'object' && body !== null ? { body } : { message: bodyText };
        return JSON.stringify({ ...known, jsonPayload: { ...attributes, ...message } });
      });
    },

    authenticate,
    send: ({ events }, context) => post(events.map(({ text }) => text).join(','), context),

    classify(answer) {
      const rejected = rejectedBy(answer.response);
      if (rejected === 0) return classifyHttp(answer);
      return { kind: 'partially_rejected', rejected, detail: `HTTP ${answer.response.status}` };
    },

    async health(context) {
      const entry = { severity: 'DEBUG', textPayload: 'Would this be written?' };
      requireHttpSuccess(await post(JSON.stringify(entry), context, true));
    },
  };
}

/** How many entries an answer names as refused for good, all others being written (WriteLogEntriesPartialErrors). */
function rejectedBy(answer) {
  if (answer?.status !== 400 && answer?.status !== 403) return 0;
  const { details } = jsonOf(answer)?.error ?? {};
  // Of one that is longer than what is read of it halves are sent, and what was written keeps its insertId.
  return Object.keys(details?.find?.((detail) => detail?.logEntryErrors)?.logEntryErrors ?? {}).length;
}
