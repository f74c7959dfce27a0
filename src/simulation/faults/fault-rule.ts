import { timeProblem } from '../../cloudwatch/check-time.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { nearestName } from '../../cloudwatch/nearest-name.js';

/** What a fault does to the request that it strikes. */
export const FAULT_KINDS = [
  /** ThrottlingException, "Rate exceeded". */
  'throttle',
  /** Any error: see `code` and `status`. */
  'error',
  /** The request is answered after `delayMillis`. */
  'delay',
  /** The request is never answered. */
  'hang',
  /** The connection is reset; the request had no effect. */
  'reset-before',
  /** The connection is reset; the request took effect. */
  'reset-after',
  /** The request takes effect; the answer breaks off in its middle. */
  'truncate',
  /** PutLogEvents refuses the first `fraction` of the events as too old. */
  'reject-partially',
  /** ExpiredTokenException. */
  'expired-token',
  /** The service's clock is `skewMillis` ahead of the clients': signatures older than 5 minutes are refused. */
  'clock-skew',
  /** AccessDeniedException. */
  'deny',
  /** The query that StartQuery starts is Running for `delayMillis` more, by the service's clock or the system's. */
  'slow-query',
] as const;

/** What can go wrong. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** It stands in a header too. */
const ERROR_CODE = /^[A-Za-z][\w.#-]{0,127}$/;

/** When a fault strikes, and how. */
export interface FaultRule {
  readonly kind: FaultKind;
  /** Names of operations, for example `PutLogEvents`; `*` stands for any letters. All when left out. */
  readonly operations?: readonly string[] | undefined;
  /** Operations that are spared, written likewise. */
  readonly exceptOperations?: readonly string[] | undefined;
  /** From 0 to 1; 1 when left out. */
  readonly probability?: number | undefined;
  /** How many requests it strikes before it is spent; without end when left out. */
  readonly count?: number | undefined;
  /** Milliseconds since 1970 by the service's clock, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds since 1970 by the service's clock, exclusive. */
  readonly until?: number | undefined;
  /**
   * Of `error`: the HTTP status. Without a `code` 500 (InternalFailure) or 503 (ServiceUnavailableException, the
   * default); with one any from 400 to 599: 500 for `Internal…`, 503 for `…Unavailable…`, else 400 when left out.
   */
  readonly status?: number | undefined;
  /** Of `error`: the error's name, for example `LimitExceededException`. */
  readonly code?: string | undefined;
  /** Of `error`: the error's text. */
  readonly message?: string | undefined;
  /** Of `error`: further members of the answer, for example `{"expectedSequenceToken": "49…"}`. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
  /** Of `throttle` and `error`: seconds for the header `Retry-After`; none when left out. */
  readonly retryAfterSeconds?: number | undefined;
  /** Of `delay` and `slow-query`: milliseconds; 1000 when left out. */
  readonly delayMillis?: number | undefined;
  /** Of `reject-partially`: the refused part of the events, from 0 to 1; a half when left out. */
  readonly fraction?: number | undefined;
  /** Of `clock-skew`: milliseconds, an hour when left out; negative for a service that is behind. */
  readonly skewMillis?: number | undefined;
}

const CHECKS: Readonly<Record<keyof FaultRule, (value: unknown) => string | undefined>> = {
  kind: (value) => {
    if (FAULT_KINDS.some((kind) => kind === value)) return undefined;
    const near = typeof value === 'string' ? nearestName(value, FAULT_KINDS) : undefined;
    return `be one of ${FAULT_KINDS.join(', ')}${near ? ` (did you mean ${near}?)` : ''}`;
  },
  operations: checkNames,
  exceptOperations: checkNames,
  probability: (value) => checkNumber(value, 'be a number from 0 to 1', 0, 1),
  count: (value) =>
    (Number.isSafeInteger(value) ? undefined : 'be a whole number') ?? checkNumber(value, 'be 0 or more', 0),
  from: timeProblem,
  until: timeProblem,
  status: (value) =>
    Number.isSafeInteger(value) ? checkNumber(value, 'be from 400 to 599', 400, 599) : 'be a whole number',
  code: (value) =>
    typeof value === 'string' && ERROR_CODE.test(value)
      ? undefined
      : 'be the name of an error, such as LimitExceededException',
  message: (value) => (typeof value === 'string' ? undefined : 'be a text'),
  members: (value) =>
    typeof value === 'object' && !Array.isArray(value) ? undefined : 'be an object of further members',
  retryAfterSeconds: (value) => checkNumber(value, 'be a number of seconds, 0 or more', 0),
  delayMillis: (value) =>
    checkNumber(value, 'be a number of milliseconds, 0 to 2147483647', 0, 2_147_483_647),
  fraction: (value) => checkNumber(value, 'be a number from 0 to 1', 0, 1),
  skewMillis: (value) => checkNumber(value, 'be a number of milliseconds'),
};

/**
 * Checks a rule that came from outside.
 * @throws OptionError with the member that is wrong
 */
export function checkFaultRule(rule: unknown): FaultRule {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) {
    throw new OptionError('fault', 'be an object with at least kind', rule);
  }
  const members: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rule)) {
    if (!Object.hasOwn(CHECKS, name)) {
      const near = nearestName(name, Object.keys(CHECKS));
      throw new OptionError(
        `fault.${name}`,
        `be a member of a fault rule${near ? ` (did you mean ${near}?)` : ''}: ${Object.keys(CHECKS).join(', ')}`,
      );
    }
    if (value === undefined || value === null) continue;
    const problem = CHECKS[name as keyof FaultRule](value);
    if (problem) throw new OptionError(`fault.${name}`, problem, value);
    members[name] = value;
  }
  if (members.kind === undefined) throw new OptionError('fault.kind', CHECKS.kind(undefined)!);
  if (members.kind !== 'error') refuseMembersOfError(members);
  else if (members.code === undefined && members.status !== 500 && members.status !== 503) {
    // Nobody knows what the service would answer.
    if (members.status !== undefined) {
      throw new OptionError('fault.status', 'be 500 or 503', members.status);
    }
  }
  return members as unknown as FaultRule;
}

/** They would have no effect. */
function refuseMembersOfError(members: Readonly<Record<string, unknown>>): void {
  for (const name of ['code', 'message', 'members', 'status'] as const) {
    if (members[name] === undefined) continue;
    throw new OptionError(`fault.${name}`, 'stand in a rule of the kind error', members[name]);
  }
}

function checkNames(value: unknown): string | undefined {
  const names = Array.isArray(value) && value.every((name) => typeof name === 'string');
  return names ? undefined : 'be an array of names of operations';
}

function checkNumber(value: unknown, rule: string, min = -Infinity, max = Infinity): string | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max
    ? undefined
    : rule;
}
