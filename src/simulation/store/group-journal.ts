import { type KnownSegment } from './folder-segment.js';
import { Journal, type JournalEnd, type JournalParts } from './journal.js';

type GroupEntry =
  | { readonly kind: 'name'; readonly logGroupName: string }
  | { readonly kind: 'fields'; readonly fields: readonly string[] }
  | { readonly kind: 'sequence'; readonly next: number }
  | { readonly kind: 'expiry'; readonly before: number; readonly end: number }
  | { readonly kind: 'stream'; readonly logStreamName: string; readonly end: number }
  | ({ readonly kind: 'segment'; readonly number: number } & KnownSegment)
  | { readonly kind: 'dropped'; readonly number: number };

const KINDS: ReadonlySet<unknown> = new Set<GroupEntry['kind']>([
  'name',
  'fields',
  'sequence',
  'expiry',
  'stream',
  'segment',
  'dropped',
]);

/** The journal is written anew when it has this many more entries than it needs. */
const MAX_SPARE_ENTRIES = 1000;

/** Dropped segments that are remembered: their files may still be there when the process ends. */
const MAX_KEPT_DROPPED = 20;

/** What a group's folder says besides its events: name, settings, and what was removed. */
export class GroupJournal {
  readonly #journal: Journal<GroupEntry>;
  #lines = 0;
  #logGroupName: string | undefined;
  #fields: readonly string[] | undefined;
  #nextSequence = 0;
  /** Events before `before` that arrived before `end` are gone. */
  #expiries: { readonly before: number; readonly end: number }[] = [];
  /** By stream: its events that arrived before that are gone. */
  readonly #deletedStreams = new Map<string, number>();
  readonly #segments = new Map<number, KnownSegment>();
  /** The last ones. */
  #dropped: readonly number[] = [];

  /** @param known - where it ended when the store was closed */
  constructor(path: string, parts: JournalParts, known?: JournalEnd) {
    this.#journal = new Journal(path, parts, (entry) => 'kind' in entry && KINDS.has(entry.kind));
    for (const entry of this.#journal.open(known)) this.#note(entry);
  }

  /** Where it ends now. */
  get end(): JournalEnd {
    return this.#journal.end;
  }

  /** Segments that were made and not dropped, by their numbers. */
  get segments(): ReadonlyMap<number, KnownSegment> {
    return this.#segments;
  }

  /** Whether a segment was dropped, though its files may still be there. */
  wasDropped(number: number): boolean {
    return this.#dropped.includes(number);
  }

  get logGroupName(): string | undefined {
    return this.#logGroupName;
  }

  get indexedFields(): readonly string[] | undefined {
    return this.#fields;
  }

  /** No event had this number, as far as the journal knows. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  get expiries(): readonly { readonly before: number; readonly end: number }[] {
    return this.#expiries;
  }

  get deletedStreams(): ReadonlyMap<string, number> {
    return this.#deletedStreams;
  }

  append(entry: GroupEntry): void {
    this.#journal.append(entry);
    this.#note(entry);
    const needed =
      this.#expiries.length + this.#deletedStreams.size + this.#segments.size + this.#dropped.length;
    if (this.#lines > needed + MAX_SPARE_ENTRIES) this.#rewrite();
  }

  /** Forgets removals of events that are not there any more. @param sequence - of the first that is */
  forgetBefore(sequence: number): void {
    const expiries = this.#expiries.filter(({ end }) => end > sequence);
    const obsolete = [...this.#deletedStreams].filter(([, end]) => end <= sequence);
    if (expiries.length === this.#expiries.length && obsolete.length === 0) return;
    this.#expiries = expiries;
    for (const [logStreamName] of obsolete) this.#deletedStreams.delete(logStreamName);
    // Called when the files of dropped segments are gone.
    this.#dropped = [];
    this.#rewrite();
  }

  #note(entry: GroupEntry): void {
    this.#lines++;
    switch (entry.kind) {
      case 'name':
        this.#logGroupName = entry.logGroupName;
        break;
      case 'fields':
        this.#fields = entry.fields;
        break;
      case 'sequence':
        this.#nextSequence = Math.max(this.#nextSequence, entry.next);
        break;
      case 'expiry':
        this.#nextSequence = Math.max(this.#nextSequence, entry.end);
        // Those before it ended before it: what they removed from a shorter time is removed again.
        this.#expiries = this.#expiries.filter(({ before }) => before > entry.before);
        this.#expiries.push({ before: entry.before, end: entry.end });
        break;
      case 'stream':
        this.#nextSequence = Math.max(this.#nextSequence, entry.end);
        this.#deletedStreams.set(entry.logStreamName, entry.end);
        break;
      case 'segment':
        this.#nextSequence = Math.max(this.#nextSequence, entry.first + entry.events);
        this.#segments.set(entry.number, { first: entry.first, events: entry.events });
        break;
      case 'dropped':
        this.#segments.delete(entry.number);
        this.#dropped = [...this.#dropped, entry.number].slice(-MAX_KEPT_DROPPED);
    }
  }

  #rewrite(): void {
    const entries = this.#entries();
    this.#journal.rewrite(entries);
    this.#lines = entries.length;
  }

  #entries(): GroupEntry[] {
    const entries: GroupEntry[] = [];
    if (this.#logGroupName !== undefined) entries.push({ kind: 'name', logGroupName: this.#logGroupName });
    if (this.#fields) entries.push({ kind: 'fields', fields: this.#fields });
    entries.push({ kind: 'sequence', next: this.#nextSequence });
    for (const expiry of this.#expiries) entries.push({ kind: 'expiry', ...expiry });
    for (const [logStreamName, end] of this.#deletedStreams)
      entries.push({ kind: 'stream', logStreamName, end });
    for (const [number, segment] of this.#segments) entries.push({ kind: 'segment', number, ...segment });
    for (const number of this.#dropped) entries.push({ kind: 'dropped', number });
    return entries;
  }
}
