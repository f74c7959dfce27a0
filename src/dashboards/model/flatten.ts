import { toJsonText } from '../../cloudwatch/write-json.js';

/** Members of one object that are shown singly; what lies beyond stays together as JSON. */
const MAX_MEMBERS = 500;
const MAX_DEPTH = 8;

/** The members of an object as paths and texts: `{"http":{"status":502}}` is `http.status` and `502`. */
export function flatten(value: Readonly<Record<string, unknown>>): [path: string, text: string][] {
  const flat: [string, string][] = [];
  const pending: { path: string; value: unknown; depth: number }[] = [];
  const push = (object: object, prefix: string, depth: number): void => {
    for (const [key, inner] of Object.entries(object).reverse()) {
      pending.push({ path: prefix + key, value: inner, depth });
    }
  };
  push(value, '', 1);
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { path, value: inner, depth } = next;
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    if (isObject && depth < MAX_DEPTH && flat.length + pending.length < MAX_MEMBERS && hasMembers(inner)) {
      push(inner, `${path}.`, depth + 1);
    } else {
      flat.push([path, textOf(inner)]);
    }
  }
  return flat;
}

function hasMembers(value: object): boolean {
  return Object.keys(value).length > 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : toJsonText(value);
}
