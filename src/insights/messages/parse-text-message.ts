import { normalTraceId, parseJsonObject } from './json-fields.js';
import { type ParsedMessage } from './parsed-message.js';
import { severityNumberOf } from './severity.js';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
/** Node.js functions: `<ISO time>\t<request id>\t<LEVEL>\t<message>`. */
const LAMBDA_NODE = new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[^\\t]+\\t(${UUID}|undefined)\\t([A-Z]+)\\t([^]*)$`);
/** Python functions: `[LEVEL]\t<ISO time>\t<request id>\t<message>`. */
const LAMBDA_PYTHON = new RegExp(`^\\[([A-Z]+)\\]\\t\\d{4}-[^\\t]+\\t(${UUID})\\t([^]*)$`);
const LAMBDA_PLATFORM = new RegExp(`^(?:START|END|REPORT|INIT_START)? ?.{0,40}?RequestId: (${UUID})`);
const XRAY_IN_REPORT = /XRAY TraceId: (1-[0-9a-f]{8}-[0-9a-f]{24})/i;
const NAMED_TRACE_ID =
  /(?:^|[^\w])(?:trace_?id|xray_?trace_?id|dd\.trace_id)["']?\s*[=:]\s*["']?([0-9a-f]{32}|1-[0-9a-f]{8}-[0-9a-f]{24})(?![0-9a-f])/i;
const NAMED_SPAN_ID = /(?:^|[^\w])span_?id["']?\s*[=:]\s*["']?([0-9a-f]{16})(?![0-9a-f])/i;
const NAMED_REQUEST_ID = /(?:^|[^\w])request_?id["']?\s*[=:]\s*["']?([\w.:/-]{1,128})/i;
const SEVERITY_WORD =
  /(?:^|[\s[(|:"=])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)(?=$|[\s\])|:",])/i;
/** How far into a line a severity is looked for: later such words belong to the message. */
const SEVERITY_WITHIN = 80;

/** Reads a message that is not JSON. */
export function parseTextMessage(message: string): ParsedMessage {
  const trimmed = message.trimEnd();
  const node = LAMBDA_NODE.exec(trimmed);
  if (node) return lambdaLine(trimmed, node[3]!, node[2]!, node[1] === 'undefined' ? undefined : node[1]);
  const python = LAMBDA_PYTHON.exec(trimmed);
  if (python) return lambdaLine(trimmed, python[3]!, python[1]!, python[2]);

  const platformRequestId = LAMBDA_PLATFORM.exec(trimmed.slice(0, 200))?.[1];
  const traceId = XRAY_IN_REPORT.exec(trimmed)?.[1] ?? NAMED_TRACE_ID.exec(trimmed)?.[1];
  const spanId = NAMED_SPAN_ID.exec(trimmed)?.[1];
  const requestId = platformRequestId ?? NAMED_REQUEST_ID.exec(trimmed)?.[1];
  return {
    layout: platformRequestId === undefined ? 'text' : 'lambda',
    text: trimmed,
    ...(traceId !== undefined && { traceId: normalTraceId(traceId) }),
    ...(spanId !== undefined && { spanId }),
    ...(requestId !== undefined && { requestId }),
    ...severityMembers(SEVERITY_WORD.exec(trimmed.slice(0, SEVERITY_WITHIN))?.[1]),
    attributes: {},
    resource: {},
  };
}

function lambdaLine(line: string, text: string, level: string, requestId: string | undefined): ParsedMessage {
  const traceId = NAMED_TRACE_ID.exec(line)?.[1];
  const spanId = NAMED_SPAN_ID.exec(line)?.[1];
  const json = parseJsonObject(text);
  return {
    layout: 'lambda',
    text,
    ...(traceId !== undefined && { traceId: normalTraceId(traceId) }),
    ...(spanId !== undefined && { spanId }),
    ...(requestId !== undefined && { requestId }),
    ...severityMembers(level),
    attributes: {},
    resource: {},
    ...(json && { json }),
  };
}

function severityMembers(word: string | undefined): Pick<ParsedMessage, 'severityText' | 'severityNumber'> {
  if (word === undefined) return {};
  const severityNumber = severityNumberOf(word);
  return { severityText: word, ...(severityNumber !== undefined && { severityNumber }) };
}
