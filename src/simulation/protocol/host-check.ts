const LOOPBACK_NAMES: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];
/** Before the host of StartLiveTail, by newer and older SDKs. */
const HOST_PREFIXES: readonly string[] = ['stream-', 'streaming-'];

/**
 * Tells whether a request's Host header names this service: a web page can make a browser resolve its own
 * name to 127.0.0.1, but not change the header.
 * @param allowedHosts - further host names, without port
 */
export function createHostCheck(allowedHosts: readonly string[] = []): (host: string | undefined) => boolean {
  const allowed = new Set([...LOOPBACK_NAMES, ...allowedHosts.map((host) => host.toLowerCase())]);
  return (host) => {
    const name = host === undefined ? undefined : hostName(host);
    if (name === undefined) return false;
    if (allowed.has(name)) return true;
    return HOST_PREFIXES.some((prefix) => name.startsWith(prefix) && allowed.has(name.slice(prefix.length)));
  };
}

/** The name of `name`, `name:port` or `[address]:port`, in lower case. */
function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(host.trim())?.[1]?.toLowerCase();
}
