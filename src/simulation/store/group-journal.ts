import { Journal } from './journal.js';

type GroupEntry =
  | { readonly kind: 'name'; readonly logGroupName: string }
  | { readonly kind: 'fields'; readonly fields: readonly string[] }
  | { readonly kind: 'sequence'; readonly next: number }
  | { readonly kind: 'expiry'; readonly before: number; readonly end: number }
  | { readonly kind: 'stream'; readonly logStreamName: string; readonly end: number };

/** The journal is written anew when it has this many more entries than it needs. */
const MAX_SPARE_ENTRIES = 1000;

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

  constructor(...parameters: ConstructorParameters<typeof Journal<GroupEntry>>) {
    this.#journal = new Journal(...parameters);
    for (const entry of this.#journal.open()) this.#note(entry);
  }

  get harmedEntries(): number {
    return this.#journal.harmedEntries;
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
    if (this.#lines > this.#expiries.length + this.#deletedStreams.size + MAX_SPARE_ENTRIES) this.#rewrite();
  }

  /** Forgets removals of events that are not there any more. @param sequence - of the first that is */
  forgetBefore(sequence: number): void {
    const expiries = this.#expiries.filter(({ end }) => end > sequence);
    const obsolete = [...this.#deletedStreams].filter(([, end]) => end <= sequence);
    if (expiries.length === this.#expiries.length && obsolete.length === 0) return;
    this.#expiries = expiries;
    for (const [logStreamName] of obsolete) this.#deletedStreams.delete(logStreamName);
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
    return entries;
  }
}
