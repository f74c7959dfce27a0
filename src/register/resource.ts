import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type * as Resources from '@opentelemetry/resources';
import { type Application } from './application.js';

/** Packages that hold `@opentelemetry/resources`. */
const RESOURCE_HOLDERS = ['@opentelemetry/sdk-logs', '@opentelemetry/sdk-node'] as const;

/**
 * What the log records say about their origin: `telemetry.sdk.*`, host, process, this instance, and what
 * OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES give, which win. All of it is known at once, so no record
 * waits for it.
 * @returns undefined where `@opentelemetry/resources` can't be found; the SDK's default holds then
 */
export function createResource(application: Application): Resources.Resource | undefined {
  const resources = application.load('@opentelemetry/resources', RESOURCE_HOLDERS) as
    typeof Resources | undefined;
  if (!resources) return undefined;
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = resources;
  const ofProcess = resourceFromAttributes({
    'host.name': hostname(),
    'process.pid': process.pid,
    'service.instance.id': randomUUID(),
  });
  return defaultResource()
    .merge(ofProcess)
    .merge(detectResources({ detectors: [envDetector] }));
}
