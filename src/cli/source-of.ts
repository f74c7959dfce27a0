import { type CorrelatedEvent } from '../insights/index.js';

/** A log group by its name, where it is given by its ARN. */
export function groupName(logGroup: string): string {
  return logGroup.replace(/^arn:[^:]+:logs:[^:]*:\d{12}:log-group:/, '');
}

/** Who logged an event: its service, and the log group where it names none. */
export function sourceOf(event: Pick<CorrelatedEvent, 'service' | 'logGroup'>): string {
  return event.service ?? groupName(event.logGroup);
}
