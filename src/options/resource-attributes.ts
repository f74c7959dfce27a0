import { basename } from 'node:path';

/** Characters of an attribute's name or value. Source: OpenTelemetry's `envDetector`. */
const MAX_LENGTH = 255;
const MAX_SHOWN = 40;

/**
 * The service's name where nobody says one. OpenTelemetry's SDK has for the executable how it was called, be that `node` or
 * a whole path. Source: OpenTelemetry semantic conventions, `service.name`.
 */
export function unknownServiceName(): string {
  return `unknown_service:${basename(process.execPath, '.exe')}`;
}

/** What OTEL_RESOURCE_ATTRIBUTES holds. */
export interface ReadResourceAttributes {
  readonly attributes: Readonly<Record<string, string>>;
  /** Completes "OTEL_RESOURCE_ATTRIBUTES …": why all of it is left out. */
  readonly problem?: string;
}

/**
 * Reads OTEL_RESOURCE_ATTRIBUTES as OpenTelemetry's SDK does, which on any error leaves out all of it without a word.
 * Source: OpenTelemetry specification, "Resource SDK", and the SDK's `envDetector`.
 */
export function readResourceAttributes(text: string | undefined): ReadResourceAttributes {
  const attributes: Record<string, string> = {};
  for (const [index, pair] of (text ?? '').split(',').entries()) {
    if (pair.trim() === '') continue;
    const parts = pair.split('=');
    const name = (parts[0] ?? '').trim();
    const fail = (what: string): ReadResourceAttributes => ({
      attributes: {},
      // A value may be anybody's secret: only what stands before it is shown.
      problem: `${what} (entry ${index + 1}, ${JSON.stringify(name.slice(0, MAX_SHOWN))}), so that OpenTelemetry leaves out all of it`,
    });
    if (parts.length !== 2 || name === '') {
      return fail('must be key=value pairs joined by commas, with %2C and %3D for "," and "=" in values');
    }
    const [key, value] = [decode(name), decode(parts[1]!.trim())];
    if (key === undefined || value === undefined)
      return fail('has a "%" that is no percent-encoding: write %25');
    if (key.length > MAX_LENGTH || value.length > MAX_LENGTH) {
      return fail(`has a name or value of over ${MAX_LENGTH} characters`);
    }
    attributes[key] = value;
  }
  return { attributes };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
