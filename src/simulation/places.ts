import { LOG_GROUPS } from './operations/collections.js';
import { type Place, placeKey } from './place.js';
import { limitExceeded } from './service-error.js';
import type { PlaceService } from './place-service.js';
import type { StoreStatistics } from './store/event-store.js';
import { type FolderRecovery, nothingHarmed } from './store/store-damage.js';

/** Regions and accounts that one service keeps apart: a client that makes names up must not use up the machine. */
const MAX_PLACES = 100;

/** The places of a service, each made when it is asked for first. */
export class Places {
  readonly #home: Place;
  readonly #open: (place: Place) => PlaceService;
  readonly #services = new Map<string, PlaceService>();

  /**
   * @param home - the place of what is not signed; it is there from the start
   * @param others - places that are there from the start too
   * @param open - opens one
   * @throws what `open` throws
   */
  constructor(home: Place, others: readonly Place[], open: (place: Place) => PlaceService) {
    this.#home = home;
    this.#open = open;
    for (const place of [home, ...others]) if (!this.#services.has(placeKey(place))) this.#add(place);
  }

  get home(): PlaceService {
    return this.find(this.#home);
  }

  /**
   * The service of a place, which is made if there is none.
   * @throws ServiceError where there are as many as may be
   */
  find(place: Place): PlaceService {
    const known = this.#services.get(placeKey(place));
    if (known) return known;
    if (this.#services.size >= MAX_PLACES) {
      throw limitExceeded(`The local service keeps ${MAX_PLACES} regions and accounts apart, and no more.`);
    }
    return this.#add(place);
  }

  has(place: Place): boolean {
    return this.#services.has(placeKey(place));
  }

  /** The places that have a log group, by its name. */
  holding(logGroupName: string): Place[] {
    return [...this.#services.values()]
      .map(({ context }) => context)
      .filter(({ catalog }) => catalog.get(LOG_GROUPS, logGroupName) !== undefined)
      .map(({ accountId, region }) => ({ accountId, region }));
  }

  /** What all of them store, added up. */
  statistics(): StoreStatistics {
    const total = { eventCount: 0, storedBytes: 0, evictedEvents: 0, evictedBytes: 0, expiredEvents: 0 };
    for (const { context } of this.#services.values()) addTo(total, context.events.statistics());
    return total;
  }

  /** What of all their folders could not be read, added up. */
  recovery(): FolderRecovery {
    const total = nothingHarmed();
    for (const { recovery } of this.#services.values()) addTo(total, recovery);
    return total;
  }

  /** Removes all that is stored, and ends all that runs; home is there again, empty. */
  async clear(): Promise<void> {
    for (const [key, service] of [...this.#services]) {
      await service.clear();
      this.#services.delete(key);
    }
    this.find(this.#home);
  }

  async close(): Promise<void> {
    for (const service of this.#services.values()) await service.close();
  }

  #add(place: Place): PlaceService {
    const service = this.#open(place);
    this.#services.set(placeKey(place), service);
    return service;
  }
}

function addTo<Counts extends { [Name in keyof Counts]: number }>(
  total: Counts,
  counts: Readonly<Counts>,
): void {
  for (const name of Object.keys(total) as (keyof Counts)[]) {
    total[name] = (total[name] + counts[name]) as Counts[typeof name];
  }
}
