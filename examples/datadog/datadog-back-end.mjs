// Datadog as a back end: its logs API (v2) over HTTP. See README.md.
import {
  checkOption,
  classifyHttp,
  encodeWithin,
  httpUrl,
  plainLogRecord,
  requireHttpSuccess,
  sendOverHttp,
  severityName,
  textLabels,
} from 'opentelemetry-cloudwatch-logs/base';

/** Datadog takes 1 MB of an entry and cuts what is longer wherever that is; here the message is cut, and the JSON stays whole. */
const MAX_ENTRY_BYTES = 1_000_000;
const MAX_TAG_CHARACTERS = 200;

/** Statuses of Datadog's, by the severity number of OpenTelemetry (1 to 24) from which on they stand. */
const STATUSES = { 1: 'debug', 9: 'info', 13: 'warn', 17: 'error', 21: 'emergency' };

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
  const isKey = typeof apiKey === 'string' && /^[\x21-\x7e]+$/.test(apiKey);
  checkOption(isKey, 'apiKey', 'be an API key of Datadog');
  const isSite = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(site);
  checkOption(isSite, 'site', 'be a site of Datadog, like datadoghq.eu', site);
  const intake = httpUrl('url', url ?? `https://http-intake.logs.${site}`, 'api/v2/logs');
  const validation = httpUrl('url', url ?? `https://api.${site}`, 'api/v1/validate');
  const headers = { 'dd-api-key': apiKey };

  return {
    name: 'datadog',
    // Datadog takes 5 MB in a request. Both brackets are two bytes.
    limits: { maxEvents: 1000, maxBytes: 4_999_998, maxEventBytes: MAX_ENTRY_BYTES },

    encode(record, { maxBytes }) {
      const plain = plainLogRecord(record);
      const { resource } = plain;
      const of = { ...resource, ...plain.attributes };
      const dynamic = Object.entries(tagsFrom).map(([name, attribute]) => [name, of[attribute]]);
      const reserved = {
        ddsource: source,
        ddtags: tagsOf({ ...tags, ...Object.fromEntries(dynamic) }),
        hostname: resource['host.name'] ?? hostname,
        service: resource['service.name'] ?? service,
        status: severityName(plain.severityNumber, STATUSES) ?? 'info',
        timestamp: plain.timestampMillis,
        ...traceOf(plain),
      };
      return encodeWithin(plain, maxBytes, ({ attributes, bodyText: message }) =>
        JSON.stringify({ ...attributes, ...reserved, message }),
      );
    },

    send({ events }, { signal }) {
      const json = `[${events.map(({ text }) => text).join(',')}]`;
      return sendOverHttp({ url: intake, headers, json, gzip: true, signal });
    },

    // It accepts by 202 alone. 403 is a key that is not valid.
    classify: (answer) => classifyHttp(answer, { accepted: [202] }),

    async health({ signal }) {
      requireHttpSuccess(await sendOverHttp({ url: validation, method: 'GET', headers, signal }));
    },
  };
}

/** `name:value` as Datadog writes tags: lower case, no commas, which end one. */
function tagsOf(tags) {
  return Object.entries(textLabels(tags))
    .map(([name, value]) => `${name}:${value}`.toLowerCase().replace(/[^\p{L}\p{N}_:./-]/gu, '_'))
    .map((tag) => tag.slice(0, MAX_TAG_CHARACTERS).toWellFormed())
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
