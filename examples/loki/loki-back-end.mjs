// Grafana Loki as a back end: its push API over HTTP. See README.md.
import {
  classifyHttp,
  cutUtf8,
  HttpStatusError,
  OptionError,
  plainLogRecord,
  sendOverHttp,
} from 'opentelemetry-cloudwatch-logs/base';

// Loki's defaults (limits_config): what is longer it would refuse, and with it nothing that it could store.
const MAX_LABELS = 15;
const MAX_LABEL_NAME_BYTES = 1024;
const MAX_LABEL_VALUE_BYTES = 2048;
const MAX_LINE_BYTES = 256 * 1024;
const MAX_METADATA = 128;
const MAX_METADATA_BYTES = 60 * 1024;

/** Characters that a tenant may have (Loki takes 150 of them), and those that a label's name may. */
const TENANT = /^(?!\.{1,2}$)[\w!.*'()-]{1,150}$/;
const NOT_IN_NAMES = /[^a-zA-Z0-9_]/g;

let lines = 0;

/**
 * @param {object} options
 * @param {string} options.url - where Loki is, without the path: `http://localhost:3100`
 * @param {string | ((record: import('opentelemetry-cloudwatch-logs/base').PlainLogRecord) => string)} [options.tenant] - whose
 *   logs they are (`X-Scope-OrgID`), where Loki has tenants; a function gives each record's
 * @param {string} [options.username] - with `password`, for basic authentication
 * @param {string} [options.password]
 * @param {string} [options.token] - for `Authorization: Bearer`
 * @param {Record<string, string>} [options.labels] - of every stream
 * @param {string[]} [options.labelsFrom] - attributes of resource or record that become labels, and `severity`: few, of few values
 * @returns {import('opentelemetry-cloudwatch-logs/base').BackEnd}
 */
export function lokiBackEnd({
  url,
  tenant,
  username,
  password,
  token,
  labels = {},
  labelsFrom = ['service.name', 'severity'],
}) {
  if (!URL.canParse(url)) throw new OptionError('url', 'be an address like http://localhost:3100', url);
  if (typeof tenant === 'string') checkTenant(tenant);
  if ((username === undefined) !== (password === undefined))
    throw new OptionError('password', 'stand with username');
  if (username !== undefined && token !== undefined) throw new OptionError('token', 'stand without username');
  const count = Object.keys(labels).length + labelsFrom.length;
  if (count > MAX_LABELS)
    throw new OptionError('labelsFrom', `be at most ${MAX_LABELS} together with labels`, count);
  const push = new URL('loki/api/v1/push', url.endsWith('/') ? url : `${url}/`);
  const basic = () => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const authorization = username === undefined ? token && `Bearer ${token}` : basic();

  const post = (body, destination, signal) =>
    sendOverHttp({
      url: push,
      headers: {
        'content-type': 'application/json',
        ...(authorization && { authorization }),
        ...(tenant !== undefined && { 'x-scope-orgid': destination }),
      },
      body,
      gzip: true,
      signal,
    });

  return {
    name: 'loki',
    limits: { maxEvents: 1000, maxBytes: 1_000_000, maxEventBytes: 600_000 },

    encode(record, { maxBytes }) {
      const plain = plainLogRecord(record);
      const of = { ...plain.resource, ...plain.attributes, severity: plain.severityText };
      const stream = JSON.stringify(
        cleaned({ ...labels, ...Object.fromEntries(labelsFrom.map((name) => [name, of[name]])) }),
      );
      const metadata = JSON.stringify(metadataOf(plain));
      // A line full of what JSON escapes is longer than it is.
      for (let bytes = MAX_LINE_BYTES; ; bytes /= 2) {
        const value = `["${nanosOf(plain)}",${JSON.stringify(cutUtf8(plain.bodyText, bytes))},${metadata}]`;
        const content = `${stream}\n${value}`;
        if (Buffer.byteLength(content) > maxBytes && bytes > 1) continue;
        const destination = typeof tenant === 'function' ? checkTenant(tenant(plain)) : tenant;
        return { content, timestamp: plain.timestampMillis, destination };
      }
    },

    async send({ destination, events }, { signal }) {
      const streams = new Map();
      for (const { text } of events) {
        const [stream, value] = text.split('\n');
        streams.set(stream, [...(streams.get(stream) ?? []), value]);
      }
      const list = [...streams].map(
        ([stream, values]) => `{"stream":${stream},"values":[${values.join(',')}]}`,
      );
      return await post(`{"streams":[${list.join(',')}]}`, destination, signal);
    },

    classify(answer) {
      const { status = 0 } = answer.response ?? {};
      // Loki says by a success, 260 by default, that it takes nothing for now (block_ingestion_until).
      if (status >= 200 && status < 300 && status !== 204)
        return { kind: 'denied', detail: `HTTP ${status}` };
      // 400: it has stored what is valid. Halves are sent until what is not stands alone; Loki keeps a line of one time once.
      return classifyHttp(answer);
    },

    async health({ signal }) {
      const answer = await post('{"streams":[]}', typeof tenant === 'string' ? tenant : 'health', signal);
      // It knows who asks, and misses streams.
      if (![204, 400, 422].includes(answer.status)) throw new HttpStatusError(answer);
    },
  };
}

function checkTenant(tenant) {
  if (TENANT.test(tenant)) return tenant;
  throw new OptionError('tenant', "be 1 to 150 letters, digits and ! - _ . * ' ( )", tenant);
}

/** Names and values as Loki takes them; a stream has one label at least. */
function cleaned(labels) {
  const clean = {};
  for (const [name, value] of Object.entries(labels)) {
    if (value === undefined || value === null || value === '') continue;
    clean[cleanName(name).slice(0, MAX_LABEL_NAME_BYTES)] = cutUtf8(textOf(value), MAX_LABEL_VALUE_BYTES);
  }
  return Object.keys(clean).length > 0 ? clean : { service_name: 'unknown_service' };
}

/** Two underscores begin labels of Loki's own. */
function cleanName(name) {
  return name.replace(NOT_IN_NAMES, '_').replace(/^(?:__+|(?=\d))/, '_') || '_';
}

/** What belongs to the line and is no label: ids, and all attributes, as many as Loki takes. */
function metadataOf({ traceId, spanId, severityText, scopeName, attributes }) {
  const metadata = {};
  let bytes = 0;
  const all = {
    trace_id: traceId,
    span_id: spanId,
    severity_text: severityText,
    scope_name: scopeName,
    ...attributes,
  };
  for (const [name, value] of Object.entries(all).slice(0, MAX_METADATA)) {
    if (value === undefined || value === null || value === '') continue;
    const [key, text] = [cleanName(name), textOf(value)];
    bytes += Buffer.byteLength(key) + Buffer.byteLength(text);
    if (bytes > MAX_METADATA_BYTES) break;
    if (!Object.hasOwn(metadata, key)) metadata[key] = text;
  }
  return metadata;
}

function textOf(value) {
  return (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();
}

/** JavaScript's clock has microseconds at best. The last digits count, since Loki keeps one of two equal lines of one time. */
function nanosOf({ timestampNanos }) {
  return timestampNanos.endsWith('000')
    ? timestampNanos.slice(0, -3) + String(lines++ % 1000).padStart(3, '0')
    : timestampNanos;
}
