// The payments service: charges a card at a provider that declines some. It logs through pino.
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';

// Pino's own output goes nowhere: OpenTelemetry's instrumentation takes the records on their way.
const logger = pino({ level: 'debug' }, { write() {} });

let emitted = 0;
function log(level, fields, message) {
  emitted++;
  logger[level]({ ...fields, log_number: emitted }, message);
}

class CardDeclined extends Error {
  name = 'CardDeclined';
}

async function askProvider(amount) {
  await wait(amount > 500 ? 45 : 12);
  if (amount > 800) throw new CardDeclined('insufficient_funds');
  return `ch_${Math.random().toString(36).slice(2, 10)}`;
}

async function charge({ amount, request_id: requestId }) {
  log('info', { request_id: requestId, amount, provider: 'acme-pay' }, 'charge requested');
  const begin = performance.now();
  try {
    const id = await askProvider(amount);
    log('info', { request_id: requestId, charge_id: id }, 'card charged');
    return { status: 200, answer: { id } };
  } catch (error) {
    log(
      'error',
      { request_id: requestId, err: error, waited_ms: Math.round(performance.now() - begin) },
      'card declined by the payment provider',
    );
    return { status: 402, answer: { error: error.message } };
  }
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => (body += text));
  request.on('end', async () => {
    const { status, answer } = await charge(JSON.parse(body));
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
