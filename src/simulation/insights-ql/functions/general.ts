import { isStructure, toNumber, toText, truthy, type Value } from '../values/value.js';
import { scalar } from './define.js';
import { type ScalarFunction } from './function.js';

/** Branches of `case`. Source: User Guide, "General functions". */
const MAX_CASE_BRANCHES = 10;

/** General functions. Source: User Guide, "General functions". */
export const generalFunctions: readonly ScalarFunction[] = [
  scalar('ispresent', 1, 1, ([value]) => value !== null),
  scalar('coalesce', 1, Number.POSITIVE_INFINITY, (args) => args.find((arg) => arg !== null) ?? null),
  scalar('case', 2, 2 * MAX_CASE_BRANCHES + 1, evaluateCase),
  scalar('if', 3, 3, ([condition, yes, no]) => (truthy(condition!) ? yes! : no!)),
  scalar('isNumeric', 1, 1, ([value]) => !isStructure(value!) && toNumber(value!) !== undefined),
  scalar('messageSize', 1, 1, ([value]) => {
    const text = toText(value!);
    return text === undefined ? null : Buffer.byteLength(text);
  }),
  // Nothing is masked here: a data protection policy is stored, not applied.
  scalar('unmask', 1, 1, ([value]) => value!),
  scalar('queryStartTime', 0, 0, (_, context) => context.queryStartMillis),
  scalar('queryEndTime', 0, 0, (_, context) => context.queryEndMillis),
  scalar('queryTimeRange', 0, 0, (_, context) => context.queryEndMillis - context.queryStartMillis),
];

/** `case(condition, value, …[, default])` */
function evaluateCase(args: readonly Value[]): Value {
  for (let at = 0; at + 1 < args.length; at += 2) {
    if (truthy(args[at]!)) return args[at + 1]!;
  }
  return args.length % 2 === 1 ? args[args.length - 1]! : null;
}
