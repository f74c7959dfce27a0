import { invalidParameter } from '../service-error.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Elements of policies and statements, in the order in which the service describes them. */
const POLICY_ELEMENTS: readonly string[] = ['Version', 'Id', 'Statement'];
const STATEMENT_ELEMENTS: readonly string[] = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const PRINCIPAL_KINDS: readonly string[] = ['AWS', 'Service', 'Federated', 'CanonicalUser'];
const VERSIONS: readonly unknown[] = ['2012-10-17', '2008-10-17'];
/** What a policy without a version has. Recorded. */
const DEFAULT_VERSION = '2008-10-17';

/** An account, or somebody of one. Source: IAM User Guide, "AWS JSON policy elements: Principal". */
const AWS_PRINCIPAL =
  /^(?:\*|\d{12}|arn:aws[\w-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role|federated-user)\/.+))$/;
const SERVICE_PRINCIPAL = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;
/** Recorded for the policies of destinations, which take the name of CloudWatch Logs as an account's. */
const LOGS_SERVICE = /^logs\.(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?$/;

/**
 * Checks the policy of a resource against IAM's grammar. The texts are recorded.
 * @param options - `takesLogsAsAccount`: an `AWS` principal may be the name of the CloudWatch Logs service
 * @throws ServiceError for a document that is none, or that names a principal of the wrong kind
 */
export function checkAccessPolicy(
  document: string,
  { takesLogsAsAccount = false }: { readonly takesLogsAsAccount?: boolean } = {},
): void {
  const policy = parsePolicy(document);
  if (!policy) {
    throw invalidParameter(
      'Error occurred while parsing accessPolicy. Please check if the accessPolicy has been constructed correctly using IAM grammar.',
    );
  }
  const takesAccount = (name: string): boolean =>
    AWS_PRINCIPAL.test(name) || (takesLogsAsAccount && LOGS_SERVICE.test(name));
  for (const statement of statementsOf(policy)) {
    for (const principal of [statement.Principal, statement.NotPrincipal]) {
      if (!isObject(principal)) continue;
      const accounts = listOf(principal.AWS);
      const services = listOf(principal.Service);
      if (accounts.every(takesAccount) && services.every((name) => SERVICE_PRINCIPAL.test(name))) continue;
      throw invalidParameter('Could not convert to persistable policy.');
    }
  }
}

/**
 * The document of a policy as the service describes it. Recorded: it has a version, and lists of one element are
 * that element, but for the list of statements.
 * @returns what is no policy, as an older store may hold it, as it stands
 */
export function describeAccessPolicy(document: string): string {
  const policy = parsePolicy(document);
  if (!policy) return document;
  return JSON.stringify({
    Version: policy.Version ?? DEFAULT_VERSION,
    Id: policy.Id,
    Statement: statementsOf(policy).map((statement) =>
      Object.fromEntries(STATEMENT_ELEMENTS.map((name) => [name, withoutLists(statement[name])])),
    ),
  });
}

function withoutLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? (value[0] as unknown) : value;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutLists(member)]));
}

function parsePolicy(document: string): JsonObject | undefined {
  let policy: unknown;
  try {
    policy = JSON.parse(document);
  } catch {
    return undefined;
  }
  if (!isObject(policy) || !hasOnly(policy, POLICY_ELEMENTS)) return undefined;
  if (policy.Version !== undefined && !VERSIONS.includes(policy.Version)) return undefined;
  if (policy.Id !== undefined && typeof policy.Id !== 'string') return undefined;
  const statements: readonly unknown[] = [policy.Statement].flat();
  return statements.length > 0 && statements.every(isStatement) ? policy : undefined;
}

function statementsOf(policy: JsonObject): readonly JsonObject[] {
  return [policy.Statement].flat() as readonly JsonObject[];
}

function isStatement(value: unknown): boolean {
  if (!isObject(value) || !hasOnly(value, STATEMENT_ELEMENTS)) return false;
  const { Sid, Effect, Condition } = value;
  return (
    (Sid === undefined || typeof Sid === 'string') &&
    (Effect === 'Allow' || Effect === 'Deny') &&
    hasEither(value, 'Principal', 'NotPrincipal', isPrincipal) &&
    hasEither(value, 'Action', 'NotAction', isTexts) &&
    (hasEither(value, 'Resource', 'NotResource', isTexts) ||
      !('Resource' in value || 'NotResource' in value)) &&
    (Condition === undefined || isCondition(Condition))
  );
}

/** Whether one of two elements stands there, and is what it must be. */
function hasEither(
  statement: JsonObject,
  name: string,
  otherName: string,
  isRight: (value: unknown) => boolean,
): boolean {
  return name in statement !== otherName in statement && isRight(statement[name] ?? statement[otherName]);
}

function isPrincipal(value: unknown): boolean {
  if (value === '*') return true;
  if (!isObject(value) || !hasOnly(value, PRINCIPAL_KINDS)) return false;
  const members = Object.values(value);
  return members.length > 0 && members.every(isTexts);
}

/** `{"StringEquals": {"aws:SourceAccount": ["…"]}}` */
function isCondition(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.values(value).every(
      (keys) => isObject(keys) && Object.values(keys).every((each) => [each].flat().every(isScalar)),
    )
  );
}

function isTexts(value: unknown): boolean {
  const texts: readonly unknown[] = [value].flat();
  return texts.length > 0 && texts.every((text) => typeof text === 'string');
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function listOf(value: unknown): readonly string[] {
  return value === undefined ? [] : ([value].flat() as string[]);
}

function hasOnly(value: JsonObject, names: readonly string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
