import { randomUUID } from 'node:crypto';

import type { RequestOf } from '../protocol/request-shapes.js';
import { limitExceeded, notFound } from '../service-error.js';
import { QUERY_DEFINITIONS, type QueryDefinitionDocument } from './collections.js';
import { pageOfList } from './page-tokens.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** Source: "CloudWatch Logs quotas", query definitions. */
const MAX_QUERY_DEFINITIONS = 1000;

function putQueryDefinition(context: ServiceContext, request: RequestOf<'PutQueryDefinition'>): Answer {
  const { queryDefinitionId = definitionIdOf(request.clientToken) } = request;
  const existing = context.catalog.get(QUERY_DEFINITIONS, queryDefinitionId);
  if (request.queryDefinitionId !== undefined && !existing) throw missing();
  if (!existing && context.catalog.count(QUERY_DEFINITIONS) >= MAX_QUERY_DEFINITIONS) throw limitExceeded();
  const definition: QueryDefinitionDocument = {
    queryDefinitionId,
    name: request.name,
    queryString: request.queryString,
    queryLanguage: request.queryLanguage ?? 'CWLI',
    logGroupNames: request.logGroupNames ?? [],
    lastModified: context.epochMillis(),
    parameters: request.parameters,
  };
  context.catalog.put(QUERY_DEFINITIONS, queryDefinitionId, definition);
  return { queryDefinitionId };
}

/** The same client token makes the same definition again. Source: PutQueryDefinition, `clientToken`. */
function definitionIdOf(clientToken: string | undefined): string {
  return clientToken ?? randomUUID();
}

function describeQueryDefinitions(
  context: ServiceContext,
  request: RequestOf<'DescribeQueryDefinitions'>,
): Answer {
  const { queryDefinitionNamePrefix: prefix = '', queryLanguage } = request;
  const all = [...context.catalog.list<QueryDefinitionDocument>(QUERY_DEFINITIONS)]
    .map(([, definition]) => definition)
    .filter(
      (definition) =>
        definition.name.startsWith(prefix) &&
        (queryLanguage === undefined || definition.queryLanguage === queryLanguage),
    )
    .sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
  const { items, nextToken } = pageOfList(
    JSON.stringify(['DescribeQueryDefinitions', prefix, queryLanguage]),
    { nextToken: request.nextToken, limit: request.maxResults ?? 1000, now: context.epochMillis() },
    all,
  );
  return { queryDefinitions: items, nextToken };
}

function deleteQueryDefinition(
  context: ServiceContext,
  { queryDefinitionId }: RequestOf<'DeleteQueryDefinition'>,
): Answer {
  if (!context.catalog.delete(QUERY_DEFINITIONS, queryDefinitionId)) throw missing();
  return { success: true };
}

function missing(): Error {
  return notFound('The specified query definition does not exist.');
}

export const QUERY_DEFINITION_HANDLERS = {
  PutQueryDefinition: putQueryDefinition,
  DescribeQueryDefinitions: describeQueryDefinitions,
  DeleteQueryDefinition: deleteQueryDefinition,
} satisfies Handlers;
