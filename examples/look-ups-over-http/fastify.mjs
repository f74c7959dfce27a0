import Fastify from 'fastify';
import { createLookupHandler, toNodeListener } from 'opentelemetry-cloudwatch-logs/dashboards';

/** Fastify lets go of the answer, so that it is streamed as it comes; hooks such as a login's run before. */
export async function listen(engine, port) {
  const listener = toNodeListener(createLookupHandler({ engine, basePath: '/logs' }));
  const app = Fastify();
  const look = (request, reply) => {
    reply.hijack();
    listener(request.raw, reply.raw);
  };
  app.get('/logs', look);
  app.get('/logs/*', look);
  await app.listen({ port, host: '127.0.0.1' });
  return app.server;
}
