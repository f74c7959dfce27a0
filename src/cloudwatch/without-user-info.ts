/** A URL, or what was meant to be one, without its user name and password: for messages. */
export function withoutUserInfo(url: string): string {
  if (!URL.canParse(url)) return url.replace(/^([a-z][a-z\d+.-]*:\/*)?[^]*@/i, '$1');
  const parsed = new URL(url);
  if (parsed.username === '' && parsed.password === '') {
    // `user:password@host` is a URL too, of the scheme `user`.
    return parsed.host === '' ? url.replace(/^[^]*@/, '') : url;
  }
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}
