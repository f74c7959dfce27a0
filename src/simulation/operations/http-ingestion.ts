import { accessDenied } from '../faults/fault-errors.js';
import { EVENT_OVERHEAD_BYTES, MAX_BATCH_BYTES, MAX_PAST_MILLIS } from '../../cloudwatch/limits.js';
import { type IngestedEvent, IngestionError } from '../ingestion/ingestion-error.js';
import { decodeHlc, decodeNdjson, decodeStructuredJson } from '../ingestion/json-logs.js';
import { otlpEncoding } from '../ingestion/otlp/content-type.js';
import { decodeLogsRequest } from '../ingestion/otlp/logs.js';
import { encodeErrorStatus, encodeExportResponse, type PartialSuccess } from '../ingestion/otlp/responses.js';
import { decodeTracesRequest } from '../ingestion/otlp/traces.js';
import { type Exchange, sendJson } from '../protocol/http-server.js';
import { invalidParameter, ServiceError } from '../service-error.js';
import { arn } from './arns.js';
import { LOG_GROUPS, type LogGroupDocument, logStreamsOf } from './collections.js';
import { failBefore, wait } from './strike.js';
import { expiryTime, findLogGroup, findLogStream } from './find-log-group.js';
import { addLogGroup } from './log-groups.js';
import { addLogStream } from './log-streams.js';
import { splitByAge, storeEvents } from './put-log-events.js';
import type { ServiceContext } from './service-context.js';

/** Bytes of an OTLP request. Source: user guide, "Sending logs using the OTLP endpoint". */
const MAX_OTLP_BYTES = 1_048_576;
const SPANS_GROUP = 'aws/spans';
const SPANS_STREAM = 'default';
/** Headers by which a request is read, and its events are stored. */
const USED_HEADERS = ['content-type', 'content-encoding', 'x-aws-log-group', 'x-aws-log-stream'];
const JSON_TYPE = { contentType: 'application/json' };

interface Endpoint {
  readonly signal?: 'logs' | 'traces';
  decode(body: Buffer, contentType: string, now: number): readonly IngestedEvent[];
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/v1/logs': { signal: 'logs', decode: decodeLogsRequest },
  '/v1/traces': { signal: 'traces', decode: decodeTracesRequest },
  '/ingest/bulk': { decode: (body, _type, now) => decodeNdjson(body.toString('utf8'), now).events },
  '/ingest/json': { decode: (body, _type, now) => decodeStructuredJson(body.toString('utf8'), now).events },
  '/services/collector/event': { decode: (body, _type, now) => decodeHlc(body.toString('utf8'), now).events },
};

/** The paths, besides `/`, that take requests of the service. */
export const INGESTION_PATHS: readonly string[] = Object.keys(ENDPOINTS);

export function isIngestionPath(path: string): boolean {
  return Object.hasOwn(ENDPOINTS, path);
}

/** Answers a POST to one of the HTTP endpoints that take logs, or spans, without the AWS JSON protocol. */
export async function answerIngestion(context: ServiceContext, exchange: Exchange): Promise<void> {
  const { request, response, path } = exchange;
  const endpoint = ENDPOINTS[path]!;
  const encoding = endpoint.signal && otlpEncoding(request.headers['content-type'] ?? '');
  try {
    if (endpoint.signal && !encoding) {
      throw new ServiceError(
        'UnsupportedMediaTypeException',
        'The content type must be application/x-protobuf or application/json.',
        { status: 415 },
      );
    }
    const partial = await take(context, exchange, endpoint);
    if (response.destroyed) return;
    if (!encoding) {
      sendJson(response, partial ? { partialSuccess: toJson(partial) } : {}, JSON_TYPE);
      return;
    }
    const { contentType, body } = encodeExportResponse(encoding, endpoint.signal, partial);
    response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': body.length }).end(body);
  } catch (error) {
    const failure = error instanceof IngestionError ? invalidParameter(error.message) : error;
    if (!encoding || !(failure instanceof ServiceError) || response.headersSent) throw failure;
    const { contentType, body } = encodeErrorStatus(encoding, grpcCode(failure), failure.message);
    response.setHeader('x-amzn-ErrorType', failure.type);
    if (failure.status === 413) response.setHeader('Connection', 'close');
    response
      .writeHead(failure.type === 'ThrottlingException' ? 429 : failure.status, {
        'Content-Type': contentType,
        'Content-Length': body.length,
      })
      .end(body);
  }
}

/** Source: the codes of google.rpc.Status, with which OTLP answers errors. */
const GRPC_CODES: ReadonlyMap<string | number, number> = new Map<string | number, number>([
  ['ResourceNotFoundException', 5],
  ['ThrottlingException', 8],
  [401, 16],
  [403, 7],
  ['AccessDeniedException', 7],
  [500, 13],
  [503, 14],
]);
const GRPC_INVALID_ARGUMENT = 3;

function grpcCode({ type, status }: ServiceError): number {
  return GRPC_CODES.get(type) ?? GRPC_CODES.get(status) ?? GRPC_INVALID_ARGUMENT;
}

function toJson({ rejected, errorMessage }: PartialSuccess): object {
  return { rejectedLogRecords: rejected, errorMessage };
}

/** Reads, checks and stores. @returns what was not taken, undefined when all was */
async function take(
  context: ServiceContext,
  exchange: Exchange,
  endpoint: Endpoint,
): Promise<PartialSuccess | undefined> {
  const { request, path } = exchange;
  await exchange.body.read();
  const target = endpoint.signal === 'traces' ? undefined : targetOf(exchange, endpoint);
  authenticate(context, exchange, target?.logGroupName);
  const { delayMillis, fault } = context.faults.strike(path.slice(1), context.epochMillis());
  if (delayMillis > 0) await wait(delayMillis);
  if (fault && (await failBefore(context, fault, exchange))) return undefined;
  if (fault?.kind === 'deny') {
    const resource = `log-group:${target?.logGroupName ?? SPANS_GROUP}:log-stream:${target?.logStreamName ?? ''}`;
    throw accessDenied(context, path.slice(1), arn(context, resource));
  }

  const body = await exchange.body.decoded();
  if (endpoint.signal && body.length > MAX_OTLP_BYTES) {
    throw new ServiceError('RequestEntityTooLargeException', 'The request is larger than 1 MB.', {
      status: 413,
    });
  }
  const events = endpoint.decode(body, request.headers['content-type'] ?? '', context.epochMillis());
  const { group, logStreamName } = target ? findTarget(context, target) : spansTarget(context);
  const partial = store(context, group, logStreamName, events);
  await context.settled();
  if (fault?.kind === 'reset-after' || fault?.kind === 'truncate') request.socket.resetAndDestroy();
  return partial;
}

interface Target {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** Group and stream by headers, or, but for OTLP, by query; never both. */
function targetOf({ request, query }: Exchange, endpoint: Endpoint): Target {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const byHeader = [header('x-aws-log-group'), header('x-aws-log-stream')];
  const byQuery = endpoint.signal ? [] : [query.get('logGroup'), query.get('logStream')];
  const inQuery = byQuery.some((name) => name !== null);
  if (inQuery && byHeader.some((name) => name !== undefined)) {
    throw invalidParameter('The log group and stream must be given by headers or by query, not by both.');
  }
  const [logGroupName, logStreamName] = inQuery ? byQuery : byHeader;
  if (!logGroupName || !logStreamName) {
    throw invalidParameter('The headers x-aws-log-group and x-aws-log-stream are required.');
  }
  return { logGroupName, logStreamName };
}

/**
 * A bearer token holds where the group allows one; otherwise the request is signed as any other. Where signatures
 * are verified no token is believed: who may have one is IAM's matter, of which nothing is known here.
 */
function authenticate(
  context: ServiceContext,
  { request, body }: Exchange,
  logGroupName: string | undefined,
): void {
  const unauthorized = (message: string): ServiceError =>
    new ServiceError('UnauthorizedException', message, { status: 401 });
  if (/^Bearer\s+\S/i.test(request.headers.authorization ?? '')) {
    if (context.verifiesSignatures) {
      throw unauthorized('Bearer tokens cannot be verified by the local service; sign the request.');
    }
    const group =
      logGroupName === undefined
        ? undefined
        : context.catalog.get<LogGroupDocument>(LOG_GROUPS, logGroupName);
    if (group && !group.bearerTokenAuthenticationEnabled) {
      throw unauthorized('Bearer token authentication is not enabled for the log group.');
    }
    return;
  }
  try {
    context.authenticate(request, body.raw, USED_HEADERS);
  } catch (error) {
    throw error instanceof ServiceError ? unauthorized(error.message) : error;
  }
}

function findTarget(context: ServiceContext, { logGroupName, logStreamName }: Target) {
  const group = findLogGroup(context, logGroupName);
  findLogStream(context, logGroupName, logStreamName);
  return { group, logStreamName };
}

/**
 * The group of Transaction Search, made when the first span comes. In the service it is there since Transaction
 * Search was enabled: were it younger than its first spans, queries would not see them.
 */
function spansTarget(context: ServiceContext) {
  if (!context.catalog.get(LOG_GROUPS, SPANS_GROUP)) {
    addLogGroup(context, { logGroupName: SPANS_GROUP }, context.epochMillis() - MAX_PAST_MILLIS);
  }
  if (!context.catalog.get(logStreamsOf(SPANS_GROUP), SPANS_STREAM)) {
    addLogStream(context, SPANS_GROUP, SPANS_STREAM);
  }
  return { group: findLogGroup(context, SPANS_GROUP), logStreamName: SPANS_STREAM };
}

/** Stores what may be stored, in time order. */
function store(
  context: ServiceContext,
  group: LogGroupDocument,
  logStreamName: string,
  events: readonly IngestedEvent[],
): PartialSuccess | undefined {
  const fitting = events.filter(
    ({ message }) => message !== '' && Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES <= MAX_BATCH_BYTES,
  );
  const ordered = fitting.toSorted((left, right) => left.timestamp - right.timestamp);
  const { accepted, rejected } = splitByAge(ordered, context.epochMillis(), expiryTime(context, group));
  storeEvents(context, { group, logStreamName, events: accepted });
  const count = events.length - accepted.length;
  if (count === 0) return undefined;
  const tooOld = rejected?.tooOldLogEventEndIndex ?? 0;
  const expired = Math.max(0, (rejected?.expiredLogEventEndIndex ?? 0) - tooOld);
  const tooNew = ordered.length - (rejected?.tooNewLogEventStartIndex ?? ordered.length);
  const tooLarge = events.length - fitting.length;
  const reasons = {
    ...(tooOld > 0 && { tooOldLogEventCount: tooOld }),
    ...(tooNew > 0 && { tooNewLogEventCount: tooNew }),
    ...(expired > 0 && { expiredLogEventCount: expired }),
    ...(tooLarge > 0 && { tooLargeLogEventCount: tooLarge }),
  };
  return { rejected: count, errorMessage: JSON.stringify(reasons) };
}
