import { MAX_TAGS } from '../../cloudwatch/limits.js';
import type { RequestOf } from '../protocol/request-shapes.js';
import { invalidParameter, notFound, ServiceError } from '../service-error.js';
import { logGroupNameOf } from './arns.js';
import {
  DELIVERIES,
  DELIVERY_DESTINATIONS,
  DELIVERY_SOURCES,
  type DestinationDocument,
  DESTINATIONS,
  LOOKUP_TABLES,
} from './collections.js';
import { changeLogGroup, findLogGroup } from './find-log-group.js';
import { lookupTableOf } from './lookup-tables.js';
import { refuseReservedTags } from './reserved-tags.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

type Tags = Readonly<Record<string, string>>;

/** Something that has tags, named by its ARN. */
interface Tagged {
  readonly tags: Tags;
  change(tags: Tags): void;
}

interface TaggedDocument {
  readonly arn: string;
  readonly tags: Tags;
}

const DELIVERY_COLLECTIONS: readonly string[] = [DELIVERY_SOURCES, DELIVERY_DESTINATIONS, DELIVERIES];

function findTagged(context: ServiceContext, resourceArn: string): Tagged {
  // Seen for the ARN of a log group with its trailing `:*`.
  if (!/^arn:[\w+=/:,.@-]+$/.test(resourceArn))
    throw new ServiceError('ValidationException', 'Invalid resourceArn');
  const destination = [...context.catalog.list<DestinationDocument>(DESTINATIONS)].find(
    ([, { arn }]) => arn === resourceArn,
  )?.[1];
  if (destination) {
    return {
      tags: destination.tags,
      change: (tags) => {
        context.catalog.put(DESTINATIONS, destination.destinationName, { ...destination, tags });
      },
    };
  }
  const table = lookupTableOf(context, resourceArn);
  if (table) {
    return {
      tags: table.tags,
      change: (tags) => {
        context.catalog.put(LOOKUP_TABLES, table.lookupTableName, { ...table, tags });
      },
    };
  }
  for (const collection of DELIVERY_COLLECTIONS) {
    for (const [key, document] of context.catalog.list<TaggedDocument>(collection)) {
      if (document.arn !== resourceArn) continue;
      return {
        tags: document.tags,
        change: (tags) => {
          context.catalog.put(collection, key, { ...document, tags });
        },
      };
    }
  }
  const logGroupName = logGroupNameOf(context, resourceArn);
  if (logGroupName === undefined) throw notFound('The specified resource does not exist.');
  return taggedLogGroup(context, logGroupName);
}

function taggedLogGroup(context: ServiceContext, logGroupName: string): Tagged {
  const group = findLogGroup(context, logGroupName);
  return {
    tags: group.tags,
    change: (tags) => {
      changeLogGroup(context, group, { tags });
    },
  };
}

function add(tagged: Tagged, tags: Tags, tooMany: () => Error): Answer {
  refuseReservedTags(tags);
  const merged = { ...tagged.tags, ...tags };
  if (Object.keys(merged).length > MAX_TAGS) throw tooMany();
  tagged.change(merged);
  return undefined;
}

function remove(tagged: Tagged, keys: readonly string[]): Answer {
  const gone = new Set(keys);
  tagged.change(Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !gone.has(key))));
  return undefined;
}

function tagResource(context: ServiceContext, { resourceArn, tags }: RequestOf<'TagResource'>): Answer {
  return add(
    findTagged(context, resourceArn),
    tags,
    () =>
      new ServiceError('TooManyTagsException', `A resource can have no more than ${MAX_TAGS} tags.`, {
        members: { resourceName: resourceArn },
      }),
  );
}

function untagResource(
  context: ServiceContext,
  { resourceArn, tagKeys }: RequestOf<'UntagResource'>,
): Answer {
  return remove(findTagged(context, resourceArn), tagKeys);
}

function listTagsForResource(
  context: ServiceContext,
  { resourceArn }: RequestOf<'ListTagsForResource'>,
): Answer {
  return { tags: findTagged(context, resourceArn).tags };
}

function tagLogGroup(context: ServiceContext, { logGroupName, tags }: RequestOf<'TagLogGroup'>): Answer {
  return add(taggedLogGroup(context, logGroupName), tags, () =>
    invalidParameter(`A resource can have no more than ${MAX_TAGS} tags.`),
  );
}

function untagLogGroup(context: ServiceContext, { logGroupName, tags }: RequestOf<'UntagLogGroup'>): Answer {
  return remove(taggedLogGroup(context, logGroupName), tags);
}

function listTagsLogGroup(context: ServiceContext, { logGroupName }: RequestOf<'ListTagsLogGroup'>): Answer {
  return { tags: taggedLogGroup(context, logGroupName).tags };
}

/** Both generations of the API work on the same tags. */
export const TAG_HANDLERS = {
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
  TagLogGroup: tagLogGroup,
  UntagLogGroup: untagLogGroup,
  ListTagsLogGroup: listTagsLogGroup,
} satisfies Handlers;
