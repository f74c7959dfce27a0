import { invalidParameter } from '../service-error.js';

const MAX_LENGTH = 30_720;

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Checks the document of a data protection policy: a block that audits and one that masks the same data.
 * Source: PutDataProtectionPolicy, `policyDocument`. The texts are not documented.
 * @throws ServiceError for any other document
 */
export function checkDataProtectionDocument(document: string): void {
  if (document.length > MAX_LENGTH) {
    throw invalidParameter(`The policy document must have at most ${MAX_LENGTH} characters.`);
  }
  const policy = parse(document);
  const statements: unknown = isObject(policy) ? policy.Statement : undefined;
  if (!Array.isArray(statements)) throw invalid('it must be a JSON object with an array Statement');
  const audit = blockWith(statements, 'Audit');
  const mask = blockWith(statements, 'Deidentify');
  if (!audit || !isObject(audit.operation.FindingsDestination)) {
    throw invalid('a statement must have the operation Audit with a FindingsDestination');
  }
  const config = mask?.operation.MaskConfig;
  if (!mask || !isObject(config) || Object.keys(config).length > 0) {
    throw invalid('a statement must have the operation Deidentify with an empty MaskConfig');
  }
  if (audit.identifiers.length === 0 || !sameTexts(audit.identifiers, mask.identifiers)) {
    throw invalid('both statements must list the same DataIdentifier');
  }
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
