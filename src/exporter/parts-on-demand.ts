import type * as late from './late-parts.js';

/** The parts that importing the package does not load. */
export type LateParts = typeof late;

/** Where the late parts come from. */
export interface PartsOnDemand {
  /** Those that are there already. */
  now(): LateParts | undefined;
  /** Loads them, once; what failed is tried again with the next call. */
  load(): Promise<LateParts>;
}

let loaded: LateParts | undefined;
let loading: Promise<LateParts> | undefined;

export const partsOnDemand: PartsOnDemand = {
  now: () => loaded,
  load() {
    loading ??= import('./late-parts.js').then(
      (parts) => {
        loaded = parts;
        return parts;
      },
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  },
};

/** Does something with the late parts: now where they are there, else when they are loaded. */
export function whenLoaded(use: (parts: LateParts) => void, onDemand: PartsOnDemand = partsOnDemand): void {
  const late = onDemand.now();
  if (late) use(late);
  // The core says so where they can't be loaded.
  else void onDemand.load().then(use, () => undefined);
}

/** Says that they are there: for whoever loads them with itself, as `register` does. */
export function provideLateParts(parts: LateParts): void {
  loaded = parts;
}
