import { OptionError } from '../cloudwatch/errors.js';
import { type LogDelivery } from './log-delivery.js';

const METHODS = ['deliver', 'emit', 'forceFlush', 'shutdown'] as const satisfies (keyof LogDelivery)[];

/**
 * Goes by methods: one that is made by the package's other module system, or wrapped in a test, is a delivery too.
 * @throws OptionError for what is none, as a back end, or the options of a delivery
 */
export function checkDelivery(delivery: unknown): void {
  const methods = Object(delivery) as Record<string, unknown>;
  if (METHODS.every((name) => typeof methods[name] === 'function')) return;
  throw new OptionError('delivery', 'be what createLogDelivery gives', delivery);
}
