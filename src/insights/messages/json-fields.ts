import { traceIdForms } from '../../cloudwatch/trace-ids.js';
import { type JsonObject } from './parsed-message.js';

/** The JSON object that a text is; undefined for all other text. */
export function parseJsonObject(text: string): JsonObject | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The value of a field in a JSON message as the query language names it: an own key of that name, or a
 * dotted path through objects and lists.
 */
export function valueAtField(json: JsonObject, field: string): unknown {
  const own = ownValue(json, field);
  if (own !== undefined) return own;
  // A key may hold dots itself (`attributes` with the key `request.id`): every cut is tried.
  for (let dot = field.indexOf('.'); dot !== -1; dot = field.indexOf('.', dot + 1)) {
    const outer = ownValue(json, field.slice(0, dot));
    if (typeof outer !== 'object' || outer === null) continue;
    const inner = valueAtField(outer as JsonObject, field.slice(dot + 1));
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** A value as text where it is a string, number or boolean. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A trace id in W3C form where it is one of either form. */
export function normalTraceId(id: string): string {
  return traceIdForms(id)[0]!;
}

/** The value of an own key, so that no inherited one is taken for the log's. */
export function ownValue(json: JsonObject, key: string): unknown {
  return Object.hasOwn(json, key) ? json[key] : undefined;
}

/** Tells whether a value is an object other than a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
