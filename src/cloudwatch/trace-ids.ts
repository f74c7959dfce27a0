const W3C_TRACE_ID = /^[0-9a-f]{32}$/i;
const XRAY_TRACE_ID = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i;

/**
 * Every form in which one trace id is written in logs: W3C first, then X-Ray
 * (`1-<8 hex>-<24 hex>`, the same 32 digits; source: AWS X-Ray, "Tracing header").
 * @param id - any string
 * @returns the id alone where it is neither form
 */
export function traceIdForms(id: string): readonly string[] {
  const xray = XRAY_TRACE_ID.exec(id);
  if (xray) return [`${xray[1]!}${xray[2]!}`.toLowerCase(), id.toLowerCase()];
  if (W3C_TRACE_ID.test(id)) {
    const w3c = id.toLowerCase();
    return [w3c, toXRayTraceId(w3c)];
  }
  return [id];
}

/** Writes a W3C trace id (32 hex digits) in X-Ray's form. */
export function toXRayTraceId(w3cTraceId: string): string {
  return `1-${w3cTraceId.slice(0, 8)}-${w3cTraceId.slice(8)}`;
}
