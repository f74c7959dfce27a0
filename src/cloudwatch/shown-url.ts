/**
 * A URL, or what was meant to be one, for messages: without its user name and password, and without its
 * query and fragment, which may hold keys and signatures.
 */
export function shownUrl(url: string): string {
  const end = url.search(/[?#]/);
  // A password may hold these two, if badly written: then all up to the `@` goes.
  const lastAt = url.lastIndexOf('@');
  if (end === -1 || lastAt > end) return withoutQuery(withoutUserInfo(url));
  return withoutUserInfo(url.slice(0, end));
}

/** Addresses in a text: each is shown as {@link shownUrl} does. */
export function withoutUrlSecrets(text: string): string {
  return text.replace(URLS, shownUrl);
}

/** The same, with a `*` for each character that is left out, so that the text keeps its columns. */
export function maskUrlSecrets(text: string): string {
  return text.replace(URLS, (url) => {
    const [scheme = ''] = /^[^/]+\/\//.exec(url) ?? [];
    const rest = url.slice(scheme.length);
    const userInfo = rest.lastIndexOf('@') + 1;
    const shown = rest.slice(userInfo).split(/[?#]/, 1)[0]!;
    return `${scheme}${'*'.repeat(userInfo)}${shown}`.padEnd(url.length, '*');
  });
}

/** Quotes and brackets end an address in a text. */
const URLS = /[a-z][a-z\d+.-]{0,30}:\/\/[^\s'"`<>]+/gi;

function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0]!;
}

function withoutUserInfo(url: string): string {
  const host = url.slice(url.lastIndexOf('@') + 1);
  if (!URL.canParse(url)) {
    const [scheme = ''] = host === url ? [] : (/^[a-z][a-z\d+.-]{0,30}:\/\//i.exec(url) ?? []);
    return scheme + host;
  }
  const parsed = new URL(url);
  if (parsed.username === '' && parsed.password === '') {
    // `user:password@host` is a URL too, of the scheme `user`.
    return parsed.host === '' ? host : url;
  }
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}
