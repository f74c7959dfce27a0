// The gateway: takes requests from outside and calls the orders service. It logs through pino.
import { randomUUID } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import pino from 'pino';

// Pino's own output goes nowhere: OpenTelemetry's instrumentation takes the records on their way.
const logger = pino({ level: 'debug' }, { write() {} });
const ordersUrl = process.env.ORDERS_URL ?? 'http://127.0.0.1:3002/orders';

let emitted = 0;
function log(level, fields, message) {
  emitted++;
  logger[level]({ ...fields, log_number: emitted }, message);
}

function callOrders(order) {
  return new Promise((resolve, reject) => {
    const call = httpRequest(ordersUrl, { method: 'POST' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode, answer: JSON.parse(text) }));
    });
    call.on('error', reject);
    call.end(JSON.stringify(order));
  });
}

async function checkout(url) {
  const requestId = randomUUID();
  const item = url.searchParams.get('item');
  const quantity = Number(url.searchParams.get('quantity') ?? 1);
  log('info', { request_id: requestId, item, quantity }, 'checkout started');
  try {
    const { status, answer } = await callOrders({ item, quantity, request_id: requestId });
    if (status < 400) {
      log('info', { request_id: requestId, status }, 'checkout done');
      return { status: 200, body: answer };
    }
    log(
      status >= 500 ? 'error' : 'warn',
      { request_id: requestId, status, reason: answer.error },
      'checkout failed',
    );
    return { status, body: answer };
  } catch (error) {
    log('error', { request_id: requestId, err: error }, 'the orders service does not answer');
    return { status: 503, body: { error: 'orders unavailable' } };
  }
}

const server = createServer(async (request, response) => {
  const { status, body } = await checkout(new URL(request.url, 'http://127.0.0.1'));
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ listening: server.address().port }));
});

process.on('SIGTERM', () => {
  server.close(() => console.log(JSON.stringify({ emitted })));
  server.closeAllConnections();
});
