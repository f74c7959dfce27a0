import { checkMembers } from '../cloudwatch/check-members.js';
import { isObject } from '../cloudwatch/is-object.js';
import { checkOption } from './check-option.js';

/** Who asks, over HTTP. */
export interface HttpCredentials {
  /** With `password`: basic authentication (RFC 7617). */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Bearer (RFC 6750), in place of both. */
  readonly token?: string | undefined;
}

const MEMBERS = { username: true, password: true, token: true } as const satisfies Record<
  keyof HttpCredentials,
  true
>;

/** What a header can hold: `fetch` refuses others at each request, whose text would be a secret. */
const HEADER_TEXT = /^[\x21-\x7e]+$/;

/**
 * Reads the address of a back end.
 * @param option - whose value it is
 * @param path - of the API, as `api/v2/logs`: stands behind the path of the address
 * @throws OptionError for what is no address of HTTP, or holds a user, which `fetch` does not take
 */
export function httpUrl(option: string, address: string | URL, path = ''): URL {
  const rule = 'be an address like https://logs.example';
  // What stands before an @ is a secret, in whatever address.
  const shown: [] | [unknown] = String(address).includes('@') ? [] : [address];
  checkOption(URL.canParse(String(address)), option, rule, ...shown);
  const url = new URL(address);
  // `localhost:3100` is an address too, of the protocol localhost.
  checkOption(/^https?:$/.test(url.protocol), option, rule, ...shown);
  checkOption(url.username === '' && url.password === '', option, `${rule}, without user and password`);
  if (path !== '') url.pathname = `${url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`}${path}`;
  return url;
}

/**
 * Makes the header that says who asks; none where nobody is given.
 * @throws OptionError for a user without password, or with a token, and for any other member, as a misspelt one would send
 *   requests that say nobody's name; it shows no value
 */
export function httpAuthorization(credentials: HttpCredentials): {
  readonly authorization?: string;
} {
  // By hand: what is no object may be the secret itself.
  checkOption(isObject(credentials), 'credentials', 'be an object with username and password, or token');
  checkMembers('', credentials, MEMBERS);
  const { username, password, token } = credentials;
  const isUser = username !== undefined;
  checkOption(isUser === (password !== undefined), isUser ? 'password' : 'username', pairRule(isUser));
  checkOption(!isUser || token === undefined, 'token', 'stand without username and password');
  if (isUser) {
    checkOption(
      typeof username === 'string' && !username.includes(':'),
      'username',
      'be a text without colon',
    );
    checkOption(typeof password === 'string', 'password', 'be a text');
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  }
  if (token === undefined) return {};
  const isToken = typeof token === 'string' && HEADER_TEXT.test(token);
  checkOption(isToken, 'token', 'be a text of letters, digits and signs of ASCII');
  return { authorization: `Bearer ${token}` };
}

function pairRule(isUser: boolean): string {
  return isUser ? 'stand with username' : 'stand with password';
}
