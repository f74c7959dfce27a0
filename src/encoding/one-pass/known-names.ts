import { PageText } from '../../delivery/page-text.js';
import { jsonString } from '../json-text.js';
import { type Redaction } from '../redact.js';

/** Names are few and come again with each record. */
const MAX_KNOWN_NAMES = 2_000;
const MAX_KNOWN_NAME_LENGTH = 100;

/** A member's name as it stands in a message: a comma, the name, a colon. */
export class KnownName {
  readonly name: string;
  readonly text: PageText;
  /** The name that came behind it the last time, and mostly does. */
  next: KnownName | undefined;
  /** The redaction of the last object that it was looked up for, from which that of the member follows. */
  #redaction: Redaction | undefined;
  #below: Redaction | undefined;

  constructor(name: string) {
    this.name = name;
    this.text = PageText.within(`,${jsonString(name)}:`);
  }

  /** The redaction of the member. @param redaction - of the object */
  below(redaction: Redaction): Redaction | undefined {
    if (this.#redaction !== redaction) {
      this.#redaction = redaction;
      this.#below = redaction.below(this.name);
    }
    return this.#below;
  }
}

const known = new Map<string, KnownName>();

/** In place of a name before the first one. */
export const NO_NAME = new KnownName('');

/** Names that came once, and are remembered if they come again: keys of maps may be data, and never do. */
const seen = new Set<string>();

/**
 * Finds a name that came before.
 * @param last - the one before it in its object
 * @returns undefined for one that is written by itself
 */
export function findName(name: string, last: KnownName | undefined): KnownName | undefined {
  const found = known.get(name) ?? remember(name);
  if (last !== undefined && found !== undefined) last.next = found;
  return found;
}

function remember(name: string): KnownName | undefined {
  if (name.length > MAX_KNOWN_NAME_LENGTH) return undefined;
  if (!seen.delete(name)) {
    if (seen.size >= MAX_KNOWN_NAMES) seen.clear();
    seen.add(name);
    return undefined;
  }
  if (known.size >= MAX_KNOWN_NAMES) known.clear();
  const made = new KnownName(name);
  known.set(name, made);
  return made;
}
