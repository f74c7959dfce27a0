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
 * is written `resource.name`, since it may as well be a typing error. `attributes.` reads the record. The first alternative with a value
 * is taken, {@link MISSING} where none has one. `{{` and `}}` stand for braces.
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
  | { readonly kind: 'placeholder'; readonly alternatives: readonly Alternative[] };

export type Alternative =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'date'; readonly format: string }
  | { readonly kind: 'hostname' }
  | { readonly kind: 'pid' }
  | { readonly kind: 'resource'; readonly name: string }
  | { readonly kind: 'record'; readonly name: string };

/** What stands in a name for an attribute that a record doesn't have. */
export const MISSING = 'unknown';

const DATE_FORMAT = /^(?:yyyy|mm|dd|hh)(?:[-_./]?(?:yyyy|mm|dd|hh))*$/;

/** What can stand in braces beside attributes and dates of several parts. */
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
      parts.push({ kind: 'placeholder', alternatives: parseAlternatives(text.slice(index + 1, end)) });
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

function isFrom(kind: 'record' | 'resource', part: TemplatePart): boolean {
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
  if (source.startsWith('attributes.') && source.length > 11)
    return { kind: 'record', name: source.slice(11) };
  if (source.startsWith('resource.') && source.length > 9) return { kind: 'resource', name: source.slice(9) };
  if (/[\s'"{]/.test(source)) {
    throw new TemplateError(`name an attribute, a date or a 'default' in braces, not "${source}"`);
  }
  if (!source.includes('.')) throw new TemplateError(unknownPlaceholder(source));
  return { kind: 'resource', name: source };
}

function unknownPlaceholder(source: string): string {
  const near = nearestName(source, PLACEHOLDERS);
  return (
    `use placeholders that are known (${PLACEHOLDERS.join(', ')}), not "{${source}}"` +
    (near === undefined ? '' : `, did you mean {${near}}?`) +
    ` (an attribute without a dot is written {resource.${source}} or {attributes.${source}})`
  );
}

/** What a template is filled from. */
export interface TemplateSource {
  readonly resource: Pick<ReadableLogRecord['resource'], 'attributes'>;
  readonly attributes: ReadableLogRecord['attributes'];
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** Fills a template. The text may hold what a name may not: see `toLogGroupName`. */
export function fillTemplate(template: Template, source: TemplateSource): string {
  let text = '';
  for (const part of template.parts) {
    text += part.kind === 'text' ? part.text : fillPlaceholder(part.alternatives, source);
  }
  return text;
}

function fillPlaceholder(alternatives: readonly Alternative[], source: TemplateSource): string {
  for (const alternative of alternatives) {
    const text = fillAlternative(alternative, source);
    if (text !== '') return text;
  }
  return MISSING;
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
      return attributeText(readAttribute(source.resource.attributes, alternative.name));
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
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return '';
  }
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
