import { accessDenied, expiredToken, serverError, skewError, throttled } from '../faults/fault-errors.js';
import type { FaultRule } from '../faults/fault-rule.js';
import { isKnownRequest, operationOf, parseRequest, unknownOperation } from '../protocol/aws-json.js';
import { type Exchange, sendJson } from '../protocol/http-server.js';
import { readRawBody } from '../protocol/read-body.js';
import type { OperationName } from '../protocol/request-shapes.js';
import { arn } from './arns.js';
import { HANDLERS } from './handlers.js';
import { isOtherOperation } from './other-operations.js';
import type { Answer, RequestContext, ServiceContext } from './service-context.js';

type AnyHandler = (context: RequestContext, request: unknown) => Answer | Promise<Answer>;

/** Answers one request of the AWS JSON protocol. */
export async function answerAwsJson(context: ServiceContext, exchange: Exchange): Promise<void> {
  const { request, response, requestId } = exchange;
  const raw = await readRawBody(request);
  const operation = coveredOperation(operationOf(header(request.headers['x-amz-target'])));
  context.authenticate(request, raw);

  const { delayMillis, fault } = context.faults.strike(operation, context.now());
  if (delayMillis > 0) await wait(delayMillis);
  if (fault && (await failBefore(context, fault, exchange))) return;

  const input = await parseRequest(operation, raw, request.headers['content-encoding']);
  if (fault?.kind === 'deny') throw denied(context, operation, input);
  const handler = HANDLERS[operation] as AnyHandler;
  const answer = await handler({ ...context, requestId, fault }, input);
  await context.settled();
  if (fault?.kind === 'reset-after') request.socket.resetAndDestroy();
  else if (fault?.kind === 'truncate') sendHalf(exchange, answer);
  else sendJson(response, answer);
}

function coveredOperation(name: string): OperationName {
  if (isKnownRequest(name) && HANDLERS[name]) return name;
  if (isKnownRequest(name) || isOtherOperation(name)) {
    throw unknownOperation(`The local CloudWatch Logs service does not cover ${name}.`);
  }
  throw unknownOperation();
}

/** Lets a fault strike that keeps the request from having any effect. @returns whether it is dealt with */
async function failBefore(
  context: ServiceContext,
  fault: FaultRule,
  { request, response }: Exchange,
): Promise<boolean> {
  if (fault.retryAfterSeconds !== undefined && (fault.kind === 'throttle' || fault.kind === 'error')) {
    response.setHeader('Retry-After', String(fault.retryAfterSeconds));
  }
  switch (fault.kind) {
    case 'throttle':
      throw throttled();
    case 'error':
      throw serverError(fault);
    case 'expired-token':
      throw expiredToken();
    case 'clock-skew': {
      const now = context.now() + (fault.skewMillis ?? 60 * 60 * 1000);
      // SDKs correct their clock by this header and send again.
      response.setHeader('Date', new Date(now).toUTCString());
      const error = skewError(header(request.headers['x-amz-date']), now);
      if (error) throw error;
      return false;
    }
    case 'reset-before':
      request.socket.resetAndDestroy();
      return true;
    case 'hang':
      if (!response.destroyed) await new Promise((resolve) => response.once('close', resolve));
      return true;
    default:
      return false;
  }
}

function denied(context: ServiceContext, operation: OperationName, input: unknown): Error {
  const { logGroupName = '', logStreamName = '' } = input as Record<string, string | undefined>;
  const resource = arn(context, `log-group:${logGroupName}:log-stream:${logStreamName}`);
  return accessDenied(context, operation, resource);
}

/** Announces the whole answer, sends a part of it and cuts the connection. */
function sendHalf({ request, response }: Exchange, answer: Answer): void {
  const text = JSON.stringify(answer ?? {});
  response.writeHead(200, {
    'Content-Type': 'application/x-amz-json-1.1',
    'Content-Length': Buffer.byteLength(text) + 1,
  });
  response.write(text.slice(0, Math.floor(text.length / 2)), () => {
    request.socket.destroy();
  });
}

function wait(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis).unref();
  });
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
