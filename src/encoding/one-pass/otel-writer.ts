import { type LayoutExtras, type OnePassWriter, type ResourceAttributes } from '../layouts/layout.js';
import { createResourceWriter, createScopeWriter, xrayFormOf } from '../layouts/record-parts.js';
import { type RecordRedaction } from '../redact.js';
import { severityTextOf } from '../severity.js';
import {
  memberName,
  putAttributes,
  putBody,
  putCount,
  putTextMember,
  putTraceFlags,
  RememberedMember,
} from './record-parts.js';
import { endObject } from './value-writer.js';

const BODY = memberName('body');
const SEVERITY_NUMBER = memberName('severity_number');
const SEVERITY_TEXT = memberName('severity_text');
const EVENT_NAME = memberName('event_name');
const TRACE_ID = memberName('trace_id');
const SPAN_ID = memberName('span_id');
const TRACE_FLAGS = memberName('trace_flags');
const XRAY_TRACE_ID = memberName('xray_trace_id');
const ATTRIBUTES = memberName('attributes');
const DROPPED_ATTRIBUTES_COUNT = memberName('dropped_attributes_count');

/** Writes what `createOtelLayout` gives. */
export function createOtelWriter(
  resourceAttributes: ResourceAttributes,
  redaction: RecordRedaction,
  { xrayTraceId = false }: LayoutExtras = {},
): OnePassWriter {
  const scopeText = createScopeWriter(redaction.scope);
  const resourceText = createResourceWriter(resourceAttributes, redaction.resource);
  const scope = new RememberedMember(prefixed(',"scope":', scopeText), () => true);
  const resource = new RememberedMember(
    prefixed(',"resource":', resourceText),
    ({ asyncAttributesPending }) => asyncAttributesPending !== true,
  );
  return (page, start, record) => {
    let end = putBody(page, start, BODY, record.body, redaction.body);
    end = putCount(page, end, SEVERITY_NUMBER, record.severityNumber);
    end = putTextMember(page, end, SEVERITY_TEXT, severityTextOf(record));
    end = putTextMember(page, end, EVENT_NAME, record.eventName);
    const span = record.spanContext;
    if (span) {
      end = putTextMember(page, end, TRACE_ID, span.traceId);
      end = putTextMember(page, end, SPAN_ID, span.spanId);
      end = putTraceFlags(page, end, TRACE_FLAGS, span.traceFlags);
      if (xrayTraceId) end = putTextMember(page, end, XRAY_TRACE_ID, xrayFormOf(span.traceId));
    }
    end = putAttributes(page, end, ATTRIBUTES, record.attributes, redaction.attributes);
    end = putCount(page, end, DROPPED_ATTRIBUTES_COUNT, record.droppedAttributesCount);
    end = scope.put(page, end, record.instrumentationScope);
    end = resource.put(page, end, record.resource);
    return endObject(page, start, end);
  };
}

function prefixed<Owner>(
  prefix: string,
  write: (owner: Owner) => string | undefined,
): (owner: Owner) => string | undefined {
  return (owner) => {
    const text = write(owner);
    return text === undefined ? undefined : prefix + text;
  };
}
