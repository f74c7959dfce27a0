import { isoTime } from '../../cloudwatch/iso-time.js';
import { type Dice } from './dice.js';

/** Services that events come from. */
export const SERVICES = ['gateway', 'orders', 'stock', 'payments'] as const;

/** One of {@link SERVICES}. */
export type GeneratedService = (typeof SERVICES)[number];

const PATHS = ['/checkout', '/orders', '/orders/4711', '/items/book', '/items/lamp', '/health', '/login'];
const AGENTS = ['Mozilla/5.0', 'curl/8.5.0', 'okhttp/4.12.0', 'kube-probe/1.31'];

/** What an error says, with the frames above its own. */
const ERRORS = [
  { type: 'TypeError', message: "Cannot read properties of undefined (reading 'price')", at: 'priceOf' },
  { type: 'TimeoutError', message: 'the database did not answer within 5000 ms', at: 'query' },
  { type: 'ConnectionError', message: 'connect ECONNREFUSED 10.0.3.17:5432', at: 'connect' },
  { type: 'ValidationError', message: 'quantity must be from 1 to 100; it is 0', at: 'checkOrder' },
  { type: 'RangeError', message: 'Invalid array length', at: 'pagesOf' },
] as const;

/** An error as OpenTelemetry's attributes of exceptions have it. */
export interface MadeUpError {
  readonly type: string;
  readonly message: string;
  readonly stacktrace: string;
}

/** An error of a service, with a stack. @returns what writes it: all dice have fallen */
export function madeUpError(dice: Dice, service: string): () => MadeUpError {
  const { type, message, at } = dice.pick(ERRORS);
  const stack = stackOf(dice, service, `${type}: ${message}`, at);
  return () => ({ type, message, stacktrace: stack() });
}

/** @param head - the stack's first line. @returns what writes it: all dice have fallen */
export function stackOf(dice: Dice, service: string, head: string, at: string): () => string {
  const [line, column] = [dice.whole(10, 400), dice.whole(3, 40)];
  const [aboveLine, aboveColumn] = [dice.whole(10, 400), dice.whole(3, 40)];
  return () =>
    [
      head,
      `    at ${at} (file:///srv/${service}/src/${at.toLowerCase()}.js:${line}:${column})`,
      `    at async handle (file:///srv/${service}/src/server.js:${aboveLine}:${aboveColumn})`,
      `    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)`,
    ].join('\n');
}

/** Exception attributes. Source: OpenTelemetry semantic conventions, "Exceptions in logs". */
export function exceptionAttributes({ type, message, stacktrace }: MadeUpError): Record<string, string> {
  return { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stacktrace };
}

/**
 * What is written around applications: access logs, other loggers' JSON, key=value, stacks, long and foreign text.
 * @returns what writes the line: all dice have fallen
 */
export function madeUpLine(dice: Dice, timestamp: number): () => string {
  const status = dice.pick([200, 200, 200, 201, 204, 301, 404, 500, 503]);
  const path = dice.pick(PATHS);
  const address = `10.${dice.whole(0, 255)}.${dice.whole(0, 255)}.${dice.whole(1, 254)}`;
  switch (dice.whole(0, 6)) {
    case 0: {
      const bytes = dice.whole(20, 90_000);
      const agent = dice.pick(AGENTS);
      return () =>
        `${address} - - [${isoTime(timestamp)}] "GET ${path} HTTP/1.1" ${status} ${bytes} "-" "${agent}"`;
    }
    case 1:
      return () => JSON.stringify({ level: 'info', time: timestamp, msg: 'request completed', path, status });
    case 2: {
      const level = status < 500 ? 'info' : 'error';
      const took = dice.whole(1, 900);
      return () => `ts=${isoTime(timestamp)} level=${level} path=${path} status=${status} took=${took}ms`;
    }
    case 3: {
      const requestId = dice.uuid();
      return () => `START RequestId: ${requestId} Version: $LATEST`;
    }
    case 4: {
      const full = dice.whole(70, 99);
      return () =>
        `${isoTime(timestamp)} WARN pool is ${full} % full; naïve retry of «${path}» – größer, 注文`;
    }
    case 5: {
      const error = madeUpError(dice, 'worker');
      return () => error().stacktrace;
    }
    default: {
      const times = dice.whole(1, 40);
      return () => `${isoTime(timestamp)} DEBUG ${'cache entry kept; '.repeat(times).trim()}`;
    }
  }
}

/** A record of everyday work. */
export function madeUpRecord(dice: Dice): {
  body: string;
  severity: 'DEBUG' | 'INFO' | 'WARN';
  attributes: Record<string, unknown>;
} {
  const item = dice.pick(['book', 'lamp', 'chair']);
  const order = dice.whole(1_000, 9_999);
  switch (dice.whole(0, 4)) {
    case 0:
      return { body: 'order placed', severity: 'INFO', attributes: { 'order.id': order, item } };
    case 1:
      return {
        body: 'request completed',
        severity: 'INFO',
        attributes: {
          'http.request.method': 'GET',
          'url.path': dice.pick(PATHS),
          'http.response.status_code': dice.pick([200, 200, 201, 404]),
          duration_ms: dice.whole(1, 900),
        },
      };
    case 2:
      return { body: 'cache miss', severity: 'DEBUG', attributes: { key: `item:${item}` } };
    case 3:
      return { body: 'retrying', severity: 'WARN', attributes: { attempt: dice.whole(1, 3), item } };
    default:
      return {
        body: 'basket priced',
        severity: 'INFO',
        attributes: {
          items: [item, dice.pick(['book', 'lamp'])],
          total: { amount: order / 100, unit: 'EUR' },
        },
      };
  }
}
