import { gunzipSync } from 'node:zlib';
import {
  type CloudWatchLogsClient,
  type InputLogEvent,
  PutLogEventsCommand,
  type PutLogEventsCommandOutput,
  type RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import { type HttpAnswer } from '../cloudwatch/bounded-answer.js';
import { classifyError, httpStatusOf, retryAfterMillis } from '../cloudwatch/classify-error.js';
import { isAwsHost } from '../cloudwatch/client-endpoint.js';
import { safeNameOf } from '../cloudwatch/describe-error.js';
import { factsOf } from '../cloudwatch/error-facts.js';
import { toRequestError } from '../cloudwatch/request-error.js';
import { sendWithin } from '../cloudwatch/send-within.js';
import { type Diagnostics } from '../observability/diagnostics.js';
import { type LogEventBatch } from './encoded-event.js';
import { type Outcome, type Rejection } from './outcome.js';
import { checkOwnAnswer, notAnAnswer } from './own-answer.js';
import { type RequestBody, requestBodyOf } from './request-body.js';

/** Sends single batches; knows how a request looks and what its answer means. */
export interface Sender {
  /**
   * @param sequenceToken - only for endpoints that asked for one
   * @param onRepeat - told of each request on the wire after the first, as the SDK's own retries
   */
  send(
    batch: LogEventBatch,
    signal: AbortSignal,
    sequenceToken?: string,
    onRepeat?: () => void,
  ): Promise<Outcome>;
}

interface SenderParts {
  readonly client: CloudWatchLogsClient;
  readonly diagnostics: Diagnostics;
}

interface SenderSettings {
  readonly compression: 'gzip' | 'none';
  readonly requestTimeoutMillis: number;
}

/** Makes the sender of one client. */
export function createSender(parts: SenderParts, settings: SenderSettings): Sender {
  return new SdkSender(parts, settings);
}

/** How one endpoint (host and port) was seen to deal with gzip. */
type GzipExperience = 'accepted' | 'refused';

class SdkSender implements Sender {
  readonly #client: CloudWatchLogsClient;
  readonly #diagnostics: Diagnostics;
  readonly #settings: SenderSettings;
  readonly #gzip = new Map<string, GzipExperience>();
  #endpoint = '';

  constructor(parts: SenderParts, settings: SenderSettings) {
    this.#client = parts.client;
    this.#diagnostics = parts.diagnostics;
    this.#settings = settings;
  }

  async send(
    batch: LogEventBatch,
    signal: AbortSignal,
    sequenceToken?: string,
    onRepeat: () => void = () => undefined,
  ): Promise<Outcome> {
    let requests = 0;
    const onRequest = (): void => {
      if (++requests === 1) return;
      const { logGroupName, logStreamName } = batch.destination;
      this.#diagnostics.debug(
        'retried',
        `a request to log group ${logGroupName}, stream ${logStreamName} is made again`,
      );
      onRepeat();
    };
    try {
      const compression = this.#gzip.get(this.#endpoint) === 'refused' ? 'none' : this.#settings.compression;
      const body = await requestBodyOf(batch, compression, sequenceToken);
      const outcome = await this.#attempt(batch, body, signal, onRequest);
      if (body.encoding === undefined) return outcome;
      if (outcome.kind === 'accepted') {
        this.#gzip.set(this.#endpoint, 'accepted');
        return outcome;
      }
      if (!this.#mayBlameGzip(outcome)) return outcome;
      const plain = await requestBodyOf(batch, 'none', sequenceToken);
      return await this.#sendPlain(outcome, batch, plain, signal, onRequest);
    } catch (error) {
      return { kind: 'retry', cause: 'retry', error: toRequestError(error) };
    }
  }

  /**
   * An emulator or proxy may not know gzip: it gets the batch once more as it is. Only if it takes that
   * was gzip the reason, and only that is remembered.
   */
  async #sendPlain(
    gzipOutcome: Outcome,
    batch: LogEventBatch,
    body: RequestBody,
    signal: AbortSignal,
    onRequest: () => void,
  ): Promise<Outcome> {
    const outcome = await this.#attempt(batch, body, signal, onRequest);
    if (outcome.kind !== 'accepted') return gzipOutcome;
    this.#gzip.set(this.#endpoint, 'refused');
    this.#diagnostics.info(
      `gzip ${this.#endpoint}`,
      `${this.#endpoint} does not take gzipped requests; sending plain ones from now on`,
    );
    return outcome;
  }

  #mayBlameGzip(outcome: Outcome): boolean {
    // AWS takes gzip.
    if (this.#gzip.has(this.#endpoint) || isAwsHost(this.#endpoint.replace(/:\d+$/, ''))) return false;
    if (outcome.kind === 'split' || outcome.kind === 'refused') return true;
    if (outcome.kind !== 'retry') return false;
    return outcome.cause === 'unexpected' || [404, 415, 500].includes(httpStatusOf(outcome.error) ?? 0);
  }

  async #attempt(
    batch: LogEventBatch,
    body: RequestBody,
    signal: AbortSignal,
    onRequest: () => void,
  ): Promise<Outcome> {
    try {
      const answer = await sendWithin(
        (options) => this.#client.send(this.#command(batch, body, options.abortSignal, onRequest), options),
        this.#settings.requestTimeoutMillis,
        signal,
      );
      return readAnswer(answer, batch.events.length);
    } catch (error) {
      return readError(error);
    }
  }

  /**
   * The SDK routes, signs and sends this command; our finished body takes the place of its own. The SDK
   * serialises no events; whoever else looks at the command's input (a test's stand-in for the client)
   * finds them there, decoded when asked for, and out of the body: the events may be over by then.
   */
  #command(
    batch: LogEventBatch,
    body: RequestBody,
    signal: AbortSignal,
    onRequest: () => void,
  ): PutLogEventsCommand {
    const { destination, entity } = batch;
    const command = new PutLogEventsCommand({
      ...destination,
      get logEvents() {
        return logEventsIn(body);
      },
      ...(entity && { entity }),
    });
    command.middlewareStack.add(
      (next) => (args) => next({ ...args, input: { ...destination, logEvents: [] } }),
      { step: 'initialize', name: 'noEventsToSerialize', priority: 'high' },
    );
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as HttpRequestShape;
        request.body = body.bytes;
        request.headers['content-length'] = String(body.bytes.byteLength);
        if (body.encoding !== undefined) request.headers['content-encoding'] = body.encoding;
        this.#endpoint =
          request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
        return next(args);
      },
      { step: 'build', name: 'finishedPutLogEventsBody', priority: 'low' },
    );
    command.middlewareStack.add(
      (next) => async (args) => {
        onRequest();
        const result = await next(args);
        await checkOwnAnswer(result.response as HttpAnswer, signal);
        return result;
      },
      // Inside of the SDK's retries, and before it reads the answer.
      { step: 'deserialize', name: 'ownAnswer', priority: 'low' },
    );
    return command;
  }
}

function logEventsIn({ bytes, encoding }: RequestBody): InputLogEvent[] {
  const text = Buffer.from(encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString();
  return (JSON.parse(text) as { logEvents: InputLogEvent[] }).logEvents;
}

/** The members of the SDK's HttpRequest that matter here; its class lives in a package we do not import. */
interface HttpRequestShape {
  body: unknown;
  headers: Record<string, string>;
  hostname: string;
  port?: number | undefined;
}

function readAnswer(answer: PutLogEventsCommandOutput, count: number): Outcome {
  const rejected = readRejections(answer.rejectedLogEventsInfo ?? {}, count);
  if (rejected === undefined) {
    const error = notAnAnswer('the answer names rejected events that are not in the request');
    return { kind: 'retry', cause: 'implausible', error };
  }
  return {
    kind: 'accepted',
    rejected,
    entityError:
      answer.rejectedEntityInfo && safeNameOf({ name: String(answer.rejectedEntityInfo.errorType) }),
    nextSequenceToken: answer.nextSequenceToken,
  };
}

/**
 * Counts rejected events by reason; no event is counted twice. Events are in time order, so the too old
 * and the expired ones lead (end indexes exclusive) and the too new ones trail (start index inclusive).
 * Source: RejectedLogEventsInfo.
 * @returns undefined where an index is no whole number within the batch: no answer of the service's
 */
export function readRejections(
  indexes: RejectedLogEventsInfo,
  count: number,
): readonly Rejection[] | undefined {
  const {
    tooOldLogEventEndIndex: tooOldEnd,
    expiredLogEventEndIndex: expiredEnd,
    tooNewLogEventStartIndex: tooNewStart,
  } = indexes;
  const isWithin = (index: number | null | undefined): boolean =>
    (index ?? undefined) === undefined || (Number.isInteger(index) && index! >= 0 && index! <= count);
  if (![tooOldEnd, expiredEnd, tooNewStart].every(isWithin)) return undefined;
  const tooOld = tooOldEnd ?? 0;
  const expired = Math.max(0, (expiredEnd ?? 0) - tooOld);
  const tooNew = Math.min(count - (tooNewStart ?? count), count - tooOld - expired);
  const rejections: Rejection[] = [
    { reason: 'too_old', count: tooOld },
    { reason: 'expired', count: expired },
    { reason: 'too_new', count: tooNew },
  ];
  return rejections.filter((rejection) => rejection.count > 0);
}

function readError(thrown: unknown): Outcome {
  const error = toRequestError(thrown);
  const kind = classifyError(error);
  switch (kind) {
    case 'already_accepted':
      return { kind: 'accepted', rejected: [], nextSequenceToken: factsOf(error).expectedSequenceToken };
    case 'sequence_token':
      return { kind: 'sequence_token', expected: factsOf(error).expectedSequenceToken, error };
    case 'invalid':
      return { kind: 'split', error };
    case 'unreadable':
      // A named serialisation error may be one event's fault; a bare 404 or 415 comes from something
      // between us and the service, and may pass.
      return httpStatusOf(error) === 404 || httpStatusOf(error) === 415
        ? { kind: 'retry', cause: 'retry', error }
        : { kind: 'split', error };
    case 'refused':
    case 'exists':
      return { kind: 'refused', error };
    default:
      return { kind: 'retry', cause: kind, error, afterMillis: retryAfterMillis(error) };
  }
}
