// What a back end must stand: the last line counts its records. See docs/other-back-ends.md.
import { runConformance } from 'opentelemetry-cloudwatch-logs/base';
import { postgresBackEnd } from './postgres-back-end.mjs';
import { findPostgres, startPostgres } from './server.mjs';

if (findPostgres() === undefined) {
  console.log('skipped: initdb and postgres are not on this machine (apt-get install postgresql)');
} else {
  const server = await startPostgres();
  const { passed } = await runConformance({
    createBackEnd: ({ host, port }) =>
      postgresBackEnd({
        connection: { host, port, database: 'postgres', username: 'logs', password: server.password },
      }),
    startStandIn: () => server,
    protocol: 'tcp',
    idempotent: true,
  });
  if (!passed) process.exitCode = 1;
}
