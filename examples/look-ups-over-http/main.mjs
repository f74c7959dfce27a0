// The same look-up over Node's http, Express, Fastify, Hono and a Lambda function URL. See README.md.
import { once } from 'node:events';
import { startLogs, traceId } from './logs.mjs';

const { local, engine } = await startLogs();
const FORMS = ['', '?format=ndjson', '?format=logs', '?format=trace'];

/** Asks in each form; the answers must hold the three events. */
async function check(name, ask) {
  const page = await ask(`/trace/${traceId}`);
  const isPage = page.status === 200 && page.text.startsWith('<!doctype html>');
  let isWhole = isPage;
  for (const form of FORMS) {
    const { status, text } = await ask(`/api/trace/${traceId}${form}`);
    const bodies = ['checkout started', 'order received', 'checkout done'];
    isWhole &&= status === 200 && bodies.every((body) => text.includes(body));
  }
  console.log(`${name}: ${isWhole ? 'the page, and three events in each form' : 'something is missing'}`);
  if (!isWhole) process.exitCode = 1;
}

for (const name of ['node-http', 'express', 'fastify', 'hono']) {
  const { listen } = await import(`./${name}.mjs`);
  const server = await listen(engine, 0);
  if (!server.listening) await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}/logs`;
  await check(name, async (path) => {
    const response = await fetch(base + path);
    return { status: response.status, text: await response.text() };
  });
  server.close();
  server.closeAllConnections();
}

const { lambdaHandler } = await import('./lambda.mjs');
const handler = lambdaHandler(engine);
await check('lambda', async (path) => {
  const [rawPath, rawQueryString = ''] = path.split('?');
  const http = { method: 'GET', sourceIp: '192.0.2.1' };
  const requestContext = { domainName: 'abc.lambda-url.eu-west-1.on.aws', http };
  const { statusCode, body } = await handler({ requestContext, rawPath, rawQueryString, headers: {} });
  return { status: statusCode, text: body };
});

await local.stop();
