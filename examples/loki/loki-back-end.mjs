// Grafana Loki as a back end: its push API over HTTP. See README.md.
import {
  checkOption,
  classifyHttp,
  cutUtf8,
  encodeWithin,
  httpAuthorization,
  httpUrl,
  plainLogRecord,
  requireHttpSuccess,
  sendOverHttp,
  textLabels,
} from 'opentelemetry-cloudwatch-logs/base';

// Loki's defaults (limits_config): what is longer it would refuse, and with it nothing that it could store.
const MAX_LABELS = 15;
const MAX_LINE_BYTES = 256 * 1024;
const LABELS = { cleanName, maxNameBytes: 1024, maxValueBytes: 2048 };
const METADATA = { cleanName, maxLabels: 128, maxBytes: 60 * 1024 };

/** Characters that a tenant may have; Loki takes 150 of them. */
const TENANT = /^(?!\.{1,2}$)[\w!.*'()-]{1,150}$/;

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
export function lokiBackEnd(options) {
  const {
    url: address,
    labels = {},
    labelsFrom = ['service.name', 'severity'],
    tenant,
    ...credentials
  } = options;
  const url = httpUrl('url', address, 'loki/api/v1/push');
  const authorization = httpAuthorization(credentials);
  if (tenant !== undefined && typeof tenant !== 'function') checkTenant(tenant);
  const count = Object.keys(labels).length + labelsFrom.length;
  checkOption(count <= MAX_LABELS, 'labelsFrom', `be at most ${MAX_LABELS} together with labels`, count);

  const post = (json, destination, signal) => {
    const headers = { ...authorization, ...(tenant !== undefined && { 'x-scope-orgid': destination }) };
    return sendOverHttp({ url, headers, json, gzip: true, signal });
  };

  return {
    name: 'loki',
    limits: { maxEvents: 1000, maxBytes: 1_000_000, maxEventBytes: 600_000 },

    encode(record, { maxBytes }) {
      const plain = plainLogRecord(record);
      const of = { ...plain.resource, ...plain.attributes, severity: plain.severityText };
      const dynamic = Object.fromEntries(labelsFrom.map((name) => [name, of[name]]));
      const stream = JSON.stringify(streamOf({ ...labels, ...dynamic }));
      const nanos = nanosOf(plain);
      const encoded = encodeWithin(plain, maxBytes, (fitting) => {
        const line = cutUtf8(fitting.bodyText, MAX_LINE_BYTES);
        return `${stream}\n${JSON.stringify([nanos, line, metadataOf(fitting)])}`;
      });
      const destination = typeof tenant === 'function' ? checkTenant(tenant(plain)) : tenant;
      return { ...encoded, destination };
    },

    async send({ destination, events }, { signal }) {
      const streams = new Map();
      for (const { text } of events) {
        const [stream, value] = text.split('\n');
        const values = streams.get(stream);
        if (values) values.push(value);
        else streams.set(stream, [value]);
      }
      const list = Array.from(streams, ([stream, values]) => `{"stream":${stream},"values":[${values}]}`);
      return await post(`{"streams":[${list}]}`, destination, signal);
    },

    // Another success, 260 by default, says that Loki takes nothing for now (block_ingestion_until). By 400 it has stored what is
    // valid: halves are sent until what is not stands alone, and Loki keeps a line of one time once.
    classify: (answer) => classifyHttp(answer, { accepted: [204] }),

    async health({ signal }) {
      const answer = await post('{"streams":[]}', typeof tenant === 'string' ? tenant : 'health', signal);
      // It knows who asks, and misses streams.
      requireHttpSuccess(answer, [204, 400, 422]);
    },
  };
}

function checkTenant(tenant) {
  const isTenant = typeof tenant === 'string' && TENANT.test(tenant);
  checkOption(isTenant, 'tenant', "be 1 to 150 letters, digits and ! - _ . * ' ( )", tenant);
  return tenant;
}

/** A stream has one label at least. */
function streamOf(values) {
  const labels = textLabels(values, LABELS);
  return Object.keys(labels).length > 0 ? labels : { service_name: 'unknown_service' };
}

/** Two underscores begin labels of Loki's own. */
function cleanName(name) {
  return name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?:__+|(?=\d))/, '_') || '_';
}

/** What belongs to the line and is no label: ids, and all attributes, as many as Loki takes. */
function metadataOf({ traceId, spanId, severityText, scopeName, attributes }) {
  const known = { trace_id: traceId, span_id: spanId, severity_text: severityText, scope_name: scopeName };
  return textLabels({ ...known, ...attributes }, METADATA);
}

/** JavaScript's clock has microseconds at best. The last digits count, since Loki keeps one of two equal lines of one time. */
function nanosOf({ timestampNanos: nanos }) {
  if (!nanos.endsWith('000')) return nanos;
  return nanos.slice(0, -3) + String(lines++ % 1000).padStart(3, '0');
}
