import { describedError, expiredToken, skewError, throttled } from '../faults/fault-errors.js';
import type { FaultRule } from '../faults/fault-rule.js';
import type { Exchange } from '../protocol/http-server.js';
import type { ServiceContext } from './service-context.js';

/** Lets a fault strike that keeps the request from having any effect. @returns whether it is dealt with */
export async function failBefore(
  context: ServiceContext,
  fault: FaultRule,
  { request, response, body }: Exchange,
): Promise<boolean> {
  if (fault.retryAfterSeconds !== undefined && (fault.kind === 'throttle' || fault.kind === 'error')) {
    response.setHeader('Retry-After', String(fault.retryAfterSeconds));
  }
  switch (fault.kind) {
    case 'throttle':
      throw throttled();
    case 'error':
      throw describedError(fault);
    case 'expired-token':
      throw expiredToken();
    case 'clock-skew': {
      const now = context.epochMillis() + (fault.skewMillis ?? 60 * 60 * 1000);
      // SDKs correct their clock by this header and send again.
      response.setHeader('Date', new Date(now).toUTCString());
      const error = skewError(header(request.headers['x-amz-date']), now);
      if (error) throw error;
      return false;
    }
    case 'reset-before':
      request.socket.resetAndDestroy();
      return true;
    case 'hang':
      // Who hangs for hours must not hold what others have room for.
      body.release();
      if (!response.destroyed) await new Promise((resolve) => response.once('close', resolve));
      return true;
    default:
      return false;
  }
}

/** Waits, without keeping the process alive. */
export function wait(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis).unref();
  });
}

/** The first value of a header. */
export function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
