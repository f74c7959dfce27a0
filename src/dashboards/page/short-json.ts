import { DEEP } from '../../cloudwatch/json-marks.js';

/**
 * Stands in the page for `write-json.ts`, which writes any depth and is long: what is too deep for the browser is said
 * to be so. Copies and the raw text hold the message as it is stored.
 */
export function toJsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return DEEP;
  }
}
