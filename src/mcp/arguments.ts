/** Reads the arguments of a call one by one. Every error names the argument, its value and what would be right. */
export class ToolArguments {
  readonly #given: Readonly<Record<string, unknown>>;

  /**
   * @param known - names of the tool's arguments
   * @throws Error for an argument that the tool does not have
   */
  constructor(given: Readonly<Record<string, unknown>>, known: readonly string[]) {
    this.#given = given;
    const unknown = Object.keys(given).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new Error(`there is no argument ${show(unknown)}; there are ${known.join(', ')}`);
    }
  }

  requiredText(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw new Error(`${name} must be given, as a text that is not empty`);
    return text;
  }

  text(name: string): string | undefined {
    const value = this.#given[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || value.trim() === '') {
      throw new Error(`${name} must be a text that is not empty; it is ${show(value)}`);
    }
    return value;
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#given[name];
    if (value === undefined || value === null) return undefined;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0 || !list.every((item) => typeof item === 'string' && item !== '')) {
      throw new Error(`${name} must be a list of texts; it is ${show(value)}`);
    }
    return list as readonly string[];
  }

  count(name: string, bounds: { readonly max: number; readonly default: number }): number {
    const value = this.#given[name];
    if (value === undefined || value === null) return bounds.default;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > bounds.max) {
      throw new Error(`${name} must be a whole number from 1 to ${bounds.max}; it is ${show(value)}`);
    }
    return value;
  }

  flag(name: string): boolean {
    const value = this.#given[name];
    if (value === undefined || value === null) return false;
    if (typeof value !== 'boolean') throw new Error(`${name} must be true or false; it is ${show(value)}`);
    return value;
  }

  /** The range of `since`, `from` and `to`. Milliseconds since 1970. */
  range(nowMillis: number, defaultMillis: number): { readonly from: number; readonly to: number } {
    const to = this.#time('to') ?? nowMillis;
    const since = this.text('since');
    const from = this.#time('from');
    if (since !== undefined && from !== undefined)
      throw new Error('since must not be given together with from');
    const begin = from ?? to - (since === undefined ? defaultMillis : readDuration(since));
    if (begin > to) throw new Error(`from must not be later than to (${new Date(to).toISOString()})`);
    return { from: begin, to };
  }

  #time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const millis = Date.parse(text);
    if (Number.isNaN(millis)) {
      throw new Error(`${name} must be an ISO time such as 2026-11-26T10:00:00Z; it is ${show(text)}`);
    }
    return millis;
  }
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

function readDuration(text: string): number {
  const match = /^([1-9]\d{0,5})([smhdw])$/.exec(text.trim());
  if (!match) throw new Error(`since must be a duration such as 15m, 2h or 7d; it is ${show(text)}`);
  return Number(match[1]) * UNITS[match[2]!]!;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? typeof value : text.slice(0, 100);
}
