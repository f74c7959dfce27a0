import { timeProblem } from '../../cloudwatch/check-time.js';
import { CloudWatchLogsError, show } from '../../cloudwatch/errors.js';
import type { Metrics } from '../metrics/metrics.js';
import { answerMetrics, isMetricsPath } from '../metrics/metrics-control.js';
import { type Exchange, sendJson } from '../protocol/http-server.js';
import type { Query } from '../queries/query-service.js';
import type { SignatureCheck } from '../protocol/signatures.js';
import { ServiceError } from '../service-error.js';
import type { StoreStatistics } from '../store/event-store.js';
import type { FolderRecovery } from '../store/store-damage.js';
import type { DeliveryStatistics } from '../subscriptions/destination-queue.js';
import type { AdjustableClock } from './adjustable-clock.js';
import type { FaultInjection } from './fault-injection.js';
import type { FaultRule } from './fault-rule.js';

const JSON_TYPE = { contentType: 'application/json' };
const MAX_CONTROL_BYTES = 1024 * 1024;

/** What the control endpoint of a local service sets. */
export interface Controlled {
  readonly faults: FaultInjection;
  readonly clock: AdjustableClock;
  /** What the store holds in all regions and accounts, and what it let go. */
  readonly statistics: () => StoreStatistics;
  /** What of the data folder could not be read. */
  readonly recovery: () => Readonly<FolderRecovery>;
  /** Removes everything, and sets all that was set back. */
  readonly reset: () => Promise<void>;
  /** Of the region and account of the request, newest first. */
  readonly queries: () => readonly Query[];
  /** What metric filters made there. */
  readonly metrics: Metrics;
  /** What became of the messages of subscription filters, by URL. */
  readonly deliveries: () => Readonly<Record<string, DeliveryStatistics>>;
  /** Throws for a request that is not signed as it must be. */
  readonly authenticate: SignatureCheck;
}

/**
 * Answers `/_control/faults` (GET lists, POST adds a rule or an array of them, DELETE removes all or `?id=`)
 * and `/_control/clock` (GET tells, POST `{"time": ms}` or `{"advanceMillis": ms}` sets, DELETE resets), and
 * `/_control/store` (GET tells how much is stored, and how much `maxBytes` and retention took), `/_control/queries` (GET
 * tells what became of queries, and why one failed), `/_control/subscriptions` (GET tells what became of the messages of
 * subscription filters, by URL), `/_control/metrics` (see {@link answerMetrics}) and `/_control/reset` (POST makes the
 * service what it was at the start, with nothing stored).
 */
export async function answerControl(controlled: Controlled, exchange: Exchange): Promise<void> {
  const { request, response, path, query, body } = exchange;
  // Signed like any other request, also where it only asks: rules and figures tell of what others do.
  await body.read(MAX_CONTROL_BYTES);
  controlled.authenticate(request, body.raw, request.method === 'POST' ? ['content-type'] : []);
  const action = `${request.method ?? ''} ${path}`;
  const { faults, clock } = controlled;
  if (isMetricsPath(path)) {
    await answerMetrics(controlled.metrics, exchange);
    return;
  }
  switch (action) {
    case 'GET /_control/faults':
      break;
    case 'POST /_control/faults': {
      const given = readJson(exchange);
      const rules = (Array.isArray(given) ? given : [given]).map((rule) => checked(faults, rule));
      const ids = rules.map((rule) => faults.add(rule));
      sendJson(response, { ids }, JSON_TYPE);
      return;
    }
    case 'DELETE /_control/faults': {
      const unknown = [...query.keys()].find((name) => name !== 'id');
      // A slip of the pen must not remove all rules.
      if (unknown !== undefined) throw invalid(`DELETE /_control/faults takes id, not ${show(unknown)}.`);
      const ids = query.getAll('id');
      for (const id of ids) {
        if (faults.list().some((fault) => fault.id === id)) continue;
        throw new ServiceError('ResourceNotFoundException', `There is no rule ${show(id)}.`, { status: 404 });
      }
      if (ids.length === 0) faults.clear();
      else for (const id of ids) faults.remove(id);
      break;
    }
    case 'GET /_control/store':
      sendJson(response, { ...controlled.statistics(), recovery: controlled.recovery() }, JSON_TYPE);
      return;
    case 'POST /_control/reset':
      await controlled.reset();
      sendJson(response, {}, JSON_TYPE);
      return;
    case 'GET /_control/queries':
      sendJson(response, { queries: controlled.queries().map(shownQuery) }, JSON_TYPE);
      return;
    case 'GET /_control/subscriptions':
      sendJson(response, { destinations: controlled.deliveries() }, JSON_TYPE);
      return;
    case 'GET /_control/clock':
      break;
    case 'POST /_control/clock':
      setClock(clock, readJson(exchange));
      break;
    case 'DELETE /_control/clock':
      clock.reset();
      break;
    default:
      throw new ServiceError('UnknownOperationException', `There is no ${action}.`, { status: 404 });
  }
  const state = path.endsWith('/clock')
    ? { time: clock.now() }
    : { faults: faults.list().map(({ id, rule, struck }) => ({ id, ...rule, struck })) };
  sendJson(response, state, JSON_TYPE);
}

function shownQuery({ queryId, status, failure, queryString, createTime, durationMillis }: Query): object {
  return { queryId, status, failure, queryString, createTime, durationMillis };
}

function checked(faults: FaultInjection, rule: unknown): FaultRule {
  try {
    return faults.check(rule);
  } catch (error) {
    if (error instanceof CloudWatchLogsError) throw invalid(error.message);
    throw error;
  }
}

function setClock(clock: AdjustableClock, body: unknown): void {
  const { time, advanceMillis, ...others } = (body ?? {}) as { time?: unknown; advanceMillis?: unknown };
  const isOne = (time === undefined) !== (advanceMillis === undefined) && Object.keys(others).length === 0;
  if (isOne && isTime(time) && time >= 0) {
    const problem = timeProblem(time);
    if (problem !== undefined) throw invalid(`time must ${problem}; it is ${time}.`);
    clock.setTime(time);
  } else if (isOne && isTime(advanceMillis)) clock.advance(advanceMillis);
  else throw invalid('The clock takes {"time": milliseconds since 1970} or {"advanceMillis": milliseconds}.');
}

/** Whether a number is inside what Date can show. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 8_000_000_000_000_000;
}

function readJson({ request, body }: Exchange): unknown {
  // A page in a browser can't send this type to another origin without asking first, which is refused.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new ServiceError('ValidationException', 'The Content-Type must be application/json.', {
      status: 415,
    });
  }
  try {
    return JSON.parse(body.raw.toString('utf8')) as unknown;
  } catch {
    throw invalid('The body is not valid JSON.');
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}
