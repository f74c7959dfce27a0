import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type Destination, type LogEntity } from '../delivery/encoded-event.js';

/** Where events of one resource go; one object for all of them. */
export interface Place {
  readonly destination: Destination;
  readonly entity: LogEntity | undefined;
}

/** Entities of different resources may be equal: their events then share requests. */
export function isSameEntity(a: LogEntity | undefined, b: LogEntity | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

type Resource = ReadableLogRecord['resource'];

/** Remembers places, so that events of the same place are known by one object. */
export class Places {
  readonly #entityOf: (resource: Resource) => LogEntity | undefined;
  readonly #entities = new WeakMap<Resource, { readonly entity: LogEntity | undefined }>();
  /** The last of each destination. */
  readonly #known = new WeakMap<Destination, { readonly resource: Resource; readonly place: Place }>();
  #last: { readonly resource: Resource; readonly place: Place } | undefined;

  constructor(entityOf: (resource: Resource) => LogEntity | undefined) {
    this.#entityOf = entityOf;
  }

  of(destination: Destination, resource: Resource): Place {
    const last = this.#last;
    if (last?.resource === resource && last.place.destination === destination) return last.place;
    const known = this.#known.get(destination);
    if (known?.resource === resource) {
      this.#last = known;
      return known.place;
    }
    const place = { destination, entity: this.#find(resource) };
    // Attributes of which the entity is made may come later.
    if (resource.asyncAttributesPending === true) return place;
    this.#last = { resource, place };
    this.#known.set(destination, this.#last);
    return place;
  }

  #find(resource: Resource): LogEntity | undefined {
    const known = this.#entities.get(resource);
    if (known !== undefined) return known.entity;
    const entity = this.#entityOf(resource);
    if (resource.asyncAttributesPending !== true) this.#entities.set(resource, { entity });
    return entity;
  }
}
