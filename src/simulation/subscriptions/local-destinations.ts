import { OptionError } from '../../cloudwatch/errors.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Where the local service delivers to. A destination of a subscription filter is named by an ARN that an
 * option maps to a URL, or directly by a URL; both are on the loopback address alone.
 */
export class LocalDestinations {
  readonly #urls: ReadonlyMap<string, string>;

  /**
   * @param urls - by destination ARN
   * @throws OptionError for a URL that is not plain HTTP to the loopback address
   */
  constructor(urls: Readonly<Record<string, string>> = {}) {
    for (const [arn, url] of Object.entries(urls)) {
      if (!isLoopbackUrl(url)) {
        throw new OptionError(
          `subscriptionDestinations[${JSON.stringify(arn)}]`,
          'be an http:// URL on 127.0.0.1, localhost or [::1]',
          url,
        );
      }
    }
    this.#urls = new Map(Object.entries(urls));
  }

  /** @returns undefined for a destination that nothing listens for: events for it go nowhere */
  urlOf(destinationArn: string): string | undefined {
    return this.#urls.get(destinationArn) ?? (isLoopbackUrl(destinationArn) ? destinationArn : undefined);
  }
}

export function isLoopbackUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname) && url.username === '';
}
