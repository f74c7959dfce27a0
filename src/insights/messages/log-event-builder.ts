import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkTime } from '../../cloudwatch/check-time.js';
import { checkGivenTexts, checkText, checkTexts, checkWord } from '../../cloudwatch/check-values.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { isObject } from '../../cloudwatch/is-object.js';
import { toJsonTextOfAny } from '../../cloudwatch/write-json.js';
import { toXRayTraceId } from '../../cloudwatch/xray-trace-id.js';
import { Diagnostics } from '../../observability/diagnostics.js';
import { describeThrown, type Thrown } from './describe-thrown.js';
import { headerIn, type HttpHeaders, REQUEST_ID_HEADERS } from './http-headers.js';
import { severityName, severityNumberOf } from './severity.js';

/** A log event as PutLogEvents takes it. */
export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/**
 * Whose form the message gets: see parseMessage. `otel` is the old name of `collector`, read for this version with a
 * warning.
 */
export type BuiltLayout = 'collector' | 'otel' | 'otlp' | 'lambda' | 'powertools' | 'text';

interface LogEventParts {
  readonly timestamp?: number | undefined;
  readonly body: string;
  readonly severityNumber?: number | undefined;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly service?: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const PARTS_MEMBERS = {
  timestamp: true,
  body: true,
  severityNumber: true,
  traceId: true,
  spanId: true,
  requestId: true,
  service: true,
  attributes: true,
} as const satisfies Record<keyof LogEventParts, true>;

/** Says once that a layout has another name now. */
const diagnostics = new Diagnostics();

/**
 * Builds log events in the form of any writer that look-ups know: for tests, simulations, and for putting
 * events into a group by hand. Each method returns a new builder.
 * @example
 * new LogEventBuilder().body('payment failed').severity('ERROR').trace(traceId, spanId).build('lambda')
 */
export class LogEventBuilder {
  readonly #parts: LogEventParts;

  constructor(parts: LogEventParts = { body: '', attributes: {} }) {
    checkMembers('', parts, PARTS_MEMBERS);
    checkFields('attributes', parts.attributes);
    this.#parts = parts;
  }

  /**
   * Sets when it happened.
   * @param time - a date, or milliseconds since 1970. Default, when it is built: now
   */
  at(time: Date | number): LogEventBuilder {
    const timestamp = checkTime('time', time);
    if (!Number.isInteger(timestamp) || timestamp < 0) {
      throw new OptionError('time', 'be a date or whole milliseconds since 1970', time);
    }
    return this.#with({ timestamp });
  }

  /** Sets the message. */
  body(body: string): LogEventBuilder {
    if (typeof body !== 'string') throw new OptionError('body', 'be a text', body);
    return this.#with({ body });
  }

  /**
   * Sets the severity.
   * @param severity - a logger's word (`ERROR`, `warn`), or OpenTelemetry's number, 1 to 24
   */
  severity(severity: string | number): LogEventBuilder {
    const severityNumber = typeof severity === 'string' ? severityNumberOf(severity) : severity;
    if (severityNumber === undefined || severityName(severityNumber) === undefined) {
      throw new OptionError('severity', 'be a known word or a number from 1 to 24', severity);
    }
    return this.#with({ severityNumber });
  }

  /**
   * Says to which trace, and span, it belongs.
   * @param traceId - in W3C form; layouts of Lambda write it in X-Ray's
   */
  trace(traceId: string, spanId?: string): LogEventBuilder {
    checkText('traceId', traceId);
    checkGivenTexts({ spanId });
    return this.#with({ traceId, spanId });
  }

  /** A message of severity `DEBUG`. */
  debug(body: string): LogEventBuilder {
    return this.body(body).severity('DEBUG');
  }

  /** A message of severity `INFO`. */
  info(body: string): LogEventBuilder {
    return this.body(body).severity('INFO');
  }

  /** A message of severity `WARN`. */
  warn(body: string): LogEventBuilder {
    return this.body(body).severity('WARN');
  }

  /** A message of severity `FATAL`. */
  fatal(body: string): LogEventBuilder {
    return this.body(body).severity('FATAL');
  }

  /**
   * An error, of severity `ERROR`.
   * @param error - a text, or what was thrown: its type and message become attributes, and the body where none is set
   */
  error(error: unknown): LogEventBuilder {
    return typeof error === 'string'
      ? this.body(error).severity('ERROR')
      : this.#withException(describeThrown(error));
  }

  /** As `error`, with the stack. */
  errorWithStack(error: unknown): LogEventBuilder {
    const { stack } = describeThrown(error);
    const built = this.#withException(describeThrown(error));
    return stack === undefined ? built : built.attribute('exception.stacktrace', stack);
  }

  /** Says to which request it belongs: look-ups by request find it. */
  request(requestId: string): LogEventBuilder {
    checkText('requestId', requestId);
    return this.#with({ requestId });
  }

  /**
   * Takes the request id of HTTP headers, where they have one.
   * @param headers - of a request, as Node.js or `fetch` have them
   * @param names - of headers, the first that is there counts
   */
  requestFrom(headers: HttpHeaders, names: readonly string[] = REQUEST_ID_HEADERS): LogEventBuilder {
    if (typeof headers !== 'object' || (headers as unknown) === null) {
      throw new OptionError('headers', 'be headers of HTTP', headers);
    }
    checkTexts('names', names);
    const requestId = headerIn(headers, names);
    return requestId === undefined ? this : this.request(requestId);
  }

  /** Names the service that it comes from. */
  service(service: string): LogEventBuilder {
    checkText('service', service);
    return this.#with({ service });
  }

  /** Adds an attribute. */
  attribute(name: string, value: unknown): LogEventBuilder {
    checkText('name', name);
    return this.#with({ attributes: { ...this.#parts.attributes, [name]: value } });
  }

  /** Adds attributes. */
  fields(fields: Readonly<Record<string, unknown>>): LogEventBuilder {
    checkFields('fields', fields);
    return this.#with({ attributes: { ...this.#parts.attributes, ...fields } });
  }

  /**
   * The event.
   * @param layout - default `collector`, this package's own
   * @throws OptionError where no body was given, and for an unknown layout
   */
  build(layout: BuiltLayout = 'collector'): LogEvent {
    const written = layoutOf(layout);
    if (typeof this.#parts.body !== 'string' || this.#parts.body === '') {
      throw new OptionError('body', 'be given: an event says something', this.#parts.body);
    }
    const timestamp = this.#parts.timestamp ?? Date.now();
    return { timestamp, message: WRITERS[written](this.#parts, timestamp) };
  }

  #withException({ type, message }: Thrown): LogEventBuilder {
    const body = this.#parts.body === '' ? message || type : this.#parts.body;
    return this.body(body).severity('ERROR').fields({ 'exception.type': type, 'exception.message': message });
  }

  #with(parts: Partial<LogEventParts>): LogEventBuilder {
    return new LogEventBuilder({ ...this.#parts, ...parts });
  }
}

/** The name that a layout has today. @throws OptionError for one that has none */
function layoutOf(layout: BuiltLayout): Exclude<BuiltLayout, 'otel'> {
  if (layout === 'otel') {
    const text = 'layout "otel" is now called "collector"; the old name is read for this version only';
    diagnostics.once('warn', 'layout', text);
    return 'collector';
  }
  checkWord('layout', layout, Object.keys(WRITERS));
  return layout;
}

/** @throws OptionError for what has no members */
function checkFields(option: string, fields: unknown): void {
  if (!isObject(fields)) throw new OptionError(option, 'be an object of names and values', fields);
}

/** JSON of whatever attributes hold, in which errors say what they are, where `JSON.stringify` writes `{}`. */
function toJson(value: object): string {
  return toJsonTextOfAny(value, (member) => {
    if (!(member instanceof Error)) return member;
    const { type, message, stack } = describeThrown(member);
    return {
      ...Object.fromEntries(Object.entries(member)),
      type,
      message,
      stack,
      ...(member.cause !== undefined && { cause: member.cause }),
    };
  });
}

const WRITERS: Readonly<
  Record<Exclude<BuiltLayout, 'otel'>, (parts: LogEventParts, timestamp: number) => string>
> = {
  collector: (parts) =>
    toJson({
      body: parts.body,
      severity_number: parts.severityNumber,
      severity_text: severityTextOf(parts),
      trace_id: parts.traceId,
      span_id: parts.spanId,
      attributes: attributesOf(parts, 'request_id'),
      resource: parts.service === undefined ? undefined : { 'service.name': parts.service },
    }),
  otlp: (parts, timestamp) =>
    toJson({
      resource: { attributes: parts.service === undefined ? {} : { 'service.name': parts.service } },
      timeUnixNano: Number(`${timestamp}000000`),
      severityNumber: parts.severityNumber,
      severityText: severityTextOf(parts),
      body: parts.body,
      attributes: attributesOf(parts, 'request_id'),
      traceId: parts.traceId,
      spanId: parts.spanId,
    }),
  lambda: (parts, timestamp) =>
    toJson({
      timestamp: new Date(timestamp).toISOString(),
      level: severityTextOf(parts) ?? 'INFO',
      requestId: parts.requestId,
      xray_TraceId: xrayTraceIdOf(parts),
      message: parts.body,
      ...parts.attributes,
    }),
  powertools: (parts, timestamp) =>
    toJson({
      level: severityTextOf(parts) ?? 'INFO',
      message: parts.body,
      service: parts.service,
      timestamp: new Date(timestamp).toISOString(),
      function_request_id: parts.requestId,
      xray_trace_id: xrayTraceIdOf(parts),
      ...parts.attributes,
    }),
  text: (parts, timestamp) =>
    [
      new Date(timestamp).toISOString(),
      severityTextOf(parts) ?? 'INFO',
      ...(parts.traceId === undefined ? [] : [`trace_id=${parts.traceId}`]),
      ...(parts.spanId === undefined ? [] : [`span_id=${parts.spanId}`]),
      ...(parts.requestId === undefined ? [] : [`request_id=${parts.requestId}`]),
      parts.body,
    ].join(' '),
};

function severityTextOf({ severityNumber }: LogEventParts): string | undefined {
  return severityNumber === undefined ? undefined : severityName(severityNumber);
}

function attributesOf(parts: LogEventParts, requestKey: string): Record<string, unknown> {
  return { ...parts.attributes, ...(parts.requestId !== undefined && { [requestKey]: parts.requestId }) };
}

function xrayTraceIdOf({ traceId }: LogEventParts): string | undefined {
  return traceId !== undefined && /^[0-9a-f]{32}$/.test(traceId) ? toXRayTraceId(traceId) : traceId;
}
