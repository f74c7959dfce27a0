import { type LiveBatch } from '../live-source.js';
import { type LogRecord, toRecord } from '../model/records.js';
import { BASE_PATH } from './api.js';

/** How a feed is. */
export type FeedState =
  | { readonly kind: 'connecting' | 'live' | 'paused' | 'lost' }
  | { readonly kind: 'failed'; readonly message: string };

/** Records that are kept; the oldest go first. */
const MAX_RECORDS = 5_000;
const MAX_IDS = 20_000;

/** The newest records, as they arrive. */
export class LiveFeed {
  readonly #groups: readonly string[];
  readonly #onChange: (added: readonly LogRecord[]) => void;
  readonly #ids = new Set<string>();
  #source: EventSource | undefined;
  #records: LogRecord[] = [];
  #count = 0;
  #state: FeedState = { kind: 'connecting' };
  #logGroups: readonly string[] = [];
  #notes: readonly string[] = [];

  /** @param onChange - told of new records, and, with none, of another state */
  constructor(groups: readonly string[], onChange: (added: readonly LogRecord[]) => void) {
    this.#groups = groups;
    this.#onChange = onChange;
    this.#connect();
  }

  /** In the order in which they arrived. */
  get records(): readonly LogRecord[] {
    return this.#records;
  }

  get state(): FeedState {
    return this.#state;
  }

  get logGroups(): readonly string[] {
    return this.#logGroups;
  }

  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Stops following, or goes on. */
  toggle(): void {
    if (this.#source) {
      this.close();
      this.#setState({ kind: 'paused' });
    } else {
      this.#setState({ kind: 'connecting' });
      this.#connect();
    }
  }

  close(): void {
    this.#source?.close();
    this.#source = undefined;
  }

  #connect(): void {
    const parameters = new URLSearchParams(this.#groups.map((group) => ['groups', group]));
    const source = new EventSource(`${BASE_PATH}/api/live?${parameters.toString()}`);
    this.#source = source;
    source.addEventListener('events', ({ data }: MessageEvent<string>) => {
      this.#take(JSON.parse(data) as LiveBatch);
    });
    source.addEventListener('failure', ({ data }: MessageEvent<string>) => {
      const { message } = JSON.parse(data) as { message: string };
      // Asking again at once would fail again.
      this.close();
      this.#setState({ kind: 'failed', message });
    });
    source.onerror = () => {
      // The browser tries again by itself, unless it was refused.
      if (source.readyState !== EventSource.CLOSED) this.#setState({ kind: 'lost' });
      else {
        this.close();
        this.#setState({ kind: 'failed', message: 'There is no live view here, or too many are open.' });
      }
    };
  }

  #take({ events, logGroups, notes }: LiveBatch): void {
    this.#logGroups = logGroups;
    this.#notes = notes;
    this.#state = { kind: 'live' };
    const added = events
      .filter(({ eventId, logGroup }) => this.#isNew(`${logGroup} ${eventId!}`))
      .map((event) => toRecord(event, this.#count++));
    this.#records = [...this.#records, ...added].slice(-MAX_RECORDS);
    this.#onChange(added);
  }

  #isNew(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > MAX_IDS) this.#ids.delete(this.#ids.values().next().value!);
    return true;
  }

  #setState(state: FeedState): void {
    this.#state = state;
    this.#onChange([]);
  }
}
