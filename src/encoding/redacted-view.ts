import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { attributesJson } from './layouts/record-parts.js';
import { jsonText } from './json-text.js';
import { type RecordView, viewOf } from './record-view.js';
import { type RecordRedaction, type Redaction } from './redact.js';

type Resource = ReadableLogRecord['resource'];
type Scope = ReadableLogRecord['instrumentationScope'];

/** Shows records as they may be seen outside of the process; the records themselves are never changed. */
export interface Redactor {
  /** A view for a function of the application; it may be changed. */
  view(record: ReadableLogRecord): RecordView;
  /** The same object for the same resource. */
  resource(resource: Resource): Resource;
  attributes(attributes: ReadableLogRecord['attributes']): ReadableLogRecord['attributes'];
}

/**
 * Makes a redactor. What it shows of a part in which a path leads is read from what the writer writes of it, so
 * that nothing shows another way: dates are texts there, maps and errors plain objects.
 */
export function createRedactor(redaction: RecordRedaction): Redactor {
  // One resource serves all records of a process, and layouts remember their text by its identity.
  const resources = new WeakMap<object, Resource>();
  const scopes = new WeakMap<object, Scope>();

  function resourceOf(from: Resource): Resource {
    if (redaction.resource === undefined) return from;
    return remembered(resources, from, from.asyncAttributesPending !== true, () => {
      const attributes = redactedAttributes(from.attributes, redaction.resource);
      return Object.create(from, { attributes: { value: attributes, enumerable: true } }) as Resource;
    });
  }

  function scopeOf(from: Scope): Scope {
    if (redaction.scope === undefined || from.attributes === undefined) return from;
    return remembered(scopes, from, true, () => ({
      ...from,
      attributes: redactedAttributes(from.attributes!, redaction.scope),
    }));
  }

  function attributesOf(from: ReadableLogRecord['attributes']): ReadableLogRecord['attributes'] {
    return redactedAttributes(from, redaction.attributes);
  }

  return {
    resource: resourceOf,
    attributes: attributesOf,
    view: (record) => {
      const view = viewOf(record);
      view.body = redactedBody(view.body, redaction.body);
      view.attributes = attributesOf(view.attributes);
      view.resource = resourceOf(view.resource);
      view.instrumentationScope = scopeOf(view.instrumentationScope);
      return view;
    },
  };
}

function redactedBody(
  body: ReadableLogRecord['body'],
  redaction: Redaction | undefined,
): ReadableLogRecord['body'] {
  if (redaction === undefined) return body;
  const json = jsonText(body, redaction);
  return json === undefined ? undefined : (JSON.parse(json) as ReadableLogRecord['body']);
}

function redactedAttributes<Attributes extends object>(
  attributes: Attributes,
  redaction: Redaction | undefined,
): Attributes {
  if (redaction === undefined) return attributes;
  return JSON.parse(attributesJson(attributes, redaction) ?? '{}') as Attributes;
}

function remembered<Part extends object>(
  known: WeakMap<object, Part>,
  part: Part,
  isFinal: boolean,
  make: () => Part,
): Part {
  const old = known.get(part);
  if (old) return old;
  const made = make();
  if (isFinal) known.set(part, made);
  return made;
}
