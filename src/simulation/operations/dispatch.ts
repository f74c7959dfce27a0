import { accessDenied } from '../faults/fault-errors.js';
import { isKnownRequest, operationOf, parseRequest, unknownOperation } from '../protocol/aws-json.js';
import { type Exchange, sendJson } from '../protocol/http-server.js';
import type { OperationName, RequestOf } from '../protocol/request-shapes.js';
import { arn } from './arns.js';
import { HANDLERS } from './handlers.js';
import { answerLiveTail } from './live-tail.js';
import { isOtherOperation } from './other-operations.js';
import type { Answer, RequestContext, ServiceContext } from './service-context.js';
import { failBefore, header, wait } from './strike.js';

type AnyHandler = (context: RequestContext, request: unknown) => Answer | Promise<Answer>;

/** Answers one request of the AWS JSON protocol. */
export async function answerAwsJson(context: ServiceContext, exchange: Exchange): Promise<void> {
  const { request, response, requestId, body } = exchange;
  await body.read();
  const operation = coveredOperation(operationOf(header(request.headers['x-amz-target'])));
  context.authenticate(request, body.raw, ['x-amz-target', 'content-encoding']);

  const { delayMillis, fault } = context.faults.strike(operation, context.epochMillis());
  if (delayMillis > 0) await wait(delayMillis);
  if (fault && (await failBefore(context, fault, exchange))) return;

  const input = await parseRequest(operation, body);
  if (fault?.kind === 'deny') throw denied(context, operation, input);
  if (operation === 'StartLiveTail') {
    answerLiveTail(context, exchange, input as RequestOf<'StartLiveTail'>, fault);
    return;
  }
  const answer = await runOperation(operation, { ...context, requestId, fault }, input);
  if (fault?.kind === 'reset-after') request.socket.resetAndDestroy();
  else if (fault?.kind === 'truncate') sendHalf(exchange, answer);
  else sendJson(response, answer);
}

/**
 * Does what an operation does, and waits until it is stored.
 * @param input - a request that was checked
 */
export async function runOperation(
  operation: Exclude<OperationName, 'StartLiveTail'>,
  context: RequestContext,
  input: unknown,
): Promise<Answer> {
  const handler = HANDLERS[operation as keyof typeof HANDLERS] as AnyHandler;
  const answer = await handler(context, input);
  await context.settled();
  return answer;
}

/** @throws ServiceError for a name that is no operation's, or one's that is not covered */
export function coveredOperation(name: string): OperationName {
  if (isKnownRequest(name) && (HANDLERS[name] ?? name === 'StartLiveTail')) return name;
  if (isKnownRequest(name) || isOtherOperation(name)) {
    throw unknownOperation(`The local CloudWatch Logs service does not cover ${name}.`);
  }
  throw unknownOperation();
}

/** The error of a caller that may not do what it asks for. */
export function denied(context: ServiceContext, operation: OperationName, input: unknown): Error {
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
