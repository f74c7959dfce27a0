import type { LookupTable, LookupTables } from '../insights-ql/index.js';
import type { RequestOf } from '../protocol/request-shapes.js';
import { alreadyExists, invalidParameter, limitExceeded, notFound } from '../service-error.js';
import { arn } from './arns.js';
import { LOOKUP_TABLES, type LookupTableDocument } from './collections.js';
import { CsvError, parseCsv, writeCsv } from './csv.js';
import { checkKmsKey } from './log-groups.js';
import { pageOf } from './page-tokens.js';
import { refuseReservedTags } from './reserved-tags.js';
import type { Answer, Handlers, ServiceContext } from './service-context.js';

/** Source: user guide, "lookup". */
const MAX_LOOKUP_TABLES = 100;
const MAX_TABLE_BYTES = 10 * 1024 * 1024;

function createLookupTable(context: ServiceContext, request: RequestOf<'CreateLookupTable'>): Answer {
  const { lookupTableName, description, kmsKeyId, tags } = request;
  if (context.catalog.get(LOOKUP_TABLES, lookupTableName)) {
    throw alreadyExists('The specified lookup table already exists.');
  }
  if (kmsKeyId !== undefined) checkKmsKey(kmsKeyId, lookupTableName);
  refuseReservedTags(tags);
  const tableBody = bodyOf(context, request);
  if (context.catalog.count(LOOKUP_TABLES) >= MAX_LOOKUP_TABLES) throw limitExceeded();
  const table: LookupTableDocument = {
    lookupTableName,
    description,
    tableBody,
    kmsKeyId,
    lastUpdatedTime: context.epochMillis(),
    tags: { ...tags },
  };
  context.catalog.put(LOOKUP_TABLES, lookupTableName, table);
  return { lookupTableArn: lookupTableArn(context, lookupTableName), createdAt: table.lastUpdatedTime };
}

function updateLookupTable(context: ServiceContext, request: RequestOf<'UpdateLookupTable'>): Answer {
  const table = findLookupTable(context, request.lookupTableArn);
  const { description = table.description, kmsKeyId = table.kmsKeyId } = request;
  // An empty text takes the key away. Source: UpdateLookupTable, `kmsKeyId`.
  if (kmsKeyId !== undefined && kmsKeyId !== '') checkKmsKey(kmsKeyId, table.lookupTableName);
  const changed: LookupTableDocument = {
    ...table,
    description,
    tableBody: bodyOf(context, request),
    kmsKeyId: kmsKeyId === '' ? undefined : kmsKeyId,
    lastUpdatedTime: context.epochMillis(),
  };
  context.catalog.put(LOOKUP_TABLES, table.lookupTableName, changed);
  return { lookupTableArn: request.lookupTableArn, lastUpdatedTime: changed.lastUpdatedTime };
}

function getLookupTable(context: ServiceContext, request: RequestOf<'GetLookupTable'>): Answer {
  const { lookupTableName, description, tableBody, kmsKeyId, lastUpdatedTime } = findLookupTable(
    context,
    request.lookupTableArn,
  );
  return {
    lookupTableArn: request.lookupTableArn,
    lookupTableName,
    description,
    tableBody,
    sizeBytes: Buffer.byteLength(tableBody),
    lastUpdatedTime,
    kmsKeyId,
  };
}

function describeLookupTables(context: ServiceContext, request: RequestOf<'DescribeLookupTables'>): Answer {
  const { lookupTableNamePrefix: prefix, maxResults = 50 } = request;
  const { items, nextToken } = pageOf<LookupTableDocument>(
    JSON.stringify(['DescribeLookupTables', prefix]),
    { nextToken: request.nextToken, limit: maxResults, now: context.epochMillis() },
    (after) => context.catalog.list(LOOKUP_TABLES, { prefix, after }),
  );
  const lookupTables = items.map((table) => {
    const { columns, rows } = parsed(table);
    return {
      lookupTableArn: lookupTableArn(context, table.lookupTableName),
      lookupTableName: table.lookupTableName,
      description: table.description,
      tableFields: columns,
      recordsCount: rows.length,
      sizeBytes: Buffer.byteLength(table.tableBody),
      lastUpdatedTime: table.lastUpdatedTime,
      kmsKeyId: table.kmsKeyId,
    };
  });
  return { lookupTables, nextToken };
}

function deleteLookupTable(context: ServiceContext, request: RequestOf<'DeleteLookupTable'>): Answer {
  context.catalog.delete(LOOKUP_TABLES, findLookupTable(context, request.lookupTableArn).lookupTableName);
  return undefined;
}

function lookupTableArn(context: ServiceContext, lookupTableName: string): string {
  return arn(context, `lookup-table:${lookupTableName}`);
}

/** The table of an ARN; undefined for an ARN of something else. @throws ServiceError where it does not exist */
export function lookupTableOf(context: ServiceContext, resourceArn: string): LookupTableDocument | undefined {
  const begin = lookupTableArn(context, '');
  if (!resourceArn.startsWith(begin)) return undefined;
  const table = context.catalog.get<LookupTableDocument>(LOOKUP_TABLES, resourceArn.slice(begin.length));
  if (!table) throw notFound('The specified lookup table does not exist.');
  return table;
}

function findLookupTable(context: ServiceContext, resourceArn: string): LookupTableDocument {
  const table = lookupTableOf(context, resourceArn);
  if (!table) throw invalidParameter('Invalid lookup table ARN.');
  return table;
}

/** Exactly one of body and query makes the table. @throws ServiceError for what makes none */
function bodyOf(
  context: ServiceContext,
  { tableBody, queryId }: { tableBody?: string | undefined; queryId?: string | undefined },
): string {
  if ((tableBody === undefined) === (queryId === undefined)) {
    throw invalidParameter('Exactly one of tableBody and queryId must be specified.');
  }
  const body = tableBody ?? bodyOfQuery(context, queryId!);
  if (Buffer.byteLength(body) > MAX_TABLE_BYTES) {
    throw invalidParameter(`A lookup table must have at most ${MAX_TABLE_BYTES} bytes.`);
  }
  parseTable(body);
  return body;
}

/** Not documented: the columns are the fields of the rows, but for `@ptr`, in the order in which they come. */
function bodyOfQuery(context: ServiceContext, queryId: string): string {
  const query = context.queries.find(queryId);
  if (!query) throw notFound('The specified query does not exist.');
  // Source: CreateLookupTable, `queryId`.
  if (query.status !== 'Complete' && query.status !== 'Cancelled') {
    throw invalidParameter('The specified query is neither complete nor cancelled.');
  }
  const rows = query.rows().map((row) => new Map(row.map(({ field, value }) => [field, value])));
  const fields = [...new Set(rows.flatMap((row) => [...row.keys()]))].filter((field) => field !== '@ptr');
  if (fields.length === 0) throw invalidParameter('The specified query has no results.');
  return writeCsv([fields, ...rows.map((row) => fields.map((field) => row.get(field) ?? ''))]);
}

/** @throws ServiceError for a body that is no table */
function parseTable(body: string): LookupTable {
  const fail = (reason: string): Error => invalidParameter(`Invalid lookup table: ${reason}.`);
  let lines: string[][];
  try {
    lines = parseCsv(body);
  } catch (error) {
    throw error instanceof CsvError ? fail(error.message) : error;
  }
  const [columns = [], ...rest] = lines;
  if (columns.includes('')) throw fail('a column has no name');
  if (new Set(columns).size < columns.length) throw fail('two columns have the same name');
  // Blank lines are no rows.
  const cells = rest.filter((row) => row.length > 1 || row[0] !== '');
  const odd = cells.findIndex((row) => row.length !== columns.length);
  if (odd >= 0) throw fail(`row ${odd + 1} has ${cells[odd]!.length} values for ${columns.length} columns`);
  const rows = cells.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]!])));
  return { columns, rows };
}

/** Documents do not change, so each is parsed once. */
const parsedTables = new WeakMap<LookupTableDocument, LookupTable>();

function parsed(document: LookupTableDocument): LookupTable {
  let table = parsedTables.get(document);
  if (!table) parsedTables.set(document, (table = parseTable(document.tableBody)));
  return table;
}

/** What `lookup` may name in a query. */
export function lookupTables(context: ServiceContext): LookupTables {
  const { catalog } = context;
  return {
    get: (name) => {
      const document = catalog.get<LookupTableDocument>(LOOKUP_TABLES, name);
      return document && parsed(document);
    },
    keys: () => [...catalog.list(LOOKUP_TABLES)].map(([name]) => name),
  };
}

export const LOOKUP_TABLE_HANDLERS = {
  CreateLookupTable: createLookupTable,
  UpdateLookupTable: updateLookupTable,
  GetLookupTable: getLookupTable,
  DescribeLookupTables: describeLookupTables,
  DeleteLookupTable: deleteLookupTable,
} satisfies Handlers;
