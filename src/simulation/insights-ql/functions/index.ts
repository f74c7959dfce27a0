import { statisticFunctions } from './aggregates.js';
import { dateFunctions } from './date.js';
import { byLowerCaseName, type AggregateFunction, type ScalarFunction } from './function.js';
import { generalFunctions } from './general.js';
import { hashFunctions } from './hash.js';
import { ipFunctions } from './ip.js';
import { jsonFunctions } from './json.js';
import { numericFunctions } from './numeric.js';
import { stringFunctions } from './string.js';
import { timeSeriesFunctions } from './time-series.js';

export { evaluateArithmetic, moveByPeriod } from './arithmetic.js';
export type {
  Accumulator,
  AggregatedRow,
  AggregateFunction,
  EvaluationContext,
  GroupedAccumulator,
  ScalarFunction,
} from './function.js';
export { momentByText, PERIOD_UNITS, parsePeriod, type Period } from './period.js';

/** Every function over one event's values, by lower-case name. */
export const scalarFunctions: ReadonlyMap<string, ScalarFunction> = byLowerCaseName([
  ...numericFunctions,
  ...generalFunctions,
  ...jsonFunctions,
  ...hashFunctions,
  ...ipFunctions,
  ...stringFunctions,
  ...dateFunctions,
]);

/** Every function of `stats`, by lower-case name. */
export const aggregateFunctions: ReadonlyMap<string, AggregateFunction> = byLowerCaseName([
  ...statisticFunctions,
  ...timeSeriesFunctions,
  // Editions of the guide in other languages write countOverTime and sumOverTime.
  ...timeSeriesFunctions
    .filter(({ name }) => name.includes('_'))
    .map((entry) => ({ ...entry, name: entry.name.replaceAll('_', '') })),
]);
