import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { addMember, jsonString, jsonText, UNREADABLE } from '../json-text.js';
import { type ResourceAttributes } from './layout.js';

/** Writes the attributes of a resource as a JSON object. @returns undefined where none are wanted or there */
export type ResourceWriter = (resource: ReadableLogRecord['resource']) => string | undefined;

/**
 * Makes a writer that remembers its text for each resource: all records of a process share one.
 * @param choice - which attributes stand in each message
 */
export function createResourceWriter(choice: ResourceAttributes): ResourceWriter {
  if (choice === 'none') return () => undefined;
  const known = new WeakMap<object, string>();
  return (resource) => {
    const remembered = known.get(resource);
    if (remembered !== undefined) return remembered === '' ? undefined : remembered;
    const text = writeResource(resource, choice);
    // Attributes of detectors come later: until then the text is not final.
    if (resource.asyncAttributesPending !== true) known.set(resource, text);
    return text === '' ? undefined : text;
  };
}

function writeResource(resource: ReadableLogRecord['resource'], choice: 'all' | readonly string[]): string {
  const attributes = resource.attributes as Readonly<Record<string, unknown>>;
  const names = choice === 'all' ? Object.keys(attributes) : choice;
  let members = '';
  for (const name of names) {
    if (Object.hasOwn(attributes, name)) members = addMember(members, name, attributeJson(attributes, name));
  }
  return members === '' ? '' : `{${members}}`;
}

function attributeJson(attributes: Readonly<Record<string, unknown>>, name: string): string | undefined {
  try {
    return jsonText(attributes[name]);
  } catch {
    return `"${UNREADABLE}"`;
  }
}

/** Writes an instrumentation scope as a JSON object. @returns undefined for one without a name */
export type ScopeWriter = (scope: ReadableLogRecord['instrumentationScope']) => string | undefined;

/** Makes a writer that remembers its text for each scope, whose identity OpenTelemetry keeps stable. */
export function createScopeWriter(): ScopeWriter {
  const known = new WeakMap<object, string>();
  return (scope) => {
    const remembered = known.get(scope);
    if (remembered !== undefined) return remembered === '' ? undefined : remembered;
    let members = addMember('', 'name', scope.name ? jsonText(scope.name) : undefined);
    members = addMember(members, 'version', scope.version ? jsonText(scope.version) : undefined);
    members = addMember(members, 'attributes', attributesJson(scope.attributes));
    const text = members === '' ? '' : `{${members}}`;
    known.set(scope, text);
    return text === '' ? undefined : text;
  };
}

/** Writes attributes as a JSON object. @returns undefined where there are none */
export function attributesJson(attributes: object | undefined | null): string | undefined {
  if (attributes === undefined || attributes === null) return undefined;
  const text = jsonText(attributes);
  return text === '{}' ? undefined : text;
}

/** Writes a body. @returns undefined for an empty value, which the record then leaves out */
export function bodyJson(body: unknown): string | undefined {
  return body === null ? undefined : jsonText(body);
}

/** W3C trace flags as two hex digits in quotes. @returns undefined for what are no flags */
export function traceFlagsJson(traceFlags: unknown): string | undefined {
  if (typeof traceFlags !== 'number' || !Number.isFinite(traceFlags)) return undefined;
  return `"${(traceFlags & 0xff).toString(16).padStart(2, '0')}"`;
}

/**
 * Writes a member that should be a text. Records come from any bridge and any hand: what is of another kind
 * is written as JSON writes it, rather than that the record is lost.
 * @returns undefined for an empty one, which the record then leaves out
 */
export function textJson(text: unknown): string | undefined {
  if (typeof text === 'string') return text === '' ? undefined : jsonString(text);
  return text ? jsonText(text) : undefined;
}

/** Writes a member that should be a number above 0, as {@link textJson} does a text. */
export function countJson(count: unknown): string | undefined {
  if (typeof count === 'number' || typeof count === 'bigint') return count > 0 ? jsonText(count) : undefined;
  return textJson(count);
}
