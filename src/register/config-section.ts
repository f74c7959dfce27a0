import { isObject } from '../cloudwatch/is-object.js';

/** One mapping of a configuration file, which knows where it stands and what of it nobody has asked for. */
export class ConfigSection {
  readonly path: string;
  readonly #members: ReadonlyMap<string, unknown>;
  readonly #left: Set<string>;
  readonly #sections: ConfigSection[] = [];

  /** @throws Error for what is no mapping */
  constructor(value: unknown, path: string) {
    if (value !== undefined && value !== null && !isObject(value))
      throw wrongKind(path, 'be a mapping', value);
    this.path = path;
    this.#members = new Map(Object.entries(value ?? {}));
    this.#left = new Set(this.names.filter((name) => this.#valueOf(name) !== undefined));
  }

  /** Of all members, those without a value too: `console:` names an exporter. */
  get names(): readonly string[] {
    return [...this.#members.keys()];
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  /** @returns undefined where it is not given, or null */
  take(name: string): unknown {
    this.#left.delete(name);
    return this.#valueOf(name);
  }

  /** As a text: of a text, number or truth value. @throws Error for anything else */
  text(name: string): string | undefined {
    const value = this.take(name);
    return value === undefined ? undefined : textOf(value, this.pathOf(name));
  }

  /** Empty where it is not given. @throws Error for what is no mapping */
  section(name: string): ConfigSection {
    return this.#keep(new ConfigSection(this.take(name), this.pathOf(name)));
  }

  /** Empty where it is not given. @throws Error for what is no list of mappings */
  sections(name: string): ConfigSection[] {
    const value = this.take(name) ?? [];
    const path = this.pathOf(name);
    if (!Array.isArray(value)) throw wrongKind(path, 'be a list', value);
    return value.map((item, index) => this.#keep(new ConfigSection(item, `${path}[${index}]`)));
  }

  /** The paths that nobody has asked for. */
  left(): string[] {
    const own = [...this.#left].map((name) => this.pathOf(name));
    return [...own, ...this.#sections.flatMap((section) => section.left())];
  }

  #valueOf(name: string): unknown {
    return this.#members.get(name) ?? undefined;
  }

  #keep(section: ConfigSection): ConfigSection {
    this.#sections.push(section);
    return section;
  }
}

/** @throws Error for a list or a mapping */
export function textOf(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw wrongKind(path, 'be a text, a number, true or false', value);
}

/** An error of a value of the wrong kind. The value is not said: it may be that of a variable which holds a secret. */
export function wrongKind(path: string, rule: string, value: unknown): Error {
  return new Error(`${path || 'the file'} must ${rule}; it is ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** An error of a text as it stands in the file. */
export function wrong(path: string, rule: string, value: unknown): Error {
  return new Error(`${path || 'the file'} must ${rule}; it is ${JSON.stringify(value)}`);
}
