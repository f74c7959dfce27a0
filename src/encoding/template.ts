import { hostname } from 'node:os';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { nearestName } from '../cloudwatch/nearest-name.js';

/**
 * Grammar of a destination template.
 * ```
 * Template    : ( Text | Placeholder )*
 * Placeholder : `{` Alternative ( `|` Alternative )* `}`
 * Alternative : `'` default text `'` | Date | `hostname` | `pid` | `attributes.` name | `resource.` name | name
 * Date        : yyyy, mm, dd, hh, joined by any of - _ . / or nothing; UTC, of the event's timestamp
 * ```
 * A plain name is a resource attribute and holds a dot, as those of the semantic conventions do; one without
 * is written `resource.name`, since it may as well be a typing error. `attributes.` reads the record. The first
 * alternative with a value is taken, {@link MISSING} where none has one. `{{` and `}}` stand for braces.
 */
export interface Template {
  readonly text: string;
  readonly parts: readonly TemplatePart[];
  /** Some part comes from the record itself, so the destinations are not known ahead. */
  readonly usesRecord: boolean;
  /** Some part comes from the resource. */
  readonly usesResource: boolean;
  /** The very first characters come from the record: it decides where in the account events go. */
  readonly startsWithRecord: boolean;
}

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'placeholder';
      /** As it is written, without the braces. */
      readonly text: string;
      readonly alternatives: readonly Alternative[];
    };

export type Alternative =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'date'; readonly format: string }
  | { readonly kind: 'hostname' }
  | { readonly kind: 'pid' }
  | { readonly kind: 'resource'; readonly name: string }
  | { readonly kind: 'record'; readonly name: string };

/** The text that stands in a name for an attribute that a record doesn't have. */
export const MISSING = 'unknown';

const DATE_FORMAT = /^(?:yyyy|mm|dd|hh)(?:[-_./]?(?:yyyy|mm|dd|hh))*$/;

/** Words that can stand in braces, beside attributes and dates of several parts. */
const PLACEHOLDERS: readonly string[] = ['hostname', 'pid', 'yyyy', 'mm', 'dd', 'hh'];

/** A template that can't be read; `message` completes "<option> must …". */
export class TemplateError extends Error {}

/**
 * Reads a template.
 * @throws TemplateError where it is malformed
 */
export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  let literal = '';
  let index = 0;
  while (index < text.length) {
    const char = text[index]!;
    if ((char === '{' || char === '}') && text[index + 1] === char) {
      literal += char;
      index += 2;
    } else if (char === '}') {
      throw new TemplateError(`have a "{" before each "}" (at character ${index + 1})`);
    } else if (char === '{') {
      const end = text.indexOf('}', index);
      if (end === -1) throw new TemplateError(`close the "{" at character ${index + 1} with "}"`);
      if (literal !== '') parts.push({ kind: 'text', text: literal });
      literal = '';
      const inner = text.slice(index + 1, end);
      parts.push({ kind: 'placeholder', text: inner.trim(), alternatives: parseAlternatives(inner) });
      index = end + 1;
    } else {
      literal += char;
      index++;
    }
  }
  if (literal !== '') parts.push({ kind: 'text', text: literal });
  return {
    text,
    parts,
    usesRecord: parts.some((part) => isFrom('record', part)),
    usesResource: parts.some((part) => isFrom('resource', part)),
    startsWithRecord: parts[0] !== undefined && isFrom('record', parts[0]),
  };
}

/** Whether a template gives another text at another time. */
export function usesTime({ parts }: Template): boolean {
  return parts.some((part) => isFrom('date', part));
}

function isFrom(kind: 'record' | 'resource' | 'date', part: TemplatePart): boolean {
  return part.kind === 'placeholder' && part.alternatives.some((alternative) => alternative.kind === kind);
}

function parseAlternatives(text: string): readonly Alternative[] {
  return text.split('|').map((part) => {
    const source = part.trim();
    if (source === '') throw new TemplateError(`name an attribute in "{${text}}"`);
    return parseAlternative(source);
  });
}

function parseAlternative(source: string): Alternative {
  if (source.startsWith("'")) {
    if (source.length < 3 || !source.endsWith("'")) {
      throw new TemplateError(`close the default ${source} with a single quote`);
    }
    return { kind: 'literal', text: source.slice(1, -1) };
  }
  const lower = source.toLowerCase();
  if (DATE_FORMAT.test(lower)) return { kind: 'date', format: lower };
  if (source === 'hostname' || source === 'pid') return { kind: source };
  const hasEmptyPart = source.split('.').includes('');
  if (!hasEmptyPart && source.startsWith('attributes.')) return { kind: 'record', name: source.slice(11) };
  if (!hasEmptyPart && source.startsWith('resource.')) return { kind: 'resource', name: source.slice(9) };
  if (hasEmptyPart || /[\s'"{]/.test(source)) {
    throw new TemplateError(`name an attribute, a date or a 'default' in braces, not "${source}"`);
  }
  const dot = source.indexOf('.');
  if (dot === -1) throw new TemplateError(unknownPlaceholder(source));
  const right = NO_RESOURCE_ATTRIBUTES[source.slice(0, dot).toLowerCase()];
  if (right !== undefined) throw new TemplateError(right(source, source.slice(dot + 1)));
  return { kind: 'resource', name: source };
}

/** Words that look like a part of a record, and would be taken for a resource attribute that nobody has. */
const NO_RESOURCE_ATTRIBUTES: Readonly<Record<string, (source: string, rest: string) => string>> = {
  attribute: isMeant('attributes'),
  attributes: isMeant('attributes'),
  attrs: isMeant('attributes'),
  resource: isMeant('resource'),
  resources: isMeant('resource'),
  body: isNotThere,
  record: isNotThere,
  scope: isNotThere,
  env: isNotThere,
};

function isMeant(start: 'attributes' | 'resource'): (source: string, rest: string) => string {
  return (source, rest) => `use {${start}.${rest}} where {${source}} stands`;
}

function isNotThere(source: string): string {
  return (
    `not use {${source}}: names are made of {attributes.…} of the record, resource attributes and dates ` +
    `(a resource attribute of that name is written {resource.${source}})`
  );
}

function unknownPlaceholder(source: string): string {
  const near = nearestName(source, PLACEHOLDERS);
  return (
    `use placeholders that are known (${PLACEHOLDERS.join(', ')}), not "{${source}}"` +
    (near === undefined ? '' : `, did you mean {${near}}?`) +
    ` (an attribute without a dot is written {resource.${source}} or {attributes.${source}})`
  );
}

/** The parts of a record that fill a template. */
export interface TemplateSource {
  readonly resource: Pick<ReadableLogRecord['resource'], 'attributes'>;
  readonly attributes: ReadableLogRecord['attributes'];
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/**
 * Fills a template. The text may hold what a name may not: see `toLogGroupName`.
 * @param onMissing - told of each placeholder that nothing fills, as it is written
 */
export function fillTemplate(
  template: Template,
  source: TemplateSource,
  onMissing?: (placeholder: string) => void,
): string {
  let text = '';
  for (const part of template.parts) {
    if (part.kind === 'text') {
      text += part.text;
      continue;
    }
    const filled = fillPlaceholder(part.alternatives, source);
    if (filled === undefined) onMissing?.(part.text);
    text += filled ?? MISSING;
  }
  return text;
}

function fillPlaceholder(alternatives: readonly Alternative[], source: TemplateSource): string | undefined {
  for (const alternative of alternatives) {
    const text = fillAlternative(alternative, source);
    if (text !== '') return text;
  }
  return undefined;
}

/** Attributes of OpenTelemetry's semantic conventions that people put into names. */
const USUAL_ATTRIBUTES: readonly string[] = [
  ...['service.name', 'service.namespace', 'service.version', 'service.instance.id'],
  ...['deployment.environment.name', 'deployment.environment', 'host.name', 'host.id', 'process.pid'],
  ...['cloud.region', 'cloud.account.id', 'container.id', 'k8s.namespace.name', 'k8s.pod.name', 'faas.name'],
];

/**
 * Says that nothing fills a placeholder. Names of a record's attributes are content of logs, so they are not suggested.
 * @param option - whose value the template is
 * @param placeholder - as it is written, without the braces
 * @param attributes - of the resource
 */
export function missingSentence(
  option: string,
  template: Template,
  placeholder: string,
  attributes: unknown,
): string {
  const isOfRecord = placeholder.startsWith('attributes.');
  const known = typeof attributes === 'object' && attributes !== null ? Object.keys(attributes) : [];
  const near = isOfRecord ? undefined : nearestName(placeholder, [...known, ...USUAL_ATTRIBUTES]);
  const remedy =
    near === undefined || near === placeholder
      ? `a default can be given: {${placeholder}|'none'}`
      : `did you mean {${near}}?`;
  const where = isOfRecord ? 'a record' : 'the resource';
  return `${option} is ${template.text}, and ${where} has nothing for {${placeholder}}, so that "${MISSING}" stands in its place; ${remedy}`;
}

function fillAlternative(alternative: Alternative, source: TemplateSource): string {
  switch (alternative.kind) {
    case 'literal':
      return alternative.text;
    case 'date':
      return dateText(alternative.format, source.timestamp);
    case 'hostname':
      return hostname();
    case 'pid':
      return String(process.pid);
    case 'resource':
      // Which path Node.js was called by is no part of a name, and would lead into another branch.
      return attributeText(readAttribute(source.resource.attributes, alternative.name)).replace(
        /^(unknown_service:).*[/\\]/s,
        '$1',
      );
    case 'record':
      // A "/" of record data would lead into another branch of the account's names.
      return attributeText(readAttribute(source.attributes, alternative.name)).replaceAll('/', '_');
  }
}

/** Attribute names hold dots; maps may nest: the flat name is looked for first. */
function readAttribute(attributes: unknown, name: string): unknown {
  if (typeof attributes !== 'object' || attributes === null) return undefined;
  if (Object.hasOwn(attributes, name)) return (attributes as Record<string, unknown>)[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const head = name.slice(0, dot);
    if (!Object.hasOwn(attributes, head)) continue;
    const value = readAttribute((attributes as Record<string, unknown>)[head], name.slice(dot + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}

function attributeText(value: unknown): string {
  return /^(?:string|number|bigint|boolean)$/.test(typeof value) ? String(value) : '';
}

function dateText(format: string, timestamp: number): string {
  const date = new Date(timestamp);
  // Beyond the range of Date the service refuses the event anyway.
  const iso = Number.isNaN(date.getTime()) ? '1970-01-01T00' : date.toISOString();
  const [, year, month, day, hour] = /^([+-]?\d+)-(\d\d)-(\d\d)T(\d\d)/.exec(iso)!;
  return format
    .replaceAll('yyyy', year!)
    .replaceAll('mm', month!)
    .replaceAll('dd', day!)
    .replaceAll('hh', hour!);
}
