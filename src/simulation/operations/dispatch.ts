import { sendJson, type Exchange } from '../protocol/http-server.js';
import { isKnownRequest, operationOf, parseRequest, unknownOperation } from '../protocol/aws-json.js';
import type { OperationName } from '../protocol/request-shapes.js';
import { readRawBody } from '../protocol/read-body.js';
import { HANDLERS } from './handlers.js';
import { isOtherOperation } from './other-operations.js';
import type { Answer, RequestContext, ServiceContext } from './service-context.js';

type AnyHandler = (context: RequestContext, request: unknown) => Answer | Promise<Answer>;

/** Answers one request of the AWS JSON protocol. */
export async function answerAwsJson(context: ServiceContext, exchange: Exchange): Promise<void> {
  const { request, response, requestId } = exchange;
  const raw = await readRawBody(request);
  const operation = coveredOperation(operationOf(header(request.headers['x-amz-target'])));
  const input = await parseRequest(operation, raw, request.headers['content-encoding']);
  const handler = HANDLERS[operation] as AnyHandler;
  const answer = await handler({ ...context, requestId }, input);
  await context.settled();
  sendJson(response, answer);
}

function coveredOperation(name: string): OperationName {
  if (isKnownRequest(name) && HANDLERS[name]) return name;
  if (isKnownRequest(name) || isOtherOperation(name)) {
    throw unknownOperation(`The local CloudWatch Logs service does not cover ${name}.`);
  }
  throw unknownOperation();
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
