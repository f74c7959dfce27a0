/** How many colours services have; style sheets name them by number. */
export const SERVICE_COLORS = 8;

/** The look of a service. */
export interface ServiceLook {
  /** From 0. */
  readonly color: number;
  /** Striped, to tell it from another service of the same colour. */
  readonly isStriped: boolean;
}

/**
 * Gives services their looks. A name decides its colour, so that a service is the same everywhere; where two of one
 * view would be alike, the one that is given its look later takes the next colour that is free, and keeps it.
 * A colour that no service of any view has is taken first: services that are met one by one may be seen together.
 */
export class ServiceColors {
  readonly #colors: Map<string, number>;
  readonly #remember: (colors: Readonly<Record<string, number>>) => void;

  /**
   * @param remembered - of an earlier visit
   * @param remember - told of every change
   */
  constructor(
    remembered: Readonly<Record<string, unknown>> = {},
    remember: (colors: Readonly<Record<string, number>>) => void = () => undefined,
  ) {
    this.#remember = remember;
    this.#colors = new Map();
    for (const [name, color] of Object.entries(remembered)) {
      if (Number.isInteger(color) && (color as number) >= 0 && (color as number) < SERVICE_COLORS) {
        this.#colors.set(name, color as number);
      }
    }
  }

  /** The looks of all services of one view. */
  looksOf(services: Iterable<string>): Map<string, ServiceLook> {
    const names = [...new Set(services)].sort();
    const taken = new Set<number>();
    const looks = new Map<string, ServiceLook>();
    const give = (name: string, color: number): void => {
      looks.set(name, { color, isStriped: taken.has(color) });
      taken.add(color);
    };
    const isKnown = (name: string): boolean => this.#colors.has(name);
    for (const name of names.filter(isKnown)) give(name, this.#colors.get(name)!);
    const others = names.filter((name) => !isKnown(name));
    for (const name of others) {
      const wanted = colorOf(name);
      const known = new Set(this.#colors.values());
      const color = freeColor(wanted, known) ?? freeColor(wanted, taken) ?? wanted;
      this.#colors.set(name, color);
      give(name, color);
    }
    if (others.length > 0) this.#remember(Object.fromEntries(this.#colors));
    return looks;
  }
}

/** The colour itself, or the next that is free. */
function freeColor(wanted: number, taken: ReadonlySet<number>): number | undefined {
  for (let step = 0; step < SERVICE_COLORS; step++) {
    // Steps of three go through all eight, and neighbours are not alike.
    const color = (wanted + step * 3) % SERVICE_COLORS;
    if (!taken.has(color)) return color;
  }
  return undefined;
}

function colorOf(service: string): number {
  // FNV-1a, and its upper bits mixed in: names that differ in their last letter differ here.
  let hash = 0x811c9dc5;
  for (let index = 0; index < service.length; index++) {
    hash = Math.imul(hash ^ service.charCodeAt(index), 0x01000193);
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % SERVICE_COLORS;
}
