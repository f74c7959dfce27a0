import { type GeneratedSeverity } from './otel-message.js';
import { type GeneratedService } from './made-up.js';

/** What goes wrong in a sequence. */
export type FailureStory = 'none' | 'payment-timeout' | 'out-of-stock' | 'database-down';

/** The stories, to choose from. */
export const FAILURE_STORIES: readonly FailureStory[] = [
  'none',
  'payment-timeout',
  'out-of-stock',
  'database-down',
];

/** One service's part in a request: what it says, whom it asks, how it ends. */
export interface Part {
  readonly service: GeneratedService;
  readonly route: string;
  readonly begins: string;
  /** Asked one after the other. */
  readonly asks: readonly Part[];
  /** Milliseconds of its own work. */
  readonly workMillis: readonly [from: number, to: number];
  readonly ends: { readonly body: string; readonly severity: GeneratedSeverity; readonly status: number };
  /** The error that it logs. */
  readonly error?: { readonly type: string; readonly message: string; readonly at: string } | undefined;
}

const QUICK = [2, 30] as const;

/** A checkout that goes through four services, as it ends in a story. */
export function partsOf(story: FailureStory): Part {
  const stock: Part = {
    service: 'stock',
    route: 'POST /reservations',
    begins: 'reserving',
    asks: [],
    ...(story === 'database-down'
      ? {
          workMillis: [900, 1_100],
          error: { type: 'ConnectionError', message: 'connect ECONNREFUSED 10.0.3.17:5432', at: 'connect' },
          ends: { body: 'reservation failed', severity: 'ERROR', status: 503 },
        }
      : story === 'out-of-stock'
        ? { workMillis: QUICK, ends: { body: 'out of stock', severity: 'WARN', status: 409 } }
        : { workMillis: QUICK, ends: { body: 'reserved', severity: 'INFO', status: 201 } }),
  };
  const payments: Part = {
    service: 'payments',
    route: 'POST /payments',
    begins: 'charging card',
    asks: [],
    ...(story === 'payment-timeout'
      ? {
          workMillis: [4_900, 5_100],
          error: { type: 'TimeoutError', message: 'the bank did not answer within 5000 ms', at: 'charge' },
          ends: { body: 'payment failed', severity: 'ERROR', status: 504 },
        }
      : { workMillis: [40, 200], ends: { body: 'payment accepted', severity: 'INFO', status: 201 } }),
  };
  const isStopped = story === 'out-of-stock' || story === 'database-down';
  const { status } = isStopped ? stock.ends : payments.ends;
  const isFailed = status >= 500;
  return {
    service: 'gateway',
    route: 'POST /checkout',
    begins: 'checkout received',
    workMillis: QUICK,
    ends: {
      body: status < 400 ? 'checkout answered' : 'checkout refused',
      severity: isFailed ? 'ERROR' : 'INFO',
      status,
    },
    asks: [
      {
        service: 'orders',
        route: 'POST /orders',
        begins: 'order received',
        asks: isStopped ? [stock] : [stock, payments],
        workMillis: QUICK,
        ends: {
          body: status < 400 ? 'order confirmed' : 'order cancelled',
          severity: isFailed ? 'ERROR' : status < 400 ? 'INFO' : 'WARN',
          status,
        },
      },
    ],
  };
}
