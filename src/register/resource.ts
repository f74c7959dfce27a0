import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type * as Resources from '@opentelemetry/resources';
import { logGroupAttributes } from '../exporter/log-group-attributes.js';
import { type Application } from './application.js';
import { type Environment, stringOf } from './environment.js';

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

/**
 * The resource of spans: that of the records, with the log group of the process, by which the console's page of a trace finds
 * the records of a span. Records are without it: they lie in that group, and each byte of them is billed.
 */
export function createSpanResource(
  application: Application,
  resource: Resources.Resource | undefined,
  environment: Environment,
): Resources.Resource | undefined {
  const name = stringOf(environment, 'OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME');
  const resources = application.load('@opentelemetry/resources', RESOURCE_HOLDERS) as
    typeof Resources | undefined;
  if (name === undefined || !resource || !resources) return resource;
  try {
    const { resourceFromAttributes } = resources;
    // What OTEL_RESOURCE_ATTRIBUTES says wins.
    return resourceFromAttributes(logGroupAttributes(name, resource.attributes)).merge(resource);
  } catch {
    // The exporter says what is wrong with the name.
    return resource;
  }
}
