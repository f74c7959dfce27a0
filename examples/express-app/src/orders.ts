// Takes orders and has the card charged by the payments service. It logs through pino and knows nothing of OpenTelemetry.
import express from 'express';
import { pino } from 'pino';

const logger = pino({ level: 'debug' });
const paymentsUrl = process.env.PAYMENTS_URL ?? 'http://127.0.0.1:3001';
const PRICES = new Map([
  ['book', 30],
  ['lamp', 290],
]);

const app = express();
app.use(express.json());

app.post('/orders', async (request, response) => {
  const { item, card } = request.body as { item: string; card: string };
  logger.info({ item }, 'order received');
  const amount = PRICES.get(item);
  if (amount === undefined) {
    logger.warn({ item }, 'no such item');
    response.status(404).json({ error: 'no such item' });
    return;
  }
  const answer = await fetch(`${paymentsUrl}/charges`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ amount, card }),
  });
  if (!answer.ok) {
    logger.error({ item, amount, status: answer.status }, 'order not placed');
    response.status(502).json({ error: 'payment failed' });
    return;
  }
  logger.info({ item, amount }, 'order placed');
  response.status(201).json({ item, amount });
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error; // the port is taken
  process.send?.(server.address());
});
