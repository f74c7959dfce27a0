import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { ERROR_MEMBERS, UNREADABLE } from './json-text.js';
import { viewOf } from './record-view.js';

/** What stands in place of a redacted value. */
export const REDACTED = '[REDACTED]';

const ROOTS = ['body', 'attributes', 'resource', 'scope'] as const;
type Root = (typeof ROOTS)[number];

/** Arrays inside arrays that are looked through; deeper ones are redacted whole. */
const MAX_ARRAY_DEPTH = 64;

/** A path to values that must not leave the process. */
export interface RedactPath {
  readonly root: Root;
  /** Keys below the root; none means the whole of it. */
  readonly keys: readonly string[];
}

/**
 * Reads a path such as `attributes.password` or `body.*.token`.
 * @returns a text that completes "<option> must …" where it is none
 */
export function parseRedactPath(path: string): RedactPath | string {
  const [root, ...keys] = path.split('.');
  if (!ROOTS.includes(root as Root)) return `begin with one of ${ROOTS.join(', ')}`;
  if (keys.includes('')) return 'have a name or * between its dots';
  const isBelowAttributes = (root === 'resource' || root === 'scope') && keys[0] === 'attributes';
  return { root: root as Root, keys: isBelowAttributes ? keys.slice(1) : keys };
}

/** Makes a redacted view of a record; the record itself is never changed. */
export type Redactor = (record: ReadableLogRecord) => ReadableLogRecord;

/**
 * Makes a redactor. A key with dots matches the same as nested keys: `attributes.user.email` redacts
 * `{'user.email': …}` and `{user: {email: …}}`; a path that ends above a value redacts all below. Arrays are
 * looked through.
 */
export function createRedactor(paths: readonly RedactPath[]): Redactor {
  const keysOf = (root: Root): (readonly string[])[] =>
    paths.filter((path) => path.root === root).map((path) => path.keys);
  const body = keysOf('body');
  const attributes = keysOf('attributes');
  const scope = keysOf('scope');
  const resource = keysOf('resource');
  // One resource serves all records of a process, and layouts remember their text by its identity.
  const resources = new WeakMap<object, ReadableLogRecord['resource']>();
  const scopes = new WeakMap<object, ReadableLogRecord['instrumentationScope']>();
  return (record) => {
    const view = viewOf(record);
    if (body.length > 0) view.body = redactValue(record.body, body, 0) as ReadableLogRecord['body'];
    if (attributes.length > 0) view.attributes = redactRoot(record.attributes, attributes);
    if (resource.length > 0) {
      view.resource = remembered(
        resources,
        record.resource,
        !record.resource.asyncAttributesPending,
        (from) => {
          const redacted = redactRoot(from.attributes, resource);
          return Object.create(from, { attributes: { value: redacted, enumerable: true } }) as typeof from;
        },
      );
    }
    if (scope.length > 0) {
      view.instrumentationScope = remembered(scopes, record.instrumentationScope, true, (from) =>
        from.attributes === undefined ? from : { ...from, attributes: redactRoot(from.attributes, scope) },
      );
    }
    return view;
  };
}

function remembered<Part extends object>(
  known: WeakMap<object, Part>,
  part: Part,
  isFinal: boolean,
  make: (part: Part) => Part,
): Part {
  const old = known.get(part);
  if (old) return old;
  const made = make(part);
  if (isFinal) known.set(part, made);
  return made;
}

function redactRoot<Attributes extends object>(
  attributes: Attributes,
  paths: readonly (readonly string[])[],
): Attributes {
  const redacted = redactValue(attributes, paths, 0);
  return (redacted === REDACTED ? {} : redacted) as Attributes;
}

/** @param paths - what of the value to redact; an empty path means all of it */
function redactValue(value: unknown, paths: readonly (readonly string[])[], arrayDepth: number): unknown {
  if (value === undefined || value === null) return value;
  if (paths.some((path) => path.length === 0)) return REDACTED;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return redactArray(value, paths, arrayDepth);
  if (value instanceof Set) return redactArray([...value], paths, arrayDepth);
  return redactMembers(value, paths);
}

function redactArray(
  items: readonly unknown[],
  paths: readonly (readonly string[])[],
  arrayDepth: number,
): unknown {
  if (arrayDepth >= MAX_ARRAY_DEPTH) return REDACTED;
  return items.map((item, index) => {
    const below = paths
      .filter((path) => path[0] === '*' || path[0] === String(index))
      .map((path) => path.slice(1));
    return redactValue(item, [...below, ...paths], arrayDepth + 1);
  });
}

function redactMembers(object: object, paths: readonly (readonly string[])[]): unknown {
  if (ArrayBuffer.isView(object) || object instanceof Date) return object;
  let members: [string, unknown][];
  try {
    members = membersOf(object);
  } catch {
    return UNREADABLE;
  }
  const copy: [string, unknown][] = members.map(([key, value]) => {
    const below = paths.map((path) => pathBelow(path, key)).filter((path) => path !== undefined);
    return [key, below.length === 0 ? value : redactValue(value, below, 0)];
  });
  return Object.fromEntries(copy);
}

/** What will be written of an object, getters and `toJSON` included. */
function membersOf(object: object): [string, unknown][] {
  if (object instanceof Map) return [...object].map(([key, value]) => [String(key), value]);
  if (object instanceof Error) {
    const shown = ERROR_MEMBERS.filter((name) => name in object);
    return Object.entries({
      type: object.name,
      ...pickNamed(object, [...shown, ...Object.keys(object)]),
    });
  }
  const { toJSON } = object as { toJSON?: unknown };
  if (typeof toJSON === 'function') {
    const written: unknown = (object as { toJSON(key: string): unknown }).toJSON('');
    if (typeof written !== 'object' || written === null) throw new TypeError('not an object');
    return Object.entries(written);
  }
  return Object.keys(object).map((key) => {
    try {
      return [key, (object as Record<string, unknown>)[key]];
    } catch {
      return [key, UNREADABLE];
    }
  });
}

function pickNamed(object: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, (object as Record<string, unknown>)[name]]));
}

/**
 * What is left of a path below a key, which may hold dots itself.
 * @returns an empty path where the key is reached or the path ends above it, undefined where they differ
 */
function pathBelow(path: readonly string[], key: string): readonly string[] | undefined {
  const keyParts = key.split('.');
  const common = Math.min(keyParts.length, path.length);
  for (let index = 0; index < common; index++) {
    if (path[index] !== '*' && path[index] !== keyParts[index]) return undefined;
  }
  return path.slice(common);
}
