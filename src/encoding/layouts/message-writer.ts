import { FunctionResultError, refusePromise } from '../function-result-error.js';
import { jsonText } from '../json-text.js';
import { NO_REDACTION, type RecordRedaction, type Redaction } from '../redact.js';
import { createRedactor, type Redactor } from '../redacted-view.js';
import {
  type LayoutExtras,
  type LayoutFunction,
  type LayoutName,
  type MessageWriter,
  type ResourceAttributes,
} from './layout.js';
import { createOtelLayout } from './otel-layout.js';
import { createOtlpLayout } from './otlp-layout.js';

/** Makes the writer of a layout. */
export function createMessageWriter(
  layout: LayoutName | LayoutFunction,
  resourceAttributes: ResourceAttributes,
  redaction: RecordRedaction = NO_REDACTION,
  extras: LayoutExtras = {},
): MessageWriter {
  if (typeof layout === 'function') return withFunction(layout, createRedactor(redaction));
  switch (layout) {
    case 'collector':
      return createOtelLayout(resourceAttributes, redaction, extras);
    case 'otlp':
      return createOtlpLayout(resourceAttributes, redaction, extras);
    case 'body':
      return (record) => bodyText(record.body, redaction.body);
  }
}

/** The body alone: text as it is, a map (such as a metric in EMF) as JSON. */
function bodyText(body: unknown, redaction: Redaction | undefined): string {
  if (typeof body === 'string' && !redaction?.isWhole) return body;
  if (body === undefined || body === null) return '';
  const json = jsonText(body, redaction) ?? '';
  // Bytes, dates and NaN are strings in JSON; alone they need no quotes.
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

function withFunction(layout: LayoutFunction, redact: Redactor): MessageWriter {
  return (record) => {
    const message: unknown = layout(redact.view(record));
    if (typeof message === 'string') return message;
    refusePromise(message, 'the layout function');
    if (typeof message !== 'object' || message === null) {
      throw new FunctionResultError('the layout function returned neither a string nor an object');
    }
    return jsonText(message) ?? '';
  };
}
