// The orders service: takes an order, checks the stock, charges the card. It logs through winston.
import { createServer } from 'node:http';
import winston from 'winston';

const logger = winston.createLogger({
  level: 'debug',
  transports: [new winston.transports.Console({ silent: true })],
});

let emitted = 0;
function log(level, message, fields) {
  emitted++;
  logger.log(level, message, { ...fields, log_number: emitted });
}

const STOCK = { book: 500, lamp: 500, chair: 0 };

function placeOrder({ item, quantity, request_id: requestId }) {
  log('info', 'order received', { item, quantity, request_id: requestId });
  if (!(item in STOCK)) {
    log('warn', `no such item: ${item}`, { item, request_id: requestId });
    return { status: 404, answer: { error: 'no such item' } };
  }
  if (STOCK[item] < quantity) {
    log('warn', 'out of stock', { item, in_stock: STOCK[item], request_id: requestId });
    return { status: 409, answer: { error: 'out of stock' } };
  }
  if (item === 'lamp' && quantity > 2) {
    log('error', 'card declined by the payment provider', {
      item,
      request_id: requestId,
      error: { type: 'PaymentDeclined', code: 'insufficient_funds' },
    });
    return { status: 502, answer: { error: 'payment failed' } };
  }
  STOCK[item] -= quantity;
  log('info', 'order placed', { item, left: STOCK[item], request_id: requestId });
  return { status: 201, answer: { ordered: quantity } };
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => (body += text));
  request.on('end', () => {
    const { status, answer } = placeOrder(JSON.parse(body));
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
