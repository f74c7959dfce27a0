import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type * as Resources from '@opentelemetry/resources';
import { logGroupAttributes } from '../exporter/log-group-attributes.js';
import { unknownServiceName } from '../options/resource-attributes.js';
import { type Application } from './application.js';
import { boundInTime, findDetectors } from './detectors.js';
import { type Environment, stringOf } from './environment.js';
import { isInLambda, lambdaAttributes } from './lambda.js';

/** Packages that hold `@opentelemetry/resources`. */
const RESOURCE_HOLDERS = ['@opentelemetry/sdk-logs', '@opentelemetry/sdk-node'] as const;

/** What the records of a process say about their origin. */
export interface ProcessResource {
  /** All of it. Attributes of detectors may come later; records wait for them, bounded in time. */
  readonly resource: Resources.Resource;
  /** What is known at once: all but what detectors find. */
  readonly known: Resources.Resource;
  /** What the user says of it, which wins. */
  readonly said: Resources.Resource;
}

/**
 * What the log records say about their origin: `telemetry.sdk.*`, host, process, what detectors find, the function in AWS Lambda,
 * this instance, and what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES give; what comes later wins.
 * @param complain - told what is wrong with the detectors that are asked for
 * @param attributes - in the place of those two variables, where a file of configuration has them
 * @returns undefined where `@opentelemetry/resources` can't be found; the SDK's default holds then
 */
export function createResource(
  application: Application,
  environment: Environment,
  complain: (message: string) => void,
  attributes?: Resources.DetectedResourceAttributes,
): ProcessResource | undefined {
  const resources = loadResources(application);
  if (!resources) return undefined;
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = resources;
  const ofProcess = defaultResource().merge(
    resourceFromAttributes({
      'service.name': unknownServiceName(),
      'host.name': hostname(),
      'process.pid': process.pid,
    }),
  );
  // After the detectors: that of Elastic Beanstalk has one id for all instances, which would share a stream.
  const ofInstance = resourceFromAttributes({
    ...(isInLambda(environment) && lambdaAttributes(environment)),
    'service.instance.id': randomUUID(),
  });
  const said = attributes
    ? resourceFromAttributes(attributes)
    : detectResources({ detectors: [envDetector] });
  const known = ofProcess.merge(ofInstance).merge(said);
  const detectors = boundInTime(findDetectors(application, environment, resources, complain));
  if (detectors.length === 0) return { resource: known, known, said };
  const resource = ofProcess.merge(detectResources({ detectors })).merge(ofInstance).merge(said);
  return { resource, known, said };
}

/**
 * The resource of spans: that of the records, with the log group of the process, by which the console's page of a trace finds
 * the records of a span. Records are without it: they lie in that group, and each byte of them is billed.
 */
export function createSpanResource(
  application: Application,
  ofProcess: ProcessResource | undefined,
  environment: Environment,
): Resources.Resource | undefined {
  const name = stringOf(environment, 'OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME');
  const resources = loadResources(application);
  if (name === undefined || !ofProcess || !resources) return ofProcess?.resource;
  const { resource, known, said } = ofProcess;
  try {
    const attributes = logGroupAttributes(name, known.attributes);
    // Detectors name the group that standard output goes to. What OTEL_RESOURCE_ATTRIBUTES says wins.
    return resource.merge(resources.resourceFromAttributes(attributes)).merge(said);
  } catch {
    // The exporter says what is wrong with the name.
    return resource;
  }
}

function loadResources(application: Application): typeof Resources | undefined {
  return application.load('@opentelemetry/resources', RESOURCE_HOLDERS) as typeof Resources | undefined;
}
