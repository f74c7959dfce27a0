import { type BackEnd, type EventBatch, type RequestContext, type Verdict } from '../../src/base/index.js';

/** A record of these tests. */
export interface Note {
  readonly text: string;
  readonly to?: string;
  readonly at?: number;
}

/** A request that a back end got. */
interface Request {
  readonly batch: EventBatch;
  readonly credentials: unknown;
}

/** A back end in memory, whose answers are verdicts. */
export interface MemoryBackEnd extends BackEnd<Note, unknown, Verdict> {
  readonly requests: Request[];
  /** Texts that it has accepted, in order. */
  readonly accepted: string[];
}

export const ACCEPTED: Verdict = { kind: 'accepted' };

/** @param answer - to each request, by default that all is accepted */
export function memoryBackEnd(
  answer: (
    batch: EventBatch,
    context: RequestContext<unknown>,
    number: number,
  ) => Verdict | Promise<Verdict> = () => ACCEPTED,
  changes: Partial<BackEnd<Note, unknown, Verdict>> = {},
): MemoryBackEnd {
  const requests: Request[] = [];
  const accepted: string[] = [];
  return {
    name: 'memory',
    limits: { maxEvents: 10, maxBytes: 1_000, maxEventBytes: 500 },
    encode: ({ text, to, at }) => ({ content: text, destination: to, timestamp: at }),
    async send(batch, context) {
      requests.push({ batch, credentials: context.credentials });
      const verdict = await answer(batch, context, requests.length);
      if (verdict.kind === 'accepted') accepted.push(...batch.events.map(({ text }) => text));
      return verdict;
    },
    classify: ({ response, error }) =>
      response ?? { kind: 'retry', detail: error instanceof Error ? error.name : 'failed' },
    requests,
    accepted,
    ...changes,
  };
}

/** Without what is the tests' own. */
export function optionsOf({
  requests: _,
  accepted: __,
  ...backEnd
}: MemoryBackEnd): BackEnd<Note, unknown, Verdict> {
  return backEnd;
}

export function notes(count: number, text = 'note'): Note[] {
  return Array.from({ length: count }, (_, index) => ({ text: `${text} ${index}`, at: 1_000 + index }));
}
