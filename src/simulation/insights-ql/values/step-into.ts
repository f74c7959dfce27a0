import { type FieldStep } from '../tree.js';
import { asLogged, isList, isMap, type Value } from './value.js';

/**
 * What a path leads to in a map or list; null where it leads to nothing.
 * @param from - the first of the steps to take
 */
export function stepInto(outer: Value, steps: readonly FieldStep[], from = 0): Value {
  let value = outer;
  for (let index = from; index < steps.length; index++) value = elementOf(value, steps[index]!);
  return typeof value === 'number' ? asLogged(value) : value;
}

/**
 * What a dotted path leads to, as `json` takes it (`user.name`, `items[0].id`). Keys may hold dots themselves:
 * the longest key that there is goes first.
 */
export function followPath(outer: Value, path: string): Value {
  return follow(
    outer,
    path
      .replace(/\[(\d+)\]/g, '.$1')
      .replace(/^\$?\./, '')
      .split('.'),
  );
}

function follow(outer: Value, steps: readonly string[]): Value {
  if (steps.length === 0) return typeof outer === 'number' ? asLogged(outer) : outer;
  const most = isMap(outer) ? steps.length : 1;
  for (let taken = most; taken > 0; taken--) {
    const inner = elementOf(outer, steps.slice(0, taken).join('.'));
    const found = inner === null ? null : follow(inner, steps.slice(taken));
    if (found !== null) return found;
  }
  return null;
}

function elementOf(value: Value, step: FieldStep): Value {
  if (isMap(value)) return value.get(String(step)) ?? null;
  if (isList(value)) return value[Number(step)] ?? null;
  return null;
}
