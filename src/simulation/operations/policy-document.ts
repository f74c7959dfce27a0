import { invalidParameter } from '../service-error.js';

/** @throws ServiceError for a policy document that is no JSON object */
export function checkJson(document: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(document);
  } catch {
    throw invalidParameter('The policy document is not valid JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalidParameter('The policy document must be a JSON object.');
  }
}
