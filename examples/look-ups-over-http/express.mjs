import express from 'express';
import { createLookupHandler, toNodeListener } from 'opentelemetry-cloudwatch-logs/dashboards';

/** In Express the listener is a middleware: what lies outside of `/logs` goes on to the next. */
export function listen(engine, port) {
  const handler = createLookupHandler({ engine, basePath: '/logs' });
  const app = express();
  app.use(toNodeListener(handler));
  app.get('/', (request, response) => response.send('The application itself'));
  return app.listen(port, '127.0.0.1');
}
