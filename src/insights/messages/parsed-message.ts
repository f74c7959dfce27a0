/** Which writer's form a message has; `collector` is this package's own, by the name that the exporter's option has. */
export type MessageLayout = 'collector' | 'otlp' | 'span' | 'lambda' | 'powertools' | 'json' | 'text';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The content of a message, whoever wrote it. Members that it does not say are left out. */
export interface ParsedMessage {
  readonly layout: MessageLayout;
  /** The text that a person reads first: the body, the message, or the whole text; of a span its name, and the path behind a bare method. */
  readonly text: string;
  /** In W3C form (32 hex digits) where it is a W3C or X-Ray id; else as written. */
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly parentSpanId?: string | undefined;
  readonly requestId?: string | undefined;
  /** As written, for example `ERROR` or `warn`. */
  readonly severityText?: string | undefined;
  /** OpenTelemetry's: 1 to 24, errors from 17. Derived from the text where only that is written. */
  readonly severityNumber?: number | undefined;
  /** `service.name`, or what comes nearest. */
  readonly service?: string | undefined;
  /** OpenTelemetry's name of the kind of event. */
  readonly eventName?: string | undefined;
  readonly exception?: ParsedException | undefined;
  readonly span?: ParsedSpan | undefined;
  /** The record's attributes; of other writers all members that nothing else here says. */
  readonly attributes: JsonObject;
  readonly resource: JsonObject;
  /** The message as JSON; undefined for text. */
  readonly json?: JsonObject | undefined;
}

/** An exception that a message tells of. */
export interface ParsedException {
  readonly type?: string | undefined;
  readonly message?: string | undefined;
  readonly stacktrace?: string | undefined;
}

/** A finished span, as `aws/spans` keeps it. */
export interface ParsedSpan {
  readonly name: string;
  readonly kind?: string | undefined;
  /** Milliseconds since 1970, with fractions. */
  readonly startMillis?: number | undefined;
  readonly endMillis?: number | undefined;
  readonly durationMillis?: number | undefined;
  readonly hasError: boolean;
  /** Only where the status says OK: one that nobody set, as most are not, says neither. */
  readonly isOk?: true | undefined;
  readonly statusMessage?: string | undefined;
}
