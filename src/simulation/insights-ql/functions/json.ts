import { formatValue, isList, isStructure, toJson, toText, type Value } from '../values/value.js';
import { parseJson } from '../values/json.js';
import { scalar } from './define.js';
import { type ScalarFunction } from './function.js';

/** JSON functions. Source: User Guide, "JSON functions". */
export const jsonFunctions: readonly ScalarFunction[] = [
  scalar('jsonParse', 1, 1, ([value]) => parseStructure(value!) ?? null),
  scalar('jsonStringify', 1, 1, ([value]) => (isStructure(value!) ? toJson(value) : null)),
  scalar('jsonArraySize', 1, 1, ([value]) => parseList(value!)?.length ?? null),
  scalar('jsonArrayContains', 2, 2, ([value, wanted]) => {
    const text = toText(wanted!);
    return text !== undefined && (parseList(value!) ?? []).some((item) => formatValue(item) === text);
  }),
];

function parseStructure(value: Value): Value | undefined {
  if (isStructure(value)) return value;
  if (typeof value !== 'string') return undefined;
  const parsed = parseJson(value);
  return parsed !== undefined && isStructure(parsed) ? parsed : undefined;
}

function parseList(value: Value): readonly Value[] | undefined {
  const structure = parseStructure(value);
  return structure !== undefined && isList(structure) ? structure : undefined;
}
