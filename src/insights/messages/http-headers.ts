/** Headers of a request: those of Node.js, of Express, or of `fetch`. */
export type HttpHeaders =
  | {
      /** The value of a header; null where it is not there. */
      get(name: string): string | null;
    }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Headers in which proxies and services hand on a request's id. */
export const REQUEST_ID_HEADERS: readonly string[] = [
  'x-request-id',
  'x-correlation-id',
  'x-amzn-requestid',
  'x-amz-request-id',
];

/** The first of the named headers that is there, in whatever case. */
export function headerIn(headers: HttpHeaders, names: readonly string[]): string | undefined {
  const read = typeof headers.get === 'function' ? (headers as Headers).get.bind(headers) : readerOf(headers);
  for (const name of names) {
    const value = read(name)?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function readerOf(headers: object): (name: string) => string | undefined {
  const byName = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value as unknown]),
  );
  return (name) => {
    const value = byName.get(name.toLowerCase());
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : undefined;
  };
}
