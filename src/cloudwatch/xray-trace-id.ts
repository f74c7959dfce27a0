/** Writes a W3C trace id (32 hex digits) in X-Ray's form. */
export function toXRayTraceId(w3cTraceId: string): string {
  return `1-${w3cTraceId.slice(0, 8)}-${w3cTraceId.slice(8)}`;
}
