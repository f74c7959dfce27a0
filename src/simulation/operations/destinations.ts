import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter, notFound } from '../service-error.js';
import { arn } from './arns.js';
import { DESTINATIONS, type DestinationDocument } from './collections.js';
import { pageOf } from './page-tokens.js';
import { checkAccessPolicy } from './policy-document.js';
import { refuseReservedTags } from './reserved-tags.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** Source: PutDestinationPolicy, `accessPolicy`. */
const MAX_ACCESS_POLICY_BYTES = 5120;

function putDestination(context: ServiceContext, request: RequestOf<'PutDestination'>): Answer {
  const { destinationName, targetArn, roleArn } = request;
  const vendor = targetArn.split(':')[2];
  const isLocal = context.destinations.urlOf(targetArn) !== undefined;
  if (!isLocal && vendor !== 'kinesis' && vendor !== 'firehose') {
    throw invalidParameter('The target of a destination must be a Kinesis or a Firehose stream.');
  }
  refuseReservedTags(request.tags);
  const existing = context.catalog.get<DestinationDocument>(DESTINATIONS, destinationName);
  const destination: DestinationDocument = {
    destinationName,
    targetArn,
    roleArn,
    accessPolicy: existing?.accessPolicy,
    arn: arn(context, `destination:${destinationName}`),
    creationTime: existing?.creationTime ?? context.epochMillis(),
    tags: { ...existing?.tags, ...request.tags },
  };
  context.catalog.put(DESTINATIONS, destinationName, destination);
  return { destination: describe(destination) };
}

function putDestinationPolicy(context: ServiceContext, request: RequestOf<'PutDestinationPolicy'>): Answer {
  const destination = find(context, request.destinationName);
  if (Buffer.byteLength(request.accessPolicy) > MAX_ACCESS_POLICY_BYTES) {
    throw invalidParameter(`The access policy must have at most ${MAX_ACCESS_POLICY_BYTES} bytes.`);
  }
  checkAccessPolicy(request.accessPolicy, { takesLogsAsAccount: true });
  context.catalog.put(DESTINATIONS, request.destinationName, {
    ...destination,
    accessPolicy: request.accessPolicy,
  });
  return undefined;
}

function describeDestinations(context: ServiceContext, request: RequestOf<'DescribeDestinations'>): Answer {
  const prefix = request.DestinationNamePrefix;
  const { items, nextToken } = pageOf<DestinationDocument>(
    JSON.stringify(['DescribeDestinations', prefix]),
    { nextToken: request.nextToken, limit: request.limit ?? 50, now: context.epochMillis() },
    (after) => context.catalog.list(DESTINATIONS, { prefix, after }),
  );
  return { destinations: items.map(describe), nextToken };
}

function deleteDestination(
  context: ServiceContext,
  { destinationName }: RequestOf<'DeleteDestination'>,
): Answer {
  find(context, destinationName);
  context.catalog.delete(DESTINATIONS, destinationName);
  return undefined;
}

function find(context: ServiceContext, destinationName: string): DestinationDocument {
  const destination = context.catalog.get<DestinationDocument>(DESTINATIONS, destinationName);
  if (!destination) throw notFound('The specified destination does not exist.');
  return destination;
}

function describe(destination: DestinationDocument): object {
  return { ...destination, tags: undefined };
}

export const DESTINATION_HANDLERS = {
  PutDestination: putDestination,
  PutDestinationPolicy: putDestinationPolicy,
  DescribeDestinations: describeDestinations,
  DeleteDestination: deleteDestination,
} satisfies Handlers;
