import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkGivenTexts, checkText } from '../cloudwatch/check-values.js';
import { isObject } from '../cloudwatch/is-object.js';
import { requestAccessToken } from './access-token.js';
import { type BackEnd } from './back-end.js';
import { checkOption } from './check-option.js';

/** Who asks for an access token by a signature. */
export interface JwtBearerSettings {
  /** The token endpoint (`aud`). */
  readonly url: string | URL;
  /** An RSA key as PEM. */
  readonly privateKey: string;
  /** `kid` */
  readonly keyId?: string | undefined;
  /** `iss` */
  readonly issuer: string;
  /** Others: `scope`, `sub`. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

const MEMBERS = {
  url: true,
  privateKey: true,
  keyId: true,
  issuer: true,
  claims: true,
} as const satisfies Record<keyof JwtBearerSettings, true>;

/** Seconds for which a signature holds, the most that Google takes. */
const ASSERTION_SECONDS = 3600;

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * Makes `authenticate` for an account that has a key, as Google's service accounts: an assertion, signed by RS256, for an access
 * token (RFC 7523).
 * @param option - whose value the key is
 * @throws OptionError for what is no RSA key, without showing it, and for any other wrong member
 */
export function jwtBearer(
  option: string,
  settings: JwtBearerSettings,
): NonNullable<BackEnd<never, string>['authenticate']> {
  // Shows nothing of what was given: the key stands in it.
  checkOption(isObject(settings), option, 'come with url, privateKey and issuer');
  checkMembers('', settings, MEMBERS);
  const { url, privateKey, keyId, issuer, claims } = settings;
  checkOption(URL.canParse(String(url)), 'url', 'be an address like https://logs.example');
  checkText('issuer', issuer);
  checkGivenTexts({ keyId });
  checkOption(claims === undefined || isObject(claims), 'claims', 'be an object of claims');
  const key = rsaKeyOf(privateKey);
  checkOption(key !== undefined, option, 'be an RSA key as PEM');
  return ({ signal }) => {
    const iat = Math.floor(Date.now() / 1000);
    const parts = [
      { alg: 'RS256', typ: 'JWT', kid: keyId },
      { ...claims, iss: issuer, aud: url, iat, exp: iat + ASSERTION_SECONDS },
    ];
    const signed = parts.map((part) => base64(JSON.stringify(part))).join('.');
    const assertion = `${signed}.${base64(sign('RSA-SHA256', Buffer.from(signed), key))}`;
    return requestAccessToken({ url, form: { grant_type: GRANT_TYPE, assertion }, signal });
  };
}

function rsaKeyOf(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

function base64(value: string | Buffer): string {
  return Buffer.from(value as string).toString('base64url');
}
