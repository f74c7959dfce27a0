// PostgreSQL as a back end, by the package `postgres`. See README.md.
import { BackEndError, cutUtf8, OptionError, plainLogRecord } from 'opentelemetry-cloudwatch-logs/base';
import postgres from 'postgres';

const MAX_EVENT_BYTES = 500_000;
/** What stands in a B-tree is at most 2,704 bytes long; nobody looks for an id of that length. */
const MAX_INDEXED_BYTES = 512;
/** PostgreSQL cuts longer names, and those of indexes are longer than the table's. */
const NAME = /^[a-z_][a-z0-9_]{0,39}$/i;

/** What a code of PostgreSQL's (SQLSTATE), or of its class, means. Source: PostgreSQL documentation, appendix A. */
const MEANINGS = {
  '3F000': 'missing', // no such schema
  '42P01': 'missing', // no such table
  53300: 'throttled', // too many connections
  54000: 'split', // a value over a limit, as of an index
  22: 'split', // a value that can't be stored
  23: 'split', // a constraint of the table
  28: 'denied', // user or password
  '3D': 'denied', // no such database
  42: 'denied', // a privilege, a column
};

/**
 * @param {object} options
 * @param {string} [options.url] - `postgres://user:password@host:port/database`
 * @param {object} [options.connection] - options of the package `postgres`, as `host`, `port`, `database`, `username`, `password`,
 *   `ssl`; what neither gives comes from `PGHOST` and its kind
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
  requestIdFrom = [
    'request.id',
    'request_id',
    'requestId',
    'correlation.id',
    'correlation_id',
    'correlationId',
  ],
} = {}) {
  if (url !== undefined && !/^postgres(?:ql)?:\/\//.test(url))
    throw new OptionError('url', 'be an address like postgres://user:password@host:5432/database');
  if (!Number.isInteger(poolSize) || poolSize < 1 || poolSize > 100)
    throw new OptionError('poolSize', 'be a whole number from 1 to 100', poolSize);
  for (const [option, name] of Object.entries({ schema, table }))
    if (!NAME.test(name)) throw new OptionError(option, 'be 1 to 40 letters, digits and _', name);

  // Types of arrays are asked for by a query that nobody waits for: a reset there would end the process.
  const unwanted = { onnotice: () => undefined, fetch_types: false };
  const settings = { connect_timeout: 10, ...connection, ...unwanted, max: poolSize };
  // Delivery waits between attempts; a pool that does so as well would be down longer than its server.
  const connect = () => postgres(...(url === undefined ? [] : [url]), { ...settings, backoff: 0 });
  let pool = connect();

  /** A connection on which no answer comes would stay in the pool for good: then all are given up, and made anew. */
  async function within(signal, run) {
    const used = pool;
    const giveUp = () => {
      if (pool === used) pool = connect();
      void used.end({ timeout: 0 }).catch(() => undefined);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await run(used);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  return {
    name: 'postgres',
    limits: { maxEvents: 1000, maxBytes: 1_000_000, maxEventBytes: MAX_EVENT_BYTES },

    open: ({ signal }) =>
      within(signal, async (sql) => {
        // Where it is there, no right to make anything is needed.
        if (await isThere(sql, schema, table)) return;
        const [{ found }] = await sql`select to_regnamespace(quote_ident(${schema})) is not null as found`;
        // One text is one transaction.
        await sql.unsafe(tableOf(schema, table, found)).simple();
      }),

    encode(record, { id, maxBytes }) {
      const plain = plainLogRecord(record);
      const { attributes, resource } = plain;
      const requestId = requestIdFrom.map((name) => attributes[name]).find((value) => value !== undefined);
      const row = {
        id,
        // Microseconds, as PostgreSQL has them.
        time: `${new Date(plain.timestampMillis).toISOString().slice(0, 19)}.${plain.timestampNanos.slice(-9, -3)}Z`,
        severity_number: plain.severityNumber,
        severity: plain.severityText,
        service: resource['service.name'],
        trace_id: plain.traceId,
        span_id: plain.spanId,
        request_id: requestId === undefined ? undefined : cutUtf8(String(requestId), MAX_INDEXED_BYTES),
        scope: plain.scopeName,
        resource,
      };
      // A body full of what JSON escapes is longer than it is; attributes that fill a request alone are left out.
      for (let bytes = maxBytes; ; bytes /= 2) {
        const body = cutUtf8(plain.bodyText, bytes);
        const content = storable(
          JSON.stringify({ ...row, body, attributes: bytes > 1024 ? attributes : {} }),
        );
        if (Buffer.byteLength(content) <= maxBytes || bytes < 1)
          return { content, timestamp: plain.timestampMillis };
      }
    },

    send: ({ events }, { signal }) =>
      within(
        signal,
        // An id that is there already came with a request whose answer was lost.
        (sql) => sql`
          insert into ${sql(schema)}.${sql(table)}
          select * from jsonb_populate_recordset(
            null::${sql(schema)}.${sql(table)}, ${`[${events.map(({ text }) => text).join(',')}]`}::text::jsonb)
          on conflict (id) do nothing`,
      ),

    classify({ error }) {
      if (error === undefined) return { kind: 'accepted' };
      const code = codeOf(error);
      return { kind: MEANINGS[code] ?? MEANINGS[code.slice(0, 2)] ?? 'retry', detail: code };
    },

    async health({ signal }) {
      const problem = await within(signal, async (sql) => {
        if (!(await isThere(sql, schema, table))) return undefined;
        const [{ may }] = await sql`
          select has_table_privilege(format('%I.%I', ${schema}::text, ${table}::text), 'insert') as may`;
        return may ? undefined : `no privilege to insert into ${schema}.${table}`;
      }).catch(codeOf);
      // The text of any other error is withheld: it may quote a row.
      if (problem !== undefined) throw new BackEndError('denied', problem);
    },

    close: () => pool.end({ timeout: 1 }),
  };
}

function codeOf(error) {
  return String(error.code ?? error.name);
}

async function isThere(sql, schema, table) {
  const [{ name }] = await sql`select to_regclass(format('%I.%I', ${schema}::text, ${table}::text)) as name`;
  return name !== null;
}

/** One of several processes makes it, while the others wait. */
function tableOf(schema, table, hasSchema) {
  const at = `"${schema}"."${table}"`;
  return `
    select pg_advisory_xact_lock(hashtext('${schema}'));
    ${hasSchema ? '' : `create schema if not exists "${schema}";`}
    create table if not exists ${at} (
      id text primary key,
      time timestamptz not null,
      severity_number smallint,
      severity text,
      service text,
      trace_id text,
      span_id text,
      request_id text,
      scope text,
      body text,
      attributes jsonb not null,
      resource jsonb not null
    );
    create index if not exists "${table}_time" on ${at} (time);
    create index if not exists "${table}_severity" on ${at} (severity_number, time);
    create index if not exists "${table}_trace_id" on ${at} (trace_id) where trace_id is not null;
    create index if not exists "${table}_request_id" on ${at} (request_id) where request_id is not null;
    create index if not exists "${table}_attributes" on ${at} using gin (attributes jsonb_path_ops);`;
}

/** PostgreSQL has neither the character 0 nor halves of a surrogate pair; JSON writes both as escapes. */
function storable(json) {
  return json.replace(/\\(\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escape) =>
    escape === '\\\\' ? escape : '\\ufffd',
  );
}
