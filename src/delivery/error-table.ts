import {
  type ErrorKind,
  KIND_BY_ERROR_NAME,
  KIND_BY_NETWORK_CODE,
  KIND_BY_STATUS,
} from '../cloudwatch/classify-error.js';
import { type RetryCause } from './outcome.js';

/** The fate of a batch whose request met an error of a kind, in words for the documentation. */
const WHAT_HAPPENS: Readonly<Record<ErrorKind | RetryCause, string>> = {
  retry:
    'Sent again after a wait that doubles up to `retry.maxDelayMillis`. After `circuitBreaker.failures` in a row no ' +
    'request is made but one that probes.',
  throttled:
    'Sent again after a wait, that of `Retry-After` where there is one. All streams wait, and half as many ' +
    'requests are made at once, until they succeed again.',
  credentials: 'Sent again until the credentials are renewed; `diag` names the ways to set them.',
  denied:
    'Sent again for 10 s, in which a new permission may come into force. After that it is lost (`delivery_failed`) ' +
    'without a spool, and waits in the spool where there is one; `diag` names the permission.',
  missing: 'Group and stream are made, as `provision` allows, and it is sent again.',
  exists:
    'Answers the making of a group or stream, which is then there. To PutLogEvents it would be `refused`.',
  invalid:
    'Halved until the event that spoils it stands alone; that event is lost (`rejected`), the others arrive.',
  unreadable:
    'Sent once more without gzip, unless the endpoint is one of AWS or took gzip before. After that as `invalid`; ' +
    'a 404 or 415 without a known name as `retry`.',
  sequence_token: 'Sent again with the token that the answer names. Endpoints of before 2023 alone.',
  already_accepted: 'Delivered. Endpoints of before 2023 alone.',
  configuration: 'Sent again, though it takes another configuration; `diag` says which.',
  unexpected:
    'As `denied`: nobody knows whether it passes. The answer of a proxy, firewall or load balancer, or an error that ' +
    'is newer than this package.',
  implausible:
    'As `denied`: nobody knows which events the service has, so that what is sent again may be there twice.',
  refused: 'Lost (`delivery_failed`).',
};

/** How errors of PutLogEvents are told apart, as Markdown made from the tables that decide. */
export function errorTable(): string {
  const rows = Object.entries(WHAT_HAPPENS).map(([kind, what]) => [`\`${kind}\``, what, errorsOf(kind)]);
  return [['Kind', 'What happens to the batch', 'Errors'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function errorsOf(kind: string): string {
  const named = (table: Readonly<Record<string, ErrorKind>>): string[] =>
    Object.keys(table)
      .filter((name) => table[name] === kind)
      .sort()
      .map((name) => `\`${name}\``);
  const statuses = Object.keys(KIND_BY_STATUS).filter((status) => KIND_BY_STATUS[Number(status)] === kind);
  return [
    ...named(KIND_BY_ERROR_NAME),
    ...named(KIND_BY_NETWORK_CODE),
    ...(statuses.length > 0 ? [`HTTP ${statuses.join(', ')}`] : []),
    ...(OTHERS[kind] ?? []),
  ].join(', ');
}

/** Errors that no table names. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  retry: ['HTTP 500 to 599', 'everything else'],
  configuration: ['no region', 'a profile that is missing'],
  unexpected: ['any other HTTP 400 to 499'],
  implausible: ['a success that names rejected events which are not in the request'],
};
