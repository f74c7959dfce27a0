import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type Spool } from '../../src/delivery/spool/spool.js';
import { readRecordId } from './sender-settings.js';

/** Records of one sender without a gap: sender, first, last. */
export type RecordRange = readonly [sender: number, first: number, last: number];

/** What its client heard of an attempt: an answer that took it, one that refused it, or nothing. */
export type Heard = 'accepted' | 'refused' | 'nothing';

/** One PutLogEvents request as it went over the wire; the SDK's retries are attempts of their own. */
export interface LoggedAttempt {
  readonly records: readonly RecordRange[];
  heard: Heard;
  /** Milliseconds since 1970 when it was heard; undefined where the process was killed before. */
  heardAt?: number;
}

/** One batch on its way to the spool. */
export interface LoggedStore {
  readonly records: readonly RecordRange[];
  /** Milliseconds since 1970 when it was there; undefined where the process was killed before. */
  storedAt?: number;
}

/** The attempts of one process, in the order in which they began. */
export interface LoggedLife {
  readonly attempts: LoggedAttempt[];
  readonly stores: LoggedStore[];
  /** It came to its end by itself. */
  isEnded: boolean;
}

type Line =
  | { readonly kind: 'life' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sent'; readonly number: number; readonly records: readonly RecordRange[] }
  | { readonly kind: 'store'; readonly number: number; readonly records: readonly RecordRange[] }
  | { readonly kind: 'stored'; readonly number: number; readonly at: number }
  | { readonly kind: Heard; readonly number: number; readonly at: number };

/**
 * What a sender sent and what it heard of it, in a plain file: whoever kills the sender still finds it. An
 * answer is written down before the exporter sees it.
 */
export class RequestLog {
  readonly #descriptor: number;
  #attempts = 0;
  #stores = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'a');
    this.#write({ kind: 'life' });
  }

  /** Notes every attempt of a client's PutLogEvents requests from now on. */
  watch(client: CloudWatchLogsClient): void {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== 'PutLogEventsCommand') return await next(args);
        const number = this.#attempts++;
        this.#write({ kind: 'sent', number, records: recordsIn(args.request as WireRequest) });
        try {
          const result = await next(args);
          this.#write({ kind: 'accepted', number, at: Date.now() });
          return result;
        } catch (error) {
          this.#write({ kind: isRefusal(error) ? 'refused' : 'nothing', number, at: Date.now() });
          throw error;
        }
      },
      // The innermost step: inside of the SDK's retries, around the reading of the answer.
      { step: 'deserialize', priority: 'high', name: 'requestLog' },
    );
  }

  /** Notes every batch that a spool of this process is given to store, from now on. */
  watchSpools(spools: Pick<Spool, 'write'>): void {
    const { write } = spools;
    const noteStore = (records: readonly RecordRange[]): (() => void) => {
      const number = this.#stores++;
      this.#write({ kind: 'store', number, records });
      return () => {
        this.#write({ kind: 'stored', number, at: Date.now() });
      };
    };
    spools.write = async function (this: Spool, batch, options) {
      const noteStored = noteStore(rangesOf(batch.events.map(({ messageJson }) => messageJson)));
      const stored = await write.call(this, batch, options);
      noteStored();
      return stored;
    };
  }

  end(): void {
    this.#write({ kind: 'end' });
    closeSync(this.#descriptor);
  }

  #write(line: Line): void {
    appendFileSync(this.#descriptor, `${JSON.stringify(line)}\n`);
  }
}

/** Reads what the lives of a sender wrote. */
export function readRequestLog(path: string): LoggedLife[] {
  const lives: LoggedLife[] = [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  for (const line of lines.map((text) => JSON.parse(text) as Line)) {
    const life = lives.at(-1);
    if (line.kind === 'life') lives.push({ attempts: [], stores: [], isEnded: false });
    else if (line.kind === 'end') life!.isEnded = true;
    else if (line.kind === 'sent') life!.attempts.push({ records: line.records, heard: 'nothing' });
    else if (line.kind === 'store') life!.stores.push({ records: line.records });
    else if (line.kind === 'stored') life!.stores[line.number]!.storedAt = line.at;
    else Object.assign(life!.attempts[line.number]!, { heard: line.kind, heardAt: line.at });
  }
  return lives;
}

interface WireRequest {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

function recordsIn(request: WireRequest): RecordRange[] {
  return rangesOf(messagesIn(request));
}

/** The beginnings of a request's messages, as JSON strings. */
export function messagesIn({ body, headers }: WireRequest): string[] {
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : Buffer.from(body);
  return [...bytes.toString('latin1').matchAll(/"message":("\d\d-\d{8} )/g)].map(([, text]) => text!);
}

/** @param messages - JSON strings, or their beginnings */
function rangesOf(messages: readonly string[]): RecordRange[] {
  const ranges: [number, number, number][] = [];
  for (const message of messages) {
    const id = readRecordId(message.slice(1));
    if (!id) continue;
    const { sender, record } = id;
    const last = ranges.at(-1);
    if (last?.[0] === sender && last[2] + 1 === record) last[2] = record;
    else ranges.push([sender, record, record]);
  }
  return ranges;
}

/** An answer of status 200 that can't be read is no refusal: the request took effect. */
function isRefusal(error: unknown): boolean {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return ($metadata?.httpStatusCode ?? 0) >= 400;
}
