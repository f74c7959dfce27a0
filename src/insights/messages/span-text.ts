import { type JsonObject } from './parsed-message.js';

/** Where the conventions, newer and older, put the path of a request. */
const PATHS = ['http.route', 'url.path', 'http.target', 'url.full', 'http.url'];

/**
 * The text that a span is shown as: its name. Instrumentations that know no route name the spans of HTTP by their method
 * alone: then the path says which request it was.
 */
export function spanText(name: string, attributes: JsonObject): string {
  if (!/^(?:HTTP )?[A-Z]{3,7}$/.test(name)) return name;
  const path = PATHS.map((key) => attributes[key]).find((value) => typeof value === 'string');
  return typeof path === 'string' ? `${name} ${pathOf(path)}` : name;
}

/** Without scheme, host and query. */
function pathOf(target: string): string {
  return target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#][^]*$/, '') || '/';
}
