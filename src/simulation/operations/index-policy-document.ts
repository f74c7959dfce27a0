import { MAX_INDEX_FIELD_LENGTH, MAX_INDEX_FIELDS } from '../../cloudwatch/limits.js';
import { invalidParameter } from '../service-error.js';

export type IndexType = 'FIELD_INDEX' | 'FACET';

/**
 * Reads an index policy's document.
 * @returns the fields and their types
 * @throws ServiceError for a document that is not one, or breaks a limit
 */
export function parseIndexPolicy(document: string): ReadonlyMap<string, IndexType> {
  const fields = new Map<string, IndexType>();
  for (const [name, type] of declaredFields(document)) {
    if (fields.has(name)) {
      throw invalidParameter(`Invalid index policy document: the field ${name} is named more than once.`);
    }
    if (name.length === 0 || name.length > MAX_INDEX_FIELD_LENGTH) {
      throw invalidParameter(
        `Invalid index policy document: a field name must have 1 to ${MAX_INDEX_FIELD_LENGTH} characters.`,
      );
    }
    if (['@message', '@timestamp', '@log'].includes(name)) {
      throw invalidParameter(`Invalid index policy document: the field ${name} can not be indexed.`);
    }
    fields.set(name, type);
  }
  if (fields.size === 0 || fields.size > MAX_INDEX_FIELDS) {
    throw invalidParameter(`Invalid index policy document: 1 to ${MAX_INDEX_FIELDS} fields are needed.`);
  }
  return fields;
}

function declaredFields(document: string): [string, IndexType][] {
  const fail = (): Error =>
    invalidParameter(
      'Invalid index policy document: it must be a JSON object with the array Fields, the object FieldsV2 or both.',
    );
  let policy: unknown;
  try {
    policy = JSON.parse(document);
  } catch {
    throw fail();
  }
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) throw fail();
  const { Fields: fields = [], FieldsV2: typed = {} } = policy as Record<string, unknown>;
  if (!Array.isArray(fields) || typeof typed !== 'object' || typed === null || Array.isArray(typed)) {
    throw fail();
  }
  const declared: [string, IndexType][] = [];
  for (const name of fields as unknown[]) {
    if (typeof name !== 'string') throw fail();
    declared.push([name, 'FIELD_INDEX']);
  }
  for (const [name, rules] of Object.entries(typed as Record<string, unknown>)) {
    const type = typeof rules === 'object' && rules !== null ? (rules as { type?: unknown }).type : undefined;
    if (type !== 'FIELD_INDEX' && type !== 'FACET') throw fail();
    declared.push([name, type]);
  }
  return declared;
}
