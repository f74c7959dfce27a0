import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Caller } from './protocol/caller.js';

/** A region of an account: nothing that is stored in one is seen in another. */
export interface Place {
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
}

const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * The place of a request: the region for which it is signed, and the account of its key. A key id of 12 digits is the
 * account itself, as in other emulators of AWS; any other that nobody assigned belongs to the account of the service.
 * @param caller - undefined for a request that is not signed
 * @param home - where what is not signed, or names no region, belongs
 * @param accounts - account ids by key id
 */
export function placeOf(
  caller: Caller | undefined,
  home: Place,
  accounts: Readonly<Record<string, string>>,
): Place {
  if (!caller) return home;
  const { accessKeyId, region } = caller;
  const assigned = Object.hasOwn(accounts, accessKeyId) ? accounts[accessKeyId] : undefined;
  return {
    accountId: assigned ?? (ACCOUNT.test(accessKeyId) ? accessKeyId : home.accountId),
    region: REGION.test(region) ? region : home.region,
  };
}

/** Tells places apart. */
export function placeKey({ accountId, region }: Place): string {
  return `${accountId} ${region}`;
}

/** Where the places of a service are in its folder: the one that was home at first is the folder itself. */
export class PlaceFolders {
  readonly #directory: string;
  readonly #first: Place;

  /** @param home - of this start; a folder that says nothing else is its own */
  constructor(directory: string, home: Place) {
    this.#directory = directory;
    this.#first = readPlace(join(directory, PLACE_FILE)) ?? home;
  }

  folderOf(place: Place): string {
    if (placeKey(place) === placeKey(this.#first)) return this.#directory;
    return join(this.#directory, PLACES, place.accountId, place.region);
  }

  /** The places that have a folder. */
  stored(): Place[] {
    const root = join(this.#directory, PLACES);
    const others = namesIn(root, ACCOUNT).flatMap((accountId) =>
      namesIn(join(root, accountId), REGION).map((region) => ({ accountId, region })),
    );
    return existsSync(join(this.#directory, PLACE_FILE)) ? [this.#first, ...others] : others;
  }

  /** Notes whose the folder is; called when it is open. */
  note(): void {
    const path = join(this.#directory, PLACE_FILE);
    if (readPlace(path)) return;
    writeFileSync(path, `${JSON.stringify(this.#first)}\n`, { mode: 0o600 });
  }
}

/** The folder of the places that are not the first, in that of the service. */
const PLACES = 'places';
const PLACE_FILE = 'PLACE';

/** @returns undefined where no file says so, or it is harmed */
function readPlace(path: string): Place | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const { accountId, region } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Place>;
    const isPlace = ACCOUNT.test(accountId ?? '') && REGION.test(region ?? '');
    return isPlace ? { accountId: accountId!, region: region! } : undefined;
  } catch {
    return undefined;
  }
}

function namesIn(directory: string, pattern: RegExp): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && pattern.test(entry.name))
    .map(({ name }) => name);
}
