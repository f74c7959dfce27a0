// PostgreSQL as a back end, by the package `postgres`. See README.md.
import {
  BackEndError,
  checkOption,
  classifyByCode,
  cutUtf8,
  encodeWithin,
  plainLogRecord,
  RenewableClient,
  rfc3339,
  SQL_STATES,
} from 'opentelemetry-cloudwatch-logs/base';
import postgres from 'postgres';

/**
 * @param {object} options
 * @param {string} [options.url] - `postgres://user:password@host:port/database`
 * @param {object} [options.connection] - of the package `postgres`, as `host`, `password`, `ssl`; else `PGHOST` and its kind
 * @param {number} [options.poolSize] - connections at the most
 * @param {string} [options.schema] - made where it is missing
 * @param {string} [options.table] - made with its indexes where it is missing
 * @param {string[]} [options.requestIdFrom] - attributes of which the first that is there becomes `request_id`
 * @returns {import('opentelemetry-cloudwatch-logs/base').BackEnd}
 */
export function postgresBackEnd({
  url,
  connection = {},
  poolSize = 4,
  schema = 'logs',
  table = 'log_records',
  requestIdFrom = ['request', 'correlation'].flatMap((id) => [`${id}.id`, `${id}_id`, `${id}Id`]),
} = {}) {
  const urlRule =
    'be an address like postgres://user:password@host:5432/database, with % / # ? of the password percent-encoded';
  const isUrl = url === undefined || /^postgres(?:ql)?:\/\//.test(url);
  checkOption(isUrl, 'url', urlRule);
  const isSize = Number.isInteger(poolSize) && poolSize >= 1 && poolSize <= 100;
  checkOption(isSize, 'poolSize', 'be a whole number from 1 to 100', poolSize);
  // PostgreSQL cuts longer names, and those of indexes are longer than the table's.
  for (const [option, name] of Object.entries({ schema, table }))
    checkOption(/^[a-z_][a-z0-9_]{0,39}$/i.test(name), option, 'be 1 to 40 letters, digits and _', name);
  const at = `"${schema}"."${table}"`;
  // An id that is there already came with a request whose answer was lost.
  const insert = `insert into ${at} select * from jsonb_populate_recordset(null::${at}, $1::text::jsonb)
    on conflict (id) do nothing`;

  // Types of arrays are asked for by a query that nobody waits for: a reset there would end the process. Delivery waits between
  // attempts; a pool that does so as well would be down longer than its server.
  const own = { onnotice: () => undefined, fetch_types: false, backoff: 0, max: poolSize };
  const client = new RenewableClient({
    create: () => {
      try {
        return postgres(url, { connect_timeout: 10, ...connection, ...own });
      } catch (error) {
        // Such an error has the whole address with it.
        checkOption(error.code !== 'ERR_INVALID_URL' && !(error instanceof URIError), 'url', urlRule);
        throw error;
      }
    },
    end: (sql, isGivenUp) => sql.end({ timeout: isGivenUp ? 0 : 1 }),
  });

  return {
    name: 'postgres',
    limits: { maxEvents: 1000, maxBytes: 1_000_000, maxEventBytes: 500_000 },

    open: ({ signal }) =>
      client.use(signal, async (sql) => {
        const [has] = await sql`select to_regclass(${at}) made, to_regnamespace(${`"${schema}"`}) schema`;
        // Where it is there, no right to make anything is needed. One text is one transaction.
        if (!has.made) await sql.unsafe(tableOf({ at, schema, table }, has.schema)).simple();
      }),

    encode(record, { id, maxBytes }) {
      const plain = plainLogRecord(record);
      const requestId = requestIdFrom.map((name) => plain.attributes[name]).find((one) => one !== undefined);
      const row = {
        id,
        time: rfc3339(plain.timestampNanos, 6),
        severity_number: plain.severityNumber,
        severity: plain.severityText,
        service: plain.resource['service.name'],
        trace_id: plain.traceId,
        span_id: plain.spanId,
        // What stands in a B-tree has at most 2,704 bytes; nobody looks for an id of that length.
        request_id: requestId && cutUtf8(String(requestId), 512),
        scope: plain.scopeName,
        resource: plain.resource,
      };
      const write = ({ attributes, bodyText: body }) => storable({ ...row, body, attributes });
      return encodeWithin(plain, maxBytes, write);
    },

    send({ events }, { signal }) {
      const rows = `[${events.map(({ text }) => text).join(',')}]`;
      return client.use(signal, (sql) => sql.unsafe(insert, [rows]));
    },

    classify: (answer) => classifyByCode(answer, SQL_STATES),

    async health({ signal }) {
      const ask = (sql) => sql`select has_table_privilege(${at}, 'insert') as may`;
      const [{ may }] = await client.use(signal, ask);
      if (!may) throw new BackEndError('denied', `no privilege to insert into ${schema}.${table}`);
    },

    close: () => client.close(),
  };
}

/** One of several processes makes it, while the others wait. */
function tableOf({ at, schema, table }, hasSchema) {
  return `
    select pg_advisory_xact_lock(hashtext('${schema}'));
    ${hasSchema ? '' : `create schema if not exists "${schema}";`}
    create table if not exists ${at} (
      id text primary key, time timestamptz not null, severity_number smallint, severity text, service text,
      trace_id text, span_id text, request_id text, scope text, body text,
      attributes jsonb not null, resource jsonb not null);
    create index if not exists "${table}_time" on ${at} (time);
    create index if not exists "${table}_severity" on ${at} (severity_number, time);
    create index if not exists "${table}_trace_id" on ${at} (trace_id) where trace_id is not null;
    create index if not exists "${table}_request_id" on ${at} (request_id) where request_id is not null;
    create index if not exists "${table}_attributes" on ${at} using gin (attributes jsonb_path_ops);`;
}

/** PostgreSQL has no character 0; JSON writes it as an escape. */
function storable(row) {
  return JSON.stringify(row).replace(/\\(\\|u0000)/g, (escape) => (escape === '\\\\' ? escape : '\\ufffd'));
}
