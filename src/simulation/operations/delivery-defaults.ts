/** What a delivery is made of where the request does not say; recorded for the access logs of CloudFront. */
export interface DeliveryDefaults {
  readonly recordFields: readonly string[];
  readonly suffixPath: string;
}

const CLOUDFRONT_FIELDS: readonly string[] = [
  'date',
  'time',
  'x-edge-location',
  'sc-bytes',
  'c-ip',
  'cs-method',
  'cs(Host)',
  'cs-uri-stem',
  'sc-status',
  'cs(Referer)',
  'cs(User-Agent)',
  'cs-uri-query',
  'cs(Cookie)',
  'x-edge-result-type',
  'x-edge-request-id',
  'x-host-header',
  'cs-protocol',
  'cs-bytes',
  'time-taken',
  'x-forwarded-for',
  'ssl-protocol',
  'ssl-cipher',
  'x-edge-response-result-type',
  'cs-protocol-version',
  'fle-status',
  'fle-encrypted-fields',
  'c-port',
  'time-to-first-byte',
  'x-edge-detailed-result-type',
  'sc-content-type',
  'sc-content-len',
  'sc-range-start',
  'sc-range-end',
];

/** @returns undefined for logs whose defaults are not known */
export function deliveryDefaults(service: string, logType: string): DeliveryDefaults | undefined {
  if (service !== 'cloudfront' || logType !== 'ACCESS_LOGS') return undefined;
  return { recordFields: CLOUDFRONT_FIELDS, suffixPath: 'AWSLogs/{account-id}/CloudFront/' };
}
