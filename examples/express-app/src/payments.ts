// Charges cards; one that is called "declined" is declined.
import express from 'express';
import { pino } from 'pino';

const logger = pino();
const app = express();
app.use(express.json());

function charge(card: string): string {
  if (card === 'declined') throw new Error('card declined');
  return `charge-${Date.now()}`;
}

app.post('/charges', (request, response) => {
  const { amount, card } = request.body as { amount: number; card: string };
  try {
    const id = charge(card);
    logger.info({ amount, charge_id: id }, 'card charged');
    response.status(201).json({ id });
  } catch (err) {
    // Under `err` pino writes an error with its type and stack.
    logger.error({ err, amount }, 'charge failed');
    response.status(402).json({ error: 'card declined' });
  }
});

const server = app.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', (error) => {
  if (error) throw error; // the port is taken
  process.send?.(server.address());
});
