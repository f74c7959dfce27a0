import { randomBytes } from 'node:crypto';

import type { RequestOf } from '../protocol/request-shapes.js';
import { notFound, ServiceError } from '../service-error.js';
import { arn } from './arns.js';
import {
  DELIVERIES,
  DELIVERY_DESTINATIONS,
  DELIVERY_SOURCES,
  type DeliveryDestinationDocument,
  type DeliveryDocument,
  type DeliverySourceDocument,
} from './collections.js';
import { deliveryDefaults } from './delivery-defaults.js';
import { pageOf } from './page-tokens.js';
import { refuseReservedTags } from './reserved-tags.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

// Deliveries of vended logs: sources, destinations and what joins them are kept and described; no service sends
// logs through them here. The texts for what is missing are recorded.

/** Recorded for s3: what sends no logs itself. The service has a list of those that may; it is not checked. */
const NO_SOURCES: readonly string[] = ['s3'];
const TYPE_BY_VENDOR: Readonly<Record<string, DeliveryDestinationDocument['deliveryDestinationType']>> = {
  s3: 'S3',
  logs: 'CWL',
  firehose: 'FH',
};
/** Records that come one by one can't be a file of columns. Recorded for log groups. */
const TYPES_WITHOUT_PARQUET: readonly string[] = ['CWL', 'FH'];

function putDeliverySource(context: ServiceContext, request: RequestOf<'PutDeliverySource'>): Answer {
  const { name, resourceArn, logType, deliverySourceConfiguration } = request;
  const service = vendorOf(resourceArn);
  if (service === undefined) throw invalid('Invalid resourceArn');
  if (NO_SOURCES.includes(service)) throw notFound('Cannot access provided service.');
  refuseReservedTags(request.tags);
  const existing = context.catalog.get<DeliverySourceDocument>(DELIVERY_SOURCES, name);
  if (existing && !existing.resourceArns.includes(resourceArn)) {
    throw conflict(
      'Update to existing Delivery Source with new ResourceId is not allowed. Please create a new Delivery Source instead.',
    );
  }
  for (const [, other] of context.catalog.list<DeliverySourceDocument>(DELIVERY_SOURCES)) {
    if (other.name !== name && other.logType === logType && other.resourceArns.includes(resourceArn)) {
      throw conflict('This ResourceId has already been used in another Delivery Source in this account.');
    }
  }
  refuseTagsOfUpdate(existing, request.tags);
  const source: DeliverySourceDocument = {
    name,
    arn: arn(context, `delivery-source:${name}`),
    resourceArns: [resourceArn],
    service,
    logType,
    deliverySourceConfiguration,
    tags: { ...existing?.tags, ...request.tags },
  };
  context.catalog.put(DELIVERY_SOURCES, name, source);
  return { deliverySource: describeSource(source) };
}

function getDeliverySource(context: ServiceContext, { name }: RequestOf<'GetDeliverySource'>): Answer {
  return { deliverySource: describeSource(findSource(context, name)) };
}

function deleteDeliverySource(context: ServiceContext, { name }: RequestOf<'DeleteDeliverySource'>): Answer {
  findSource(context, name);
  refuseUsed(context, 'Source', (delivery) => delivery.deliverySourceName === name);
  context.catalog.delete(DELIVERY_SOURCES, name);
  return undefined;
}

function describeDeliverySources(
  context: ServiceContext,
  request: RequestOf<'DescribeDeliverySources'>,
): Answer {
  const { resourceArns } = request;
  const { items, nextToken } = page<DeliverySourceDocument>(context, DELIVERY_SOURCES, request, (source) =>
    source.resourceArns.some((each) => resourceArns?.includes(each) ?? true),
  );
  return { deliverySources: items.map(describeSource), nextToken };
}

function putDeliveryDestination(
  context: ServiceContext,
  request: RequestOf<'PutDeliveryDestination'>,
): Answer {
  const { name, outputFormat, deliveryDestinationConfiguration, roleArn } = request;
  refuseReservedTags(request.tags);
  const existing = context.catalog.get<DeliveryDestinationDocument>(DELIVERY_DESTINATIONS, name);
  const deliveryDestinationType = typeOf(request);
  if (outputFormat === 'parquet' && TYPES_WITHOUT_PARQUET.includes(deliveryDestinationType)) {
    throw invalid('Invalid output format value provided.');
  }
  refuseOtherRegion(context, deliveryDestinationConfiguration?.destinationResourceArn);
  if (existing?.outputFormat !== undefined && outputFormat !== undefined) {
    if (existing.outputFormat !== outputFormat) {
      throw conflict(
        'Update to existing Delivery Destination with new Output Format is not allowed. Please create a new Delivery Destination instead.',
      );
    }
  }
  refuseTagsOfUpdate(existing, request.tags);
  const destination: DeliveryDestinationDocument = {
    name,
    arn: arn(context, `delivery-destination:${name}`),
    deliveryDestinationType,
    outputFormat,
    deliveryDestinationConfiguration,
    roleArn,
    policy: existing?.policy,
    tags: { ...existing?.tags, ...request.tags },
  };
  context.catalog.put(DELIVERY_DESTINATIONS, name, destination);
  return { deliveryDestination: describeDestination(destination) };
}

/** The ARN of a bucket has no region. */
function refuseOtherRegion({ region }: ServiceContext, destinationResourceArn = ''): void {
  const named = destinationResourceArn.split(':')[3] ?? '';
  if (named === '' || named === region) return;
  throw invalid('Region from identity does not match the Destination Resource ARN.');
}

/** Tags of what exists are changed by TagResource. The text is recorded. */
function refuseTagsOfUpdate(existing: object | undefined, tags: Readonly<Record<string, string>> = {}): void {
  if (!existing || Object.keys(tags).length === 0) return;
  throw conflict('Tags can only be provided when a resource is being created, not updated.');
}

function typeOf({
  deliveryDestinationConfiguration: configuration,
  deliveryDestinationType: wanted,
}: RequestOf<'PutDeliveryDestination'>): DeliveryDestinationDocument['deliveryDestinationType'] {
  if (configuration === undefined) {
    if (wanted === 'XRAY') return wanted;
    // Source: PutDeliveryDestination, `deliveryDestinationConfiguration`.
    throw invalid('deliveryDestinationConfiguration is required for destinations other than X-Ray.');
  }
  const type = TYPE_BY_VENDOR[vendorOf(configuration.destinationResourceArn) ?? ''];
  if (type === undefined) throw invalid('Invalid destinationResourceArn');
  if (wanted !== undefined && wanted !== type) {
    throw invalid(`The destinationResourceArn is not of the deliveryDestinationType ${wanted}.`);
  }
  return type;
}

function getDeliveryDestination(
  context: ServiceContext,
  { name }: RequestOf<'GetDeliveryDestination'>,
): Answer {
  return { deliveryDestination: describeDestination(findDestination(context, name)) };
}

function deleteDeliveryDestination(
  context: ServiceContext,
  { name }: RequestOf<'DeleteDeliveryDestination'>,
): Answer {
  const destination = findDestination(context, name);
  refuseUsed(context, 'Destination', (delivery) => delivery.deliveryDestinationArn === destination.arn);
  context.catalog.delete(DELIVERY_DESTINATIONS, name);
  return undefined;
}

function describeDeliveryDestinations(
  context: ServiceContext,
  request: RequestOf<'DescribeDeliveryDestinations'>,
): Answer {
  const { names } = request;
  const { items, nextToken } = page<DeliveryDestinationDocument>(
    context,
    DELIVERY_DESTINATIONS,
    request,
    ({ name }) => names?.includes(name) ?? true,
  );
  return { deliveryDestinations: items.map(describeDestination), nextToken };
}

function putDestinationPolicy(
  context: ServiceContext,
  request: RequestOf<'PutDeliveryDestinationPolicy'>,
): Answer {
  const destination = findDestination(context, request.deliveryDestinationName);
  const policy = request.deliveryDestinationPolicy;
  if (!hasStatements(policy)) throw invalid('Invalid Delivery Destination resource Policy is provided.');
  context.catalog.put(DELIVERY_DESTINATIONS, destination.name, { ...destination, policy });
  return { policy: { deliveryDestinationPolicy: policy } };
}

function hasStatements(policy: string): boolean {
  try {
    const parsed: unknown = JSON.parse(policy);
    return typeof parsed === 'object' && parsed !== null && 'Statement' in parsed;
  } catch {
    return false;
  }
}

function getDestinationPolicy(
  context: ServiceContext,
  request: RequestOf<'GetDeliveryDestinationPolicy'>,
): Answer {
  const { policy } = findDestination(context, request.deliveryDestinationName);
  return { policy: { deliveryDestinationPolicy: policy } };
}

function deleteDestinationPolicy(
  context: ServiceContext,
  request: RequestOf<'DeleteDeliveryDestinationPolicy'>,
): Answer {
  const destination = findDestination(context, request.deliveryDestinationName);
  context.catalog.put(DELIVERY_DESTINATIONS, destination.name, { ...destination, policy: undefined });
  return undefined;
}

function createDelivery(context: ServiceContext, request: RequestOf<'CreateDelivery'>): Answer {
  const { deliverySourceName, deliveryDestinationArn, fieldDelimiter, s3DeliveryConfiguration } = request;
  const source = findSource(context, deliverySourceName);
  const destination = [...context.catalog.list<DeliveryDestinationDocument>(DELIVERY_DESTINATIONS)].find(
    ([, each]) => each.arn === deliveryDestinationArn,
  )?.[1];
  if (!destination) throw missing('Delivery Destination');
  refuseReservedTags(request.tags);
  for (const [, delivery] of context.catalog.list<DeliveryDocument>(DELIVERIES)) {
    if (
      delivery.deliverySourceName === deliverySourceName &&
      delivery.deliveryDestinationArn === deliveryDestinationArn
    ) {
      throw conflict('A delivery of this source to this destination exists already.');
    }
  }
  const defaults = deliveryDefaults(source.service, source.logType);
  const id = randomBytes(8).toString('hex');
  const type = destination.deliveryDestinationType;
  const delivery: DeliveryDocument = {
    id,
    arn: arn(context, `delivery:${id}`),
    deliverySourceName,
    deliveryDestinationArn,
    deliveryDestinationType: type,
    recordFields: request.recordFields ?? defaults?.recordFields,
    fieldDelimiter,
    s3DeliveryConfiguration:
      type === 'S3'
        ? { suffixPath: defaults?.suffixPath, enableHiveCompatiblePath: false, ...s3DeliveryConfiguration }
        : undefined,
    tags: { ...request.tags },
  };
  context.catalog.put(DELIVERIES, id, delivery);
  return { delivery: describeDelivery(delivery) };
}

function getDelivery(context: ServiceContext, { id }: RequestOf<'GetDelivery'>): Answer {
  return { delivery: describeDelivery(findDelivery(context, id)) };
}

function deleteDelivery(context: ServiceContext, { id }: RequestOf<'DeleteDelivery'>): Answer {
  findDelivery(context, id);
  context.catalog.delete(DELIVERIES, id);
  return undefined;
}

function describeDeliveries(context: ServiceContext, request: RequestOf<'DescribeDeliveries'>): Answer {
  const { deliverySourceNames } = request;
  const { items, nextToken } = page<DeliveryDocument>(
    context,
    DELIVERIES,
    request,
    (delivery) => deliverySourceNames?.includes(delivery.deliverySourceName) ?? true,
  );
  return { deliveries: items.map(describeDelivery), nextToken };
}

function updateDeliveryConfiguration(
  context: ServiceContext,
  request: RequestOf<'UpdateDeliveryConfiguration'>,
): Answer {
  const delivery = findDelivery(context, request.id);
  const { recordFields, fieldDelimiter, s3DeliveryConfiguration } = request;
  if (s3DeliveryConfiguration && delivery.deliveryDestinationType !== 'S3') {
    throw invalid('s3DeliveryConfiguration is valid for deliveries to Amazon S3 alone.');
  }
  context.catalog.put(DELIVERIES, delivery.id, {
    ...delivery,
    recordFields: recordFields ?? delivery.recordFields,
    fieldDelimiter: fieldDelimiter ?? delivery.fieldDelimiter,
    s3DeliveryConfiguration: s3DeliveryConfiguration
      ? { ...delivery.s3DeliveryConfiguration, ...s3DeliveryConfiguration }
      : delivery.s3DeliveryConfiguration,
  });
  return {};
}

/** The vendor of an ARN; undefined for what is none. */
function vendorOf(text: string): string | undefined {
  return /^arn:[^:]+:([^:]+):[^:]*:[^:]*:.+$/.exec(text)?.[1];
}

function findSource(context: ServiceContext, name: string): DeliverySourceDocument {
  const source = context.catalog.get<DeliverySourceDocument>(DELIVERY_SOURCES, name);
  if (!source) throw missing('Delivery Source');
  return source;
}

function findDestination(context: ServiceContext, name: string): DeliveryDestinationDocument {
  const destination = context.catalog.get<DeliveryDestinationDocument>(DELIVERY_DESTINATIONS, name);
  if (!destination) throw missing('Delivery Destination');
  return destination;
}

function findDelivery(context: ServiceContext, id: string): DeliveryDocument {
  const delivery = context.catalog.get<DeliveryDocument>(DELIVERIES, id);
  if (!delivery) throw missing('Delivery');
  return delivery;
}

function refuseUsed(
  context: ServiceContext,
  what: 'Source' | 'Destination',
  uses: (delivery: DeliveryDocument) => boolean,
): void {
  for (const [, delivery] of context.catalog.list<DeliveryDocument>(DELIVERIES)) {
    if (uses(delivery)) {
      throw conflict(
        `The Delivery ${what} is used by the delivery ${delivery.id}. Delete that delivery first.`,
      );
    }
  }
}

function page<T extends object>(
  context: ServiceContext,
  collection: string,
  request: { readonly nextToken?: string | undefined; readonly limit?: number | undefined },
  matches: (item: T) => boolean,
): { items: T[]; nextToken?: string } {
  const { nextToken, limit = 50, ...selection } = request;
  return pageOf<T>(
    JSON.stringify([collection, selection]),
    { nextToken, limit, now: context.epochMillis() },
    function* (after) {
      for (const entry of context.catalog.list<T>(collection, { after })) if (matches(entry[1])) yield entry;
    },
  );
}

function describeSource({ tags, ...source }: DeliverySourceDocument): object {
  return { ...source, tags: shown(tags) };
}

/** Recorded: without its tags, which ListTagsForResource has. */
function describeDestination({
  tags: _tags,
  policy: _policy,
  ...destination
}: DeliveryDestinationDocument): object {
  return destination;
}

function describeDelivery({ tags, ...delivery }: DeliveryDocument): object {
  return { ...delivery, tags: shown(tags) };
}

function shown(tags: Readonly<Record<string, string>>): object | undefined {
  return Object.keys(tags).length === 0 ? undefined : tags;
}

function missing(what: string): ServiceError {
  return notFound(`Requested ${what} does not exist in this account.`);
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

function conflict(message: string): ServiceError {
  return new ServiceError('ConflictException', message);
}

export const DELIVERY_HANDLERS = {
  PutDeliverySource: putDeliverySource,
  GetDeliverySource: getDeliverySource,
  DeleteDeliverySource: deleteDeliverySource,
  DescribeDeliverySources: describeDeliverySources,
  PutDeliveryDestination: putDeliveryDestination,
  GetDeliveryDestination: getDeliveryDestination,
  DeleteDeliveryDestination: deleteDeliveryDestination,
  DescribeDeliveryDestinations: describeDeliveryDestinations,
  PutDeliveryDestinationPolicy: putDestinationPolicy,
  GetDeliveryDestinationPolicy: getDestinationPolicy,
  DeleteDeliveryDestinationPolicy: deleteDestinationPolicy,
  CreateDelivery: createDelivery,
  GetDelivery: getDelivery,
  DeleteDelivery: deleteDelivery,
  DescribeDeliveries: describeDeliveries,
  UpdateDeliveryConfiguration: updateDeliveryConfiguration,
} satisfies Handlers;
