import { FunctionResultError } from '../function-result-error.js';
import { jsonText } from '../json-text.js';
import { viewOf } from '../record-view.js';
import {
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
): MessageWriter {
  if (typeof layout === 'function') return withFunction(layout);
  switch (layout) {
    case 'otel':
      return createOtelLayout(resourceAttributes);
    case 'otlp':
      return createOtlpLayout(resourceAttributes);
    case 'body':
      return (record) => bodyText(record.body);
  }
}

/** The body alone: text as it is, a map (such as a metric in EMF) as JSON. */
function bodyText(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body === undefined || body === null) return '';
  const json = jsonText(body) ?? '';
  // Bytes, dates and NaN are strings in JSON; alone they need no quotes.
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

function withFunction(layout: LayoutFunction): MessageWriter {
  return (record) => {
    const message: unknown = layout(viewOf(record));
    if (typeof message === 'string') return message;
    if (typeof message !== 'object' || message === null) {
      throw new FunctionResultError('the layout function returned neither a string nor an object');
    }
    if (typeof (message as { then?: unknown }).then === 'function') {
      throw new FunctionResultError('the layout function returned a promise; layouts are synchronous');
    }
    return jsonText(message) ?? '';
  };
}
