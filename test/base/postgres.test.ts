import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type BackEnd, createLogDelivery, type LogDelivery } from '../../src/base/index.js';
import { sampleRecord } from '../../src/base/conformance/sample-record.js';
import { conformanceOf } from './conformance-of.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

type Row = Readonly<Record<string, unknown>>;

interface Server {
  readonly port: number;
  readonly url: string;
  readonly password: string;
  readonly sql: { readonly unsafe: (text: string) => Promise<Row[]> };
  readonly stop: () => Promise<void>;
}

const load = async <T>(path: string): Promise<T> => (await import(pathToFileURL(path).href)) as T;

describe('examples/postgres', function () {
  this.timeout(240_000);
  let folder: string;
  let server: Server | undefined;
  let postgresBackEnd: (options?: object) => BackEnd;
  let delivery: LogDelivery | undefined;

  before(async function () {
    let reason = 'initdb and postgres are not on this machine';
    try {
      const { prepareExample } = await load<{ prepareExample: (folder: string) => string }>(
        join(root, 'scripts/prepare-example.mjs'),
      );
      folder = prepareExample(join(root, 'examples/postgres'));
      const { findPostgres, startPostgres } = await load<{
        findPostgres: () => string | undefined;
        startPostgres: () => Promise<Server>;
      }>(join(folder, 'server.mjs'));
      ({ postgresBackEnd } = await load<{ postgresBackEnd: typeof postgresBackEnd }>(
        join(folder, 'postgres-back-end.mjs'),
      ));
      if (findPostgres() !== undefined) server = await startPostgres();
    } catch (error) {
      // Without a registry there is no package `postgres`; all else is a fault.
      if (!String(error).includes('npm install')) throw error;
      reason = 'the package postgres could not be installed';
    }
    if (server !== undefined) return;
    process.stdout.write(`  examples/postgres is skipped: ${reason}\n`);
    this.skip();
  });
  after(() => server?.stop());
  beforeEach(() => query('drop schema if exists logs cascade'));
  afterEach(async () => {
    await delivery?.shutdown();
    delivery = undefined;
  });

  const query = (text: string): Promise<Row[]> => server!.sql.unsafe(text);
  const start = (options: object = {}): LogDelivery =>
    (delivery = createLogDelivery({
      ...postgresBackEnd({ url: server!.url, ...options }),
      shutdownTimeoutMillis: 2_000,
      deliveryTimeoutMillis: 5_000,
    }));

  it('stands what a back end must', async () => {
    const stdout = await conformanceOf(folder);
    const [, emitted, delivered] =
      /^emitted (\d+) delivered (\d+) duplicates 0 dropped 3 lost 0\n$/.exec(stdout) ?? [];
    expect(Number(emitted), stdout).to.equal(Number(delivered) + 3);
  });

  it('names the variable in one line that is no address', async () => {
    const env = { ...process.env, DATABASE_URL: 'nonsense:hunter2@db' };
    const printed = await new Promise((resolve) => {
      execFile(process.execPath, [join(folder, 'main.mjs')], { env }, (error, stdout, stderr) => {
        resolve({ code: error?.code, stdout, stderr });
      });
    });
    const rule = 'be an address like postgres://user:password@host:5432/database';
    const stderr = `DATABASE_URL must ${rule}, with % / # ? of the password percent-encoded\n`;
    expect(printed).to.deep.equal({ code: 2, stdout: '', stderr });
  });

  it('makes schema, table and indexes, and a row of a record', async () => {
    const record = sampleRecord('a line\nof two');
    const seconds = Math.floor(Date.now() / 1000);
    Object.assign(record, {
      hrTime: [seconds, 123_456_789],
      severityNumber: 17,
      severityText: 'ERROR',
      attributes: { 'order.id': 7, correlationId: 'c-1', nested: { list: [1, true] } },
    });
    await start().deliver([record]);
    const [row] = await query(
      `select *, to_char(time at time zone 'UTC', 'US') as micros from logs.log_records`,
    );
    const { id, time, ...rest } = row!;
    expect(id).to.be.a('string');
    expect(Math.floor((time as Date).getTime() / 1000)).to.equal(seconds);
    expect(rest).to.deep.equal({
      micros: '123456',
      severity_number: 17,
      severity: 'ERROR',
      service: 'conformance',
      trace_id: record.spanContext!.traceId,
      span_id: record.spanContext!.spanId,
      request_id: 'c-1',
      scope: 'conformance',
      body: 'a line\nof two',
      attributes: { 'order.id': 7, correlationId: 'c-1', nested: { list: [1, true] } },
      resource: { 'service.name': 'conformance', 'deployment.environment.name': 'test' },
    });
    const indexes = await query(
      `select indexdef from pg_indexes where schemaname = 'logs' order by indexname`,
    );
    expect(indexes.map(({ indexdef }) => /USING (.*)$/.exec(indexdef as string)![1])).to.deep.equal([
      'gin (attributes jsonb_path_ops)',
      'btree (id)',
      'btree (request_id) WHERE (request_id IS NOT NULL)',
      'btree (severity_number, "time")',
      'btree ("time")',
      'btree (trace_id) WHERE (trace_id IS NOT NULL)',
    ]);
  });

  it('has a record once that is sent twice', async () => {
    const backEnd = postgresBackEnd({ url: server!.url });
    const { signal } = new AbortController();
    const context = { signal, credentials: undefined };
    const text = (backEnd.encode(sampleRecord('x'), { id: 'one', maxBytes: 1_000 }) as { content: string })
      .content;
    const event = { text, bytes: Buffer.from(text), timestamp: Date.now() };
    await backEnd.open!(context);
    await backEnd.open!(context);
    for (let time = 0; time < 2; time++)
      await backEnd.send({ destination: 'default', events: [event] }, context);
    expect(await query('select id from logs.log_records')).to.have.length(1);
    await backEnd.close!();
  });

  it('stores what PostgreSQL has no character for', async () => {
    const record = sampleRecord('nul \0, half \ud800, and \\u0000 as it is');
    Object.assign(record, { attributes: { 'k\0': ['\0', '\\', 'ü'] } });
    await start().deliver([record]);
    const [row] = await query('select body, attributes from logs.log_records');
    expect(row).to.deep.equal({
      body: 'nul \ufffd, half \ufffd, and \\u0000 as it is',
      attributes: { 'k\ufffd': ['\ufffd', '\\', 'ü'] },
    });
  });

  it('cuts what is long, and keeps ids that an index can hold', async () => {
    const attributes = { large: 'x'.repeat(2_000_000), request_id: 'r'.repeat(5_000) };
    await start().deliver([
      sampleRecord('ü'.repeat(600_000)),
      sampleRecord('\u0001'.repeat(600_000)),
      { ...sampleRecord('beside large attributes'), attributes },
    ]);
    expect(delivery!.status()).to.include({ delivered: 3, dropped: 0 });
    expect(
      await query(`select length(request_id) as n from logs.log_records where request_id is not null`),
    ).to.deep.equal([{ n: 512 }]);
  });

  it('makes the table again when it is gone', async () => {
    start();
    await delivery!.deliver([sampleRecord('one')]);
    await query('drop table logs.log_records');
    await delivery!.deliver([sampleRecord('two')]);
    expect(await query('select body from logs.log_records')).to.deep.equal([{ body: 'two' }]);
  });

  it('is made by many at once', async () => {
    const deliveries = Array.from({ length: 6 }, () =>
      createLogDelivery(postgresBackEnd({ url: server!.url, poolSize: 1 })),
    );
    await Promise.all(deliveries.map((one) => one.deliver([sampleRecord('x')])));
    await Promise.all(deliveries.map((one) => one.shutdown()));
    expect(deliveries.map((one) => one.status().lastError)).to.deep.equal(Array(6).fill(undefined));
    expect(await query('select id from logs.log_records')).to.have.length(6);
  });

  it('needs no more than insert and select where the table is there', async () => {
    await start().deliver([sampleRecord('one')]);
    await delivery!.shutdown();
    await query(`
      drop role if exists writer;
      create role writer login password 'w';
      grant usage on schema logs to writer;
      grant insert, select on logs.log_records to writer;`);
    const { port } = server!;
    const connection = { host: '127.0.0.1', port, database: 'postgres', username: 'writer', password: 'w' };
    start({ url: undefined, connection });
    expect(await delivery!.health()).to.deep.equal({ healthy: true, problems: [] });
    await delivery!.deliver([sampleRecord('two')]);
    expect(delivery!.status()).to.include({ delivered: 1, kept: 0 });
    await query('revoke insert on logs.log_records from writer');
    const { healthy, problems } = await delivery!.health();
    expect(healthy).to.equal(false);
    expect(problems.join()).to.match(/no privilege to insert into logs.log_records/);
    await delivery!.deliver([sampleRecord('three')]);
    expect(delivery!.status()).to.include({ delivered: 1, kept: 1 });
    expect(delivery!.status().lastError?.message).to.match(/42501/);
  });

  it('is ill with a wrong password', async () => {
    const { port } = server!;
    start({ url: `postgres://logs:wrong@127.0.0.1:${port}/postgres` });
    const { healthy } = await delivery!.health();
    expect(healthy).to.equal(false);
    await delivery!.deliver([sampleRecord('x')]);
    expect(delivery!.status()).to.include({ kept: 1, delivered: 0 });
    expect(delivery!.status().lastError?.message).to.match(/28P01/);
  });

  for (const [options, message] of [
    [{ url: 'mysql://u:secret@h/d' }, /^url must be an address like(?!.*secret)/],
    [{ url: 'postgres://u:sec#secret@h/d' }, /^url must be an address like(?!.*secret)/],
    [{ url: 'postgres://u:secret@%/d' }, /^url must be an address like(?!.*secret)/],
    [{ poolSize: 0 }, /^poolSize must be a whole number from 1 to 100; it is 0/],
    [{ schema: 'a.b' }, /^schema must be 1 to 40/],
    [{ table: 'x"; drop table y; --' }, /^table must be 1 to 40/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => postgresBackEnd(options)).to.throw(message);
    });
  }
});
