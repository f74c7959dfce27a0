/** The text in place of a redacted value. */
export const REDACTED = '[REDACTED]';

const ROOTS = ['body', 'attributes', 'resource', 'scope'] as const;
type Root = (typeof ROOTS)[number];

/** A path to values that must not leave the process. */
export interface RedactPath {
  readonly root: Root;
  /** Keys below the root; none means the whole of it. */
  readonly keys: readonly string[];
}

/**
 * Reads a path such as `attributes.password` or `body.*.token`.
 * @returns a text that completes "<option> must …" where it is none
 */
export function parseRedactPath(path: string): RedactPath | string {
  const [root, ...keys] = path.split('.');
  if (!ROOTS.includes(root as Root)) return `begin with one of ${ROOTS.join(', ')}`;
  if (keys.includes('')) return 'have a name or * between its dots';
  const isBelowAttributes = (root === 'resource' || root === 'scope') && keys[0] === 'attributes';
  return { root: root as Root, keys: isBelowAttributes ? keys.slice(1) : keys };
}

/** The redaction of each part of a record; undefined where a part is written as it is. */
export type RecordRedaction = Readonly<Record<Root, Redaction | undefined>>;

/** Redacts nothing. */
export const NO_REDACTION: RecordRedaction = {
  body: undefined,
  attributes: undefined,
  resource: undefined,
  scope: undefined,
};

/** Gathers paths by the part of a record that they lead into. */
export function redactionOf(paths: readonly RedactPath[]): RecordRedaction {
  const of = (root: Root): Redaction | undefined =>
    Redaction.of(paths.filter((path) => path.root === root).map(({ keys }) => keys));
  return { body: of('body'), attributes: of('attributes'), resource: of('resource'), scope: of('scope') };
}

/** The rest of a path, below some value. */
interface Rest {
  readonly keys: readonly string[];
  /** Leads to the stack of an error whose message is redacted. */
  readonly isStack: boolean;
}

/** The names under which an error's stack stands beside its `message`. */
const STACK_NAMES = ['stack', 'stacktrace'] as const;

/** Names that are remembered for each value, and how long they may be: those of a program's own keys. */
const MAX_KNOWN_NAMES = 2_000;
const MAX_KNOWN_NAME_LENGTH = 100;

/** Sets of rests that are remembered; there are few, however the values look. */
const MAX_KNOWN_STATES = 2_000;

/**
 * The redaction of one value and all below it. Whoever writes the value asks on its way down, so what is
 * written and what is redacted can't differ. A key with dots leads to the same place as nested keys, a path
 * that ends above a value redacts all below, and arrays are looked through.
 */
export class Redaction {
  /** The value itself. */
  readonly isWhole: boolean;
  /** The value's first lines, where it is the stack of an error: they hold the message. */
  readonly isStack: boolean;
  readonly #rests: readonly Rest[];
  readonly #known: Map<string, Redaction>;
  readonly #byName = new Map<string, Redaction | undefined>();
  readonly #indexes: ReadonlySet<string>;
  readonly #namesAnyItem: boolean;
  #anyItem: Redaction | undefined;

  private constructor(rests: readonly Rest[], known: Map<string, Redaction>) {
    this.isWhole = rests.some(({ keys, isStack }) => keys.length === 0 && !isStack);
    this.isStack = rests.some(({ keys, isStack }) => keys.length === 0 && isStack);
    this.#rests = rests;
    this.#known = known;
    this.#indexes = new Set(rests.flatMap(({ keys }) => keys[0] ?? []).filter((key) => /^\d+$/.test(key)));
    this.#namesAnyItem = rests.some(({ keys }) => keys[0] === '*');
  }

  /** @param paths - the keys of each, from the value on */
  static of(paths: readonly (readonly string[])[]): Redaction | undefined {
    const rests = paths.flatMap((keys): Rest[] => [
      { keys, isStack: false },
      // A stack begins with the error's message.
      ...(keys.at(-1) === 'message'
        ? STACK_NAMES.map((name) => ({ keys: [...keys.slice(0, -1), name], isStack: true }))
        : []),
    ]);
    return Redaction.#with(rests, new Map());
  }

  static #with(rests: readonly Rest[], known: Map<string, Redaction>): Redaction | undefined {
    if (rests.length === 0) return undefined;
    const byText = new Map(rests.map((rest) => [`${rest.isStack} ${rest.keys.join('.')}`, rest]));
    const text = JSON.stringify([...byText.keys()].sort());
    const old = known.get(text);
    if (old !== undefined) return old;
    const made = new Redaction([...byText.values()], known);
    if (known.size < MAX_KNOWN_STATES) known.set(text, made);
    return made;
  }

  /** The redaction of a member. @param name - its key, which may hold dots itself */
  below(name: string): Redaction | undefined {
    const known = this.#byName.get(name);
    if (known !== undefined || this.#byName.has(name)) return known;
    const parts = name.split('.', this.#longest());
    const below = this.#rests.map((rest) => restBelow(rest, parts)).filter((rest) => rest !== undefined);
    const made = Redaction.#with(below, this.#known);
    if (this.#byName.size < MAX_KNOWN_NAMES && name.length <= MAX_KNOWN_NAME_LENGTH) {
      this.#byName.set(name, made);
    }
    return made;
  }

  /** The redaction of an array's item: of paths that lead through the array, and of those that name the item. */
  item(index: number): Redaction {
    if (this.#indexes.size > 0 && this.#indexes.has(String(index))) return this.#item(String(index));
    if (!this.#namesAnyItem) return this;
    this.#anyItem ??= this.#item('*');
    return this.#anyItem;
  }

  #item(name: string): Redaction {
    const named = this.#rests.map((rest) => restBelow(rest, [name])).filter((rest) => rest !== undefined);
    return Redaction.#with([...this.#rests, ...named], this.#known)!;
  }

  #longest(): number {
    return Math.max(...this.#rests.map(({ keys }) => keys.length));
  }
}

/**
 * The rest of a path below a key of several parts.
 * @returns no keys where the key is reached or the path ends above it, undefined where they differ
 */
function restBelow({ keys, isStack }: Rest, parts: readonly string[]): Rest | undefined {
  const common = Math.min(parts.length, keys.length);
  for (let index = 0; index < common; index++) {
    if (keys[index] !== '*' && keys[index] !== parts[index]) return undefined;
  }
  return { keys: keys.slice(common), isStack };
}

/** The name under which the message of an error stands whose stack stands under another. */
export function messageNameOf(stackName: string): string {
  const own = STACK_NAMES.find((name) => stackName.endsWith(name)) ?? '';
  return `${stackName.slice(0, stackName.length - own.length)}message`;
}

/**
 * Keeps the frames, `    at …`, that end a stack; what stands before them is the error's own text.
 * @param message - of the error: it may hold lines that look like frames, so without it nothing is kept
 */
export function redactStack(stack: string, message: unknown): string {
  if (typeof message !== 'string') return REDACTED;
  const start = message === '' ? -1 : stack.indexOf(message);
  const rest = start === -1 ? stack : stack.slice(start + message.length);
  const lines = rest.split('\n');
  let first = lines.length;
  while (first > 0 && /^\s+at /.test(lines[first - 1]!)) first--;
  return [REDACTED, ...lines.slice(first)].join('\n');
}
