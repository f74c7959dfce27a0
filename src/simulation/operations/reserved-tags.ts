import { invalidParameter } from '../service-error.js';

/** @throws ServiceError for a tag key that only AWS may set */
export function refuseReservedTags(tags: Readonly<Record<string, string>> = {}): void {
  if (Object.keys(tags).some((key) => /^aws:/i.test(key))) {
    throw invalidParameter('Tag keys beginning with aws: are reserved for system use.');
  }
}
