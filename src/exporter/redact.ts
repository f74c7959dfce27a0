import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { CIRCULAR, ERROR_MEMBERS, MAX_JSON_DEPTH, MAX_JSON_VALUES, UNREADABLE } from './json-text.js';
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
    if (body.length > 0) view.body = redactWhole(record.body, body) as ReadableLogRecord['body'];
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

function redactRoot<Attributes extends object>(attributes: Attributes, paths: Paths): Attributes {
  const redacted = redactWhole(attributes, paths);
  return (redacted === REDACTED ? {} : redacted) as Attributes;
}

type Paths = readonly (readonly string[])[];

/** One pass over a value: what lies above the present one, and how many values were looked at. */
interface Walk {
  values: number;
  readonly ancestors: object[];
}

function redactWhole(value: unknown, paths: Paths): unknown {
  return redactValue(value, paths, 0, { values: 0, ancestors: [] });
}

/** @param paths - what of the value to redact; an empty path means all of it */
function redactValue(value: unknown, paths: Paths, arrayDepth: number, walk: Walk): unknown {
  if (value === undefined || value === null) return value;
  if (paths.some((path) => path.length === 0)) return REDACTED;
  // A value that is shared many times is large only once it is written out: what is over is not sent.
  if (++walk.values > MAX_JSON_VALUES) return REDACTED;
  if (typeof value !== 'object') return value;
  if (walk.ancestors.includes(value)) return CIRCULAR;
  if (walk.ancestors.length >= MAX_JSON_DEPTH) return REDACTED;
  walk.ancestors.push(value);
  try {
    if (Array.isArray(value)) return redactArray(value, paths, arrayDepth, walk);
    if (value instanceof Set) return redactArray([...value], paths, arrayDepth, walk);
    return redactMembers(value, paths, walk);
  } finally {
    walk.ancestors.pop();
  }
}

function redactArray(items: readonly unknown[], paths: Paths, arrayDepth: number, walk: Walk): unknown {
  if (arrayDepth >= MAX_ARRAY_DEPTH) return REDACTED;
  const namesItems = paths.some((path) => path[0] === '*' || /^\d+$/.test(path[0]!));
  const redacted: unknown[] = [];
  for (const [index, item] of items.entries()) {
    const ofItem = namesItems ? withPathsOfItem(paths, index) : paths;
    redacted.push(redactValue(item, ofItem, arrayDepth + 1, walk));
    if (walk.values > MAX_JSON_VALUES) break;
  }
  return redacted;
}

/** Arrays are looked through, so the paths themselves hold for an item beside those that name it. */
function withPathsOfItem(paths: Paths, index: number): Paths {
  const all = new Map(paths.map((path) => [path.join('.'), path]));
  for (const path of paths) {
    if (path[0] !== '*' && path[0] !== String(index)) continue;
    const below = path.slice(1);
    all.set(below.join('.'), below);
  }
  return [...all.values()];
}

function redactMembers(object: object, paths: Paths, walk: Walk): unknown {
  if (ArrayBuffer.isView(object) || object instanceof Date) return object;
  let members: [string, unknown][];
  try {
    members = membersOf(object);
  } catch {
    return UNREADABLE;
  }
  const copy = new Map<string, unknown>();
  for (const [key, value] of members) {
    const below = paths.map((path) => pathBelow(path, key)).filter((path) => path !== undefined);
    copy.set(key, below.length === 0 ? untouched(value, walk) : redactValue(value, below, 0, walk));
    if (walk.values > MAX_JSON_VALUES) break;
  }
  redactStacks(members, copy);
  return Object.fromEntries(copy);
}

/**
 * A value that no path names stays itself, unless it leads back to one that is being redacted: written out
 * below itself, that one would show what is hidden above.
 */
function untouched(value: unknown, walk: Walk): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const leadsBack = reachesAncestor(value, walk);
  if (walk.values > MAX_JSON_VALUES) return REDACTED;
  return leadsBack ? redactValue(value, [], 0, walk) : value;
}

function reachesAncestor(start: object, walk: Walk): boolean {
  const seen = new Set<unknown>([start]);
  for (const value of seen) {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue;
    if (walk.ancestors.includes(value)) return true;
    if (++walk.values > MAX_JSON_VALUES) return true;
    try {
      for (const below of valuesBelow(value)) {
        if (typeof below === 'object' && below !== null) seen.add(below);
      }
    } catch {
      // It is written as unreadable.
    }
  }
  return false;
}

function valuesBelow(object: object): Iterable<unknown> {
  if (Array.isArray(object) || object instanceof Set) return object as Iterable<unknown>;
  return membersOf(object).map(([, value]) => value);
}

/** The names under which an error's stack stands beside its `message`. */
const STACK_NAMES = ['stack', 'stacktrace'] as const;

/** A stack begins with the error's message: where that is redacted, here or as `exception.message`, so is this. */
function redactStacks(members: readonly (readonly [string, unknown])[], copy: Map<string, unknown>): void {
  for (const [key, message] of members) {
    if (!MESSAGE_NAME.test(key) || copy.get(key) !== REDACTED) continue;
    for (const name of STACK_NAMES) {
      const stackKey = key.slice(0, -'message'.length) + name;
      const stack = copy.get(stackKey);
      if (typeof stack === 'string' && stack !== REDACTED) copy.set(stackKey, redactStack(stack, message));
    }
  }
}

const MESSAGE_NAME = /(?:^|\.)message$/;

/** Keeps the frames, `    at …`, that end a stack; what stands before them is the error's own text. */
function redactStack(stack: string, message: unknown): string {
  // The message may hold lines that look like frames.
  const start = typeof message === 'string' && message !== '' ? stack.indexOf(message) : -1;
  const rest = start === -1 ? stack : stack.slice(start + String(message).length);
  const lines = rest.split('\n');
  let first = lines.length;
  while (first > 0 && /^\s+at /.test(lines[first - 1]!)) first--;
  return [REDACTED, ...lines.slice(first)].join('\n');
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
