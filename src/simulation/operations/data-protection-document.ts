import { invalidParameter } from '../service-error.js';

const MAX_LENGTH = 30_720;

/** Recorded: there is one version. A document that names none is taken. */
const VERSION = '2021-06-01';
const MANAGED_IDENTIFIER = /^arn:aws[\w-]*:dataprotection::aws:data-identifier\/[A-Za-z0-9-]+$/;

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Checks the document of a data protection policy: a block that audits and one that masks the same data.
 * Source: PutDataProtectionPolicy, `policyDocument`. The texts on version and identifiers are recorded, the others
 * are not documented.
 * @throws ServiceError for any other document
 */
export function checkDataProtectionDocument(document: string): void {
  if (document.length > MAX_LENGTH) {
    throw invalidParameter(`The policy document must have at most ${MAX_LENGTH} characters.`);
  }
  const policy = parse(document);
  if (!isObject(policy) || !Array.isArray(policy.Statement)) {
    throw invalid('it must be a JSON object with an array Statement');
  }
  if (policy.Version !== undefined && policy.Version !== VERSION) {
    throw invalidParameter(`Policy Version must be ${VERSION}`);
  }
  const statements: readonly unknown[] = policy.Statement;
  const ownNames = ownIdentifiers(policy.Configuration);
  const audit = blockWith(statements, 'Audit');
  const mask = blockWith(statements, 'Deidentify');
  if (!audit || !isObject(audit.operation.FindingsDestination)) {
    throw invalid('a statement must have the operation Audit with a FindingsDestination');
  }
  const config = mask?.operation.MaskConfig;
  if (!mask || !isObject(config) || Object.keys(config).length > 0) {
    throw invalid('a statement must have the operation Deidentify with an empty MaskConfig');
  }
  for (const identifier of [...audit.identifiers, ...mask.identifiers]) {
    if (MANAGED_IDENTIFIER.test(identifier) || ownNames.has(identifier)) continue;
    throw invalidParameter(`${identifier} is not a valid Data Identifier`);
  }
  if (audit.identifiers.length === 0 || !sameTexts(audit.identifiers, mask.identifiers)) {
    throw invalid('both statements must list the same DataIdentifier');
  }
}

/** Names that a policy gives to expressions of its own. Source: user guide, "Custom data identifiers". */
function ownIdentifiers(configuration: unknown): ReadonlySet<unknown> {
  const own = isObject(configuration) ? configuration.CustomDataIdentifier : undefined;
  return new Set(
    Array.isArray(own) ? own.map((each: unknown) => (isObject(each) ? each.Name : undefined)) : [],
  );
}

interface Block {
  readonly identifiers: readonly string[];
  readonly operation: JsonObject;
}

function blockWith(statements: readonly unknown[], action: 'Audit' | 'Deidentify'): Block | undefined {
  for (const statement of statements) {
    if (!isObject(statement) || !isObject(statement.Operation)) continue;
    const { DataIdentifier: identifiers, Operation: operation } = statement;
    const named = operation[action];
    if (!isObject(named)) continue;
    const isTexts = Array.isArray(identifiers) && identifiers.every((each) => typeof each === 'string');
    return { identifiers: isTexts ? identifiers : [], operation: named };
  }
  return undefined;
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text) => right.includes(text));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string): Error {
  return invalidParameter(`Invalid data protection policy: ${reason}.`);
}
