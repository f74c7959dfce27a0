import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { createLookupHandler } from 'opentelemetry-cloudwatch-logs/dashboards';

/** Hono speaks `Request` and `Response` itself; it only has to say where a request came from. */
export function listen(engine, port) {
  const handler = createLookupHandler({ engine, basePath: '/logs' });
  const app = new Hono();
  const look = (context) => handler(context.req.raw, { address: getConnInfo(context).remote.address });
  app.get('/logs', look);
  app.get('/logs/*', look);
  return serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
}
