// The orders service: takes an order, checks the stock, has the card charged. It logs through winston.
import { createServer, request as httpRequest } from 'node:http';
import winston from 'winston';

const logger = winston.createLogger({
  level: 'debug',
  transports: [new winston.transports.Console({ silent: true })],
});
const paymentsUrl = process.env.PAYMENTS_URL ?? 'http://127.0.0.1:3003/charge';

let emitted = 0;
function log(level, message, fields) {
  emitted++;
  logger.log(level, message, { ...fields, log_number: emitted });
}

const STOCK = { book: 500, lamp: 500, chair: 0 };
const PRICES = { book: 30, lamp: 290, chair: 120 };

function callPayments(charge) {
  return new Promise((resolve, reject) => {
    const call = httpRequest(paymentsUrl, { method: 'POST' }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode, answer: JSON.parse(text) }));
    });
    call.on('error', reject);
    call.end(JSON.stringify(charge));
  });
}

async function placeOrder({ item, quantity, request_id: requestId }) {
  log('info', 'order received', { item, quantity, request_id: requestId });
  if (!(item in STOCK)) {
    log('warn', `no such item: ${item}`, { item, request_id: requestId });
    return { status: 404, answer: { error: 'no such item' } };
  }
  if (STOCK[item] < quantity) {
    log('warn', 'out of stock', { item, in_stock: STOCK[item], request_id: requestId });
    return { status: 409, answer: { error: 'out of stock' } };
  }
  log('debug', 'stock checked', { item, in_stock: STOCK[item], request_id: requestId });
  const amount = PRICES[item] * quantity;
  const { status, answer } = await callPayments({ amount, request_id: requestId });
  if (status >= 400) {
    log('error', 'order not placed', { item, amount, reason: answer.error, request_id: requestId });
    return { status: 502, answer: { error: 'payment failed' } };
  }
  STOCK[item] -= quantity;
  log('info', 'order placed', { item, left: STOCK[item], charge_id: answer.id, request_id: requestId });
  return { status: 201, answer: { ordered: quantity } };
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => (body += text));
  request.on('end', async () => {
    const { status, answer } = await placeOrder(JSON.parse(body));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ listening: server.address().port }));
});

process.on('SIGTERM', () => {
  server.close(() => console.log(JSON.stringify({ emitted })));
  server.closeAllConnections();
});
