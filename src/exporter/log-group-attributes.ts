import { checkObject } from '../cloudwatch/check-members.js';
import { toLogGroupName } from '../cloudwatch/names.js';
import { fillTemplate, usesTime } from '../encoding/template.js';
import { parseOrThrow } from '../options/option-kinds.js';

/** From OpenTelemetry's semantic conventions for AWS. */
const ATTR_LOG_GROUP_NAMES = 'aws.log.group.names';

/**
 * The resource attribute by which the trace page of the CloudWatch console finds the log records of a span: give it to the
 * resource of your tracer provider. Where the name has parts of single records, or of the time, there is none.
 * @param logGroupName - as the exporter has it: a name, or a template such as `/apps/{service.name}`
 * @param resource - attributes that fill the template
 * @throws OptionError for a template that can't be read, and for attributes that are no object
 * @example
 * resourceFromAttributes({ 'service.name': 'orders', ...logGroupAttributes('/apps/{service.name}', { 'service.name': 'orders' }) })
 */
export function logGroupAttributes(
  logGroupName: string,
  resource: Readonly<Record<string, unknown>> = {},
): { 'aws.log.group.names'?: string[] } {
  const template = parseOrThrow('logGroupName', logGroupName);
  if (template.usesRecord || usesTime(template)) return {};
  checkObject('resource', resource);
  const missing: string[] = [];
  const attributes = resource as Parameters<typeof fillTemplate>[1]['resource']['attributes'];
  const source = { resource: { attributes }, attributes: {}, timestamp: 0 };
  const name = fillTemplate(template, source, (placeholder) => missing.push(placeholder));
  return missing.length === 0 ? { [ATTR_LOG_GROUP_NAMES]: [toLogGroupName(name)] } : {};
}
