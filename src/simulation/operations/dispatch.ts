import { accessDenied } from '../faults/fault-errors.js';
import { isKnownRequest, operationOf, parseRequest, unknownOperation } from '../protocol/aws-json.js';
import { type Exchange, sendJson } from '../protocol/http-server.js';
import { readRawBody } from '../protocol/read-body.js';
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
  const { request, response, requestId } = exchange;
  const raw = await readRawBody(request);
  const operation = coveredOperation(operationOf(header(request.headers['x-amz-target'])));
  context.authenticate(request, raw);

  const { delayMillis, fault } = context.faults.strike(operation, context.now());
  if (delayMillis > 0) await wait(delayMillis);
  if (fault && (await failBefore(context, fault, exchange))) return;

  const input = await parseRequest(operation, raw, request.headers['content-encoding']);
  if (fault?.kind === 'deny') throw denied(context, operation, input);
  if (operation === 'StartLiveTail') {
    answerLiveTail(context, exchange, input as RequestOf<'StartLiveTail'>, fault);
    return;
  }
  const handler = HANDLERS[operation] as AnyHandler;
  const answer = await handler({ ...context, requestId, fault }, input);
  await context.settled();
  if (fault?.kind === 'reset-after') request.socket.resetAndDestroy();
  else if (fault?.kind === 'truncate') sendHalf(exchange, answer);
  else sendJson(response, answer);
}

function coveredOperation(name: string): OperationName {
  if (isKnownRequest(name) && (HANDLERS[name] ?? name === 'StartLiveTail')) return name;
  if (isKnownRequest(name) || isOtherOperation(name)) {
    throw unknownOperation(`The local CloudWatch Logs service does not cover ${name}.`);
  }
  throw unknownOperation();
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
