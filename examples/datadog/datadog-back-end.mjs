// Datadog as a back end: its logs API (v2) over HTTP. See README.md.
import {
  classifyHttp,
  cutUtf8,
  OptionError,
  plainLogRecord,
  requireHttpSuccess,
  sendOverHttp,
} from 'opentelemetry-cloudwatch-logs/base';

/** Datadog takes 1 MB of an entry and cuts what is longer wherever that is; here the message is cut, and the JSON stays whole. */
const MAX_ENTRY_BYTES = 1_000_000;
const MAX_TAG_CHARACTERS = 200;

/** Between which severity numbers of OpenTelemetry (1 to 24) a status of Datadog's begins. */
const STATUSES = [
  [21, 'emergency'],
  [17, 'error'],
  [13, 'warn'],
  [9, 'info'],
  [1, 'debug'],
];

/**
 * @param {object} options
 * @param {string} options.apiKey
 * @param {string} [options.site] - `datadoghq.com` by default; `datadoghq.eu`, `us5.datadoghq.com`
 * @param {string} [options.url] - of something that takes logs in place of the site, as a proxy does
 * @param {string} [options.source] - the integration whose pipeline reads them (`ddsource`)
 * @param {string} [options.service] - where the resource names none
 * @param {string} [options.hostname] - where the resource has no `host.name`
 * @param {Record<string, string>} [options.tags] - of every entry
 * @param {Record<string, string>} [options.tagsFrom] - a tag's name, and the attribute of resource or record that gives it: few
 *   values each
 * @returns {import('opentelemetry-cloudwatch-logs/base').BackEnd}
 */
export function datadogBackEnd({
  apiKey,
  site = 'datadoghq.com',
  url,
  source = 'nodejs',
  service = 'unknown_service',
  hostname,
  tags = {},
  tagsFrom = { env: 'deployment.environment.name', version: 'service.version' },
}) {
  if (typeof apiKey !== 'string' || !/^[\x21-\x7e]+$/.test(apiKey))
    throw new OptionError('apiKey', 'be an API key of Datadog');
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(site)) {
    throw new OptionError('site', 'be a site of Datadog, like datadoghq.eu', site);
  }
  if (url !== undefined && !URL.canParse(url))
    throw new OptionError('url', 'be an address like https://proxy.example', url);
  const intake = new URL('/api/v2/logs', url ?? `https://http-intake.logs.${site}`);
  const validation = new URL('/api/v1/validate', url ?? `https://api.${site}`);
  const headers = { 'dd-api-key': apiKey };

  return {
    name: 'datadog',
    // Datadog takes 5 MB in a request; delivery holds one MiB. Both brackets are two bytes.
    limits: { maxEvents: 1000, maxBytes: 1_048_000, maxEventBytes: MAX_ENTRY_BYTES },

    encode(record, { maxBytes }) {
      const plain = plainLogRecord(record);
      const { resource, attributes } = plain;
      const of = { ...resource, ...attributes };
      const dynamic = Object.entries(tagsFrom).map(([name, attribute]) => [name, of[attribute]]);
      const reserved = {
        ddsource: source,
        ddtags: tagsOf([...Object.entries(tags), ...dynamic]),
        hostname: resource['host.name'] ?? hostname,
        service: resource['service.name'] ?? service,
        status: STATUSES.find(([from]) => (plain.severityNumber ?? 0) >= from)?.[1] ?? 'info',
        timestamp: plain.timestampMillis,
        ...traceOf(plain),
      };
      const written = (message, others) => JSON.stringify({ ...others, ...reserved, message });
      // A message full of what JSON escapes is longer than it is; attributes that fill an entry alone are left out.
      for (let bytes = maxBytes; ; bytes /= 2) {
        const content = written(cutUtf8(plain.bodyText, bytes), bytes > 1024 ? attributes : {});
        if (Buffer.byteLength(content) <= maxBytes || bytes < 1)
          return { content, timestamp: plain.timestampMillis };
      }
    },

    async send({ events }, { signal }) {
      const body = `[${events.map(({ text }) => text).join(',')}]`;
      return await sendOverHttp({
        url: intake,
        headers: { ...headers, 'content-type': 'application/json' },
        body,
        gzip: true,
        signal,
      });
    },

    classify(answer) {
      const { status = 0 } = answer.response ?? {};
      // It accepts by 202 alone: any other success is that of something between. 403 is a key that is not valid.
      if (status >= 200 && status < 300 && status !== 202)
        return { kind: 'denied', detail: `HTTP ${status}` };
      return classifyHttp(answer);
    },

    async health({ signal }) {
      requireHttpSuccess(await sendOverHttp({ url: validation, method: 'GET', headers, signal }));
    },
  };
}

/** `name:value` as Datadog writes tags: lower case, no commas, which end one. */
function tagsOf(tags) {
  const clean = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}_:./-]/gu, '_');
  return tags
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => clean(`${name}:${value}`).slice(0, MAX_TAG_CHARACTERS).toWellFormed())
    .join(',');
}

/** Datadog's own tracers write the lower 64 bits in decimal; what OpenTelemetry's ids are stands beside them. */
function traceOf({ traceId, spanId }) {
  if (traceId === undefined) return {};
  return {
    'dd.trace_id': BigInt(`0x${traceId.slice(16)}`).toString(),
    'dd.span_id': BigInt(`0x${spanId}`).toString(),
    'otel.trace_id': traceId,
    'otel.span_id': spanId,
  };
}
