// A PostgreSQL server of its own for this example and its tests, in a folder that goes with it; and what is stored there.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';

const DEBIAN = '/usr/lib/postgresql';
const STARTING_MILLIS = 60_000;

/** @returns {string | undefined} the folder of `initdb` and `postgres`, where they are on this machine */
export function findPostgres() {
  const versions = readDirectory(DEBIAN).sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
  ];
  return folders.find(
    (folder) => folder !== '' && isProgram(join(folder, 'initdb')) && isProgram(join(folder, 'postgres')),
  );
}

/**
 * @returns what `runConformance` wants of a stand-in, the real server in its place: `url`, and `query` for a look
 */
export async function startPostgres(options) {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Somebody else may take the port that was free a moment ago.
      if (tries === 3 || !String(error).includes('Address already in use')) throw error;
    }
  }
}

async function startOnce({ schema = 'logs', table = 'log_records' } = {}) {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('initdb and postgres are not on this machine');
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'otel-cwlogs-postgres-'));
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  if (user !== undefined) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  const directory = join(folder, 'cluster');
  await promisify(execFile)(
    join(bin, 'initdb'),
    [
      ...['-D', directory, '-U', 'logs', '--auth', 'scram-sha-256', '--pwfile', passwordFile],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ],
    { ...user, cwd: folder },
  );
  const port = await freePort();
  const own = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: 100,
  };
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', directory, ...Object.entries(own).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.setEncoding('utf8').on('data', (text) => (log = (log + text).slice(-10_000)));
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const kill = () => server.kill('SIGQUIT');
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const endAtOnce = () => {
    kill();
    remove();
  };
  process.once('exit', endAtOnce);

  const url = `postgres://logs:${password}@127.0.0.1:${port}/postgres`;
  const sql = postgres(url, { max: 2, backoff: 0.05, onnotice: () => undefined });
  const stop = async () => {
    await sql.end({ timeout: 1 });
    kill();
    await ended;
    process.off('exit', endAtOnce);
    remove();
  };
  const end = Date.now() + STARTING_MILLIS;
  while (!(await sql`select 1`.catch(() => undefined))) {
    if (server.exitCode === null && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    await stop();
    throw new Error(`the server did not start: ${log}`);
  }

  const at = sql`${sql(schema)}.${sql(table)}`;
  return {
    port,
    url,
    password,
    sql,
    stop,
    async stored() {
      const [{ name }] = await sql`select to_regclass(${`${schema}.${table}`}) as name`;
      return name === null ? [] : (await sql`select body from ${at}`).map(({ body }) => body);
    },
    /** A constraint is what makes the real one refuse a record. */
    async refuse(text) {
      await sql`alter table ${at} drop constraint if exists unwanted`;
      if (text !== undefined)
        await sql.unsafe(
          `alter table "${schema}"."${table}" add constraint unwanted check (body not like '%${text}%') not valid`,
        );
    },
  };
}

/** The server refuses to run as root. */
function unprivileged() {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // The next one.
    }
  }
  throw new Error('there is no user postgres or nobody to run the server');
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function readDirectory(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
