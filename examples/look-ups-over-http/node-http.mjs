import { createServer } from 'node:http';
import { createLookupHandler, toNodeListener } from 'opentelemetry-cloudwatch-logs/dashboards';

/** Node's own server, with nothing beside. Without `authorize`, it answers this machine alone. */
export function listen(engine, port) {
  const handler = createLookupHandler({ engine, basePath: '/logs' });
  return createServer(toNodeListener(handler)).listen(port, '127.0.0.1');
}
