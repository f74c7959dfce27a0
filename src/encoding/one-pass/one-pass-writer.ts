import {
  type LayoutExtras,
  type LayoutFunction,
  type LayoutName,
  type OnePassWriter,
  type ResourceAttributes,
} from '../layouts/layout.js';
import { createMessageWriter } from '../layouts/message-writer.js';
import { NO_REDACTION, type RecordRedaction } from '../redact.js';
import { createBodyWriter } from './body-writer.js';
import { createOtelWriter } from './otel-writer.js';
import { createOtlpWriter } from './otlp-writer.js';
import { putMessage } from './page-writing.js';

/**
 * Makes the writer of a layout. It writes the bytes of what `createMessageWriter`'s gives, which stays the reference:
 * the same tests hold for both, and one that compares them with each other.
 */
export function createOnePassWriter(
  layout: LayoutName | LayoutFunction,
  resourceAttributes: ResourceAttributes,
  redaction: RecordRedaction = NO_REDACTION,
  extras: LayoutExtras = {},
): OnePassWriter {
  switch (layout) {
    case 'collector':
      return createOtelWriter(resourceAttributes, redaction, extras);
    case 'otlp':
      return createOtlpWriter(resourceAttributes, redaction, extras);
    case 'body':
      return createBodyWriter(redaction.body);
    default: {
      const write = createMessageWriter(layout, resourceAttributes, redaction, extras);
      return (page, start, record) => putMessage(page, start, write(record));
    }
  }
}
