import { toXRayTraceId } from '../../cloudwatch/xray-trace-id.js';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { addMember, jsonString, jsonText, writeMember } from '../json-text.js';
import { type Redaction } from '../redact.js';
import { type ResourceAttributes } from './layout.js';

/** What detectors find out, and what Kubernetes injects. The host's name is of use: on Kubernetes it is the pod's, on ECS the task's. */
const FOUND = /^(telemetry|process|os|container|k8s|cloud|aws|faas|gcp|azure|host(?!\.name$))\./;

/** Writes the attributes of a resource as a JSON object. @returns undefined where none are wanted or there */
export type ResourceWriter = (resource: ReadableLogRecord['resource']) => string | undefined;

/**
 * Makes a writer that remembers its text for each resource: all records of a process share one.
 * @param choice - which attributes stand in each message
 * @param redaction - of the attributes
 */
export function createResourceWriter(
  choice: ResourceAttributes,
  redaction: Redaction | undefined,
): ResourceWriter {
  if (choice === 'none' || redaction?.isWhole) return () => undefined;
  const known = new WeakMap<object, string>();
  return (resource) => {
    const remembered = known.get(resource);
    if (remembered !== undefined) return remembered === '' ? undefined : remembered;
    const text = writeResource(resource, choice, redaction);
    // Attributes of detectors come later: until then the text is not final.
    if (resource.asyncAttributesPending !== true) known.set(resource, text);
    return text === '' ? undefined : text;
  };
}

function writeResource(
  resource: ReadableLogRecord['resource'],
  choice: string | readonly string[],
  redaction: Redaction | undefined,
): string {
  const attributes = resource.attributes as Readonly<Record<string, unknown>>;
  let names = choice;
  if (typeof names === 'string') {
    names = Object.keys(attributes).filter((name) => choice === 'all' || !FOUND.test(name));
  }
  let members = '';
  for (const name of names) {
    if (!Object.hasOwn(attributes, name)) continue;
    const walk = { values: 0, length: 0, ancestors: [attributes] };
    members = addMember(members, name, writeMember(attributes, name, walk, redaction));
  }
  return members === '' ? '' : `{${members}}`;
}

/** Writes an instrumentation scope as a JSON object. @returns undefined for one without a name */
export type ScopeWriter = (scope: ReadableLogRecord['instrumentationScope']) => string | undefined;

/** Makes a writer that remembers its text for each scope, whose identity OpenTelemetry keeps stable. */
export function createScopeWriter(redaction: Redaction | undefined): ScopeWriter {
  const known = new WeakMap<object, string>();
  return (scope) => {
    const remembered = known.get(scope);
    if (remembered !== undefined) return remembered === '' ? undefined : remembered;
    let members = addMember('', 'name', scope.name ? jsonText(scope.name) : undefined);
    members = addMember(members, 'version', scope.version ? jsonText(scope.version) : undefined);
    members = addMember(members, 'attributes', attributesJson(scope.attributes, redaction));
    const text = members === '' ? '' : `{${members}}`;
    known.set(scope, text);
    return text === '' ? undefined : text;
  };
}

/** Writes attributes as a JSON object. @returns undefined where there are none */
export function attributesJson(
  attributes: object | undefined | null,
  redaction: Redaction | undefined,
): string | undefined {
  if (attributes === undefined || attributes === null || redaction?.isWhole) return undefined;
  const text = jsonText(attributes, redaction);
  return text === '{}' ? undefined : text;
}

/** Writes a body. @returns undefined for an empty value, which the record then leaves out */
export function bodyJson(body: unknown, redaction: Redaction | undefined): string | undefined {
  return body === null ? undefined : jsonText(body, redaction);
}

/** W3C trace flags as two hex digits in quotes. @returns undefined for what are no flags */
export function traceFlagsJson(traceFlags: unknown): string | undefined {
  if (typeof traceFlags !== 'number' || !Number.isFinite(traceFlags)) return undefined;
  return `"${(traceFlags & 0xff).toString(16).padStart(2, '0')}"`;
}

/**
 * Writes a member that should be a text. Records come from any bridge and any hand: what is of another kind
 * is written as JSON writes it, rather than that the record is lost.
 * @returns undefined for an empty one, which the record then leaves out
 */
export function textJson(text: unknown): string | undefined {
  if (typeof text === 'string') return text === '' ? undefined : jsonString(text);
  return text ? jsonText(text) : undefined;
}

/** Writes a member that should be a number above 0, as {@link textJson} does a text. */
export function countJson(count: unknown): string | undefined {
  if (typeof count === 'number' || typeof count === 'bigint') return count > 0 ? jsonText(count) : undefined;
  return textJson(count);
}

/** A trace id in X-Ray's form. @returns undefined for what is no trace id */
export function xrayFormOf(traceId: unknown): string | undefined {
  return typeof traceId === 'string' && /^[0-9a-f]{32}$/.test(traceId) ? toXRayTraceId(traceId) : undefined;
}
