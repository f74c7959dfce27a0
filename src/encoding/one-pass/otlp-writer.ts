import { type HrTime } from '@opentelemetry/api';
import { type EventPage, putWords } from '../../delivery/event-page.js';
import { type PageText } from '../../delivery/page-text.js';
import { type LayoutExtras, type OnePassWriter, type ResourceAttributes } from '../layouts/layout.js';
import { createResourceWriter, createScopeWriter, xrayFormOf } from '../layouts/record-parts.js';
import { unixNanos } from '../record-time.js';
import { type RecordRedaction } from '../redact.js';
import { severityTextOf } from '../severity.js';
import { putAscii } from './page-writing.js';
import {
  memberName,
  putAttributes,
  putBody,
  putCount,
  putMember,
  putTextMember,
  RememberedMember,
} from './record-parts.js';
import { endObject } from './value-writer.js';

const TIME = memberName('timeUnixNano');
const OBSERVED_TIME = memberName('observedTimeUnixNano');
const SEVERITY_NUMBER = memberName('severityNumber');
const SEVERITY_TEXT = memberName('severityText');
const BODY = memberName('body');
const ATTRIBUTES = memberName('attributes');
const DROPPED_ATTRIBUTES_COUNT = memberName('droppedAttributesCount');
const EVENT_NAME = memberName('eventName');
const FLAGS = memberName('flags');
const TRACE_ID = memberName('traceId');
const SPAN_ID = memberName('spanId');
const XRAY_TRACE_ID = memberName('xray_trace_id');

/** Writes what `createOtlpLayout` gives. */
export function createOtlpWriter(
  resourceAttributes: ResourceAttributes,
  redaction: RecordRedaction,
  { xrayTraceId = false }: LayoutExtras = {},
): OnePassWriter {
  const scopeText = createScopeWriter(redaction.scope);
  const resourceText = createResourceWriter(resourceAttributes, redaction.resource);
  const resource = new RememberedMember(
    (owner: Parameters<typeof resourceText>[0]) => {
      const text = resourceText(owner);
      return text === undefined ? undefined : `,"resource":{"attributes":${text}}`;
    },
    ({ asyncAttributesPending }) => asyncAttributesPending !== true,
  );
  const scope = new RememberedMember(
    (owner: Parameters<typeof scopeText>[0]) => {
      const text = scopeText(owner);
      return text === undefined ? undefined : `,"scope":${text}`;
    },
    () => true,
  );
  return (page, start, record) => {
    let end = resource.put(page, start, record.resource);
    end = scope.put(page, end, record.instrumentationScope);
    end = putTime(page, end, TIME, record.hrTime);
    end = putTime(page, end, OBSERVED_TIME, record.hrTimeObserved);
    end = putCount(page, end, SEVERITY_NUMBER, record.severityNumber);
    end = putTextMember(page, end, SEVERITY_TEXT, severityTextOf(record));
    end = putBody(page, end, BODY, record.body, redaction.body);
    end = putAttributes(page, end, ATTRIBUTES, record.attributes, redaction.attributes);
    end = putCount(page, end, DROPPED_ATTRIBUTES_COUNT, record.droppedAttributesCount);
    end = putTextMember(page, end, EVENT_NAME, record.eventName);
    const span = record.spanContext;
    if (span) {
      end = putMember(page, end, FLAGS, span.traceFlags, undefined);
      end = putTextMember(page, end, TRACE_ID, span.traceId);
      end = putTextMember(page, end, SPAN_ID, span.spanId);
      if (xrayTraceId) end = putTextMember(page, end, XRAY_TRACE_ID, xrayFormOf(span.traceId));
    }
    return endObject(page, start, end);
  };
}

function putTime(page: EventPage, from: number, name: PageText, time: HrTime | undefined): number {
  const nanos = unixNanos(time);
  return nanos === undefined ? from : putAscii(page, putWords(page, from, name), nanos);
}
