import { type FoundSummary } from '../answers/found.js';
import { type FoundEvent } from '../../insights/look-up/correlated-event.js';
import { searchPath, type PageState } from '../model/page-state.js';
import { type LogRecord, toRecord } from '../model/records.js';
import { type Search } from '../model/search-text.js';

/** The path under which the handler is mounted. */
export const BASE_PATH = document.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '';

/** What a look-up found. */
export interface LookUpAnswer {
  readonly records: readonly LogRecord[];
  readonly summary: FoundSummary;
}

/** How far a look-up is. */
export interface LookUpProgress {
  readonly queries: number;
  readonly recordsScanned: number;
  readonly bytesScanned: number;
  /** Events that have arrived here. */
  readonly events: number;
}

/** An answer that is no result, in words for people. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Milliseconds of work after which the page may answer to its user again. */
const SLICE_MILLIS = 12;

type Line =
  | ({ readonly type: 'event' } & FoundEvent)
  | ({ readonly type: 'result' } & FoundSummary)
  | ({ readonly type: 'progress' } & Omit<LookUpProgress, 'events'>)
  | { readonly type: 'started' }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/**
 * Makes a look-up and reads its answer as it comes.
 * @throws ApiError, or the signal's reason
 */
export async function lookUp(
  search: Search,
  state: Pick<PageState, 'from' | 'to' | 'groups' | 'fullText'>,
  onProgress: (progress: LookUpProgress) => void,
  signal: AbortSignal,
): Promise<LookUpAnswer> {
  if ([search.field, search.value].some((part) => part === '.' || part === '..')) {
    throw new ApiError('wrong_request', 'No address can hold “.” or “..” alone: search for a longer text.');
  }
  const parameters = new URLSearchParams({ format: 'ndjson', view: 'stored', progress: 'true' });
  if (state.from) parameters.set('from', state.from);
  if (state.to) parameters.set('to', state.to);
  for (const group of state.groups) parameters.append('groups', group);
  if (state.fullText) parameters.set('fullText', 'true');
  const response = await get(`/api/${searchPath(search)}?${parameters.toString()}`, signal);

  const records: LogRecord[] = [];
  let progress: LookUpProgress = { queries: 0, recordsScanned: 0, bytesScanned: 0, events: 0 };
  let summary: FoundSummary | undefined;
  let sliceStart = performance.now();
  for await (const text of linesOf(response.body!)) {
    const line = JSON.parse(text) as Line;
    switch (line.type) {
      case 'event':
        records.push(toRecord(line, records.length));
        break;
      case 'result':
        summary = line;
        break;
      case 'progress':
        progress = { ...progress, ...line };
        onProgress(progress);
        break;
      case 'error':
        throw new ApiError(line.code, line.message);
      case 'started':
        break;
    }
    if (performance.now() - sliceStart > SLICE_MILLIS) {
      onProgress({ ...progress, events: records.length });
      await nextTask();
      signal.throwIfAborted();
      sliceStart = performance.now();
    }
  }
  if (!summary) throw new ApiError('cut', 'The answer broke off before its end.');
  return { records, summary };
}

/** @throws ApiError, or the signal's reason */
export async function getJson<T>(path: string, signal: AbortSignal): Promise<T> {
  return (await get(path, signal)).json() as Promise<T>;
}

async function get(path: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(BASE_PATH + path, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new ApiError('gone', `The server of this page does not answer. ${String(error)}`);
  }
  if (response.ok) return response;
  const { error } = (await response.json().catch(() => ({}))) as {
    error?: { code: string; message: string };
  };
  throw new ApiError(error?.code ?? 'failed', error?.message ?? `The server answered ${response.status}.`);
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const lines = (rest + decoder.decode(next.value, { stream: true })).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    if (rest.trim() !== '') yield rest;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Lets the browser do what else it has to: input, painting. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
