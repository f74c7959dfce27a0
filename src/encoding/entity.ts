import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import {
  MAX_ENTITY_ATTRIBUTE_VALUE_LENGTH,
  MAX_ENTITY_ATTRIBUTES,
  MAX_ENTITY_KEY_VALUE_LENGTH,
} from '../cloudwatch/limits.js';
import { type LogEntity } from '../delivery/encoded-event.js';

type Attributes = Readonly<Record<string, unknown>>;

/** How one platform is called in an entity. Source: guide, "How to add related information to custom telemetry". */
interface Platform {
  readonly platformType: string;
  /** Environment of a service that names none, as the CloudWatch agent writes it. */
  readonly environment: string;
}

/**
 * The entity of a resource: the service in its environment, with the platform that it runs on.
 * @returns undefined for a resource that names no service
 */
export function entityOf(resource: ReadableLogRecord['resource']): LogEntity | undefined {
  const attributes = resource.attributes as Attributes;
  const name = textOf(attributes, 'service.name');
  // OpenTelemetry's default name would gather all unnamed services of an account in one entity.
  if (name === undefined || name.startsWith('unknown_service')) return undefined;
  const platform = platformOf(attributes);
  const environment =
    textOf(attributes, 'deployment.environment.name') ??
    textOf(attributes, 'deployment.environment') ??
    platform.environment;
  return {
    keyAttributes: {
      Type: 'Service',
      Name: cut(name, MAX_ENTITY_KEY_VALUE_LENGTH),
      Environment: cut(environment, MAX_ENTITY_KEY_VALUE_LENGTH),
    },
    attributes: platformAttributes(attributes, platform.platformType),
  };
}

function platformOf(attributes: Attributes): Platform {
  const platform = textOf(attributes, 'cloud.platform');
  const cluster = textOf(attributes, 'k8s.cluster.name');
  const namespace = textOf(attributes, 'k8s.namespace.name') ?? 'default';
  if (platform === 'aws_eks') return kubernetes('AWS::EKS', 'eks', cluster, namespace);
  if (platform === 'aws_ecs') return { platformType: 'AWS::ECS', environment: 'ecs:default' };
  if (platform === 'aws_lambda') return { platformType: 'AWS::Lambda', environment: 'lambda:default' };
  if (cluster !== undefined) return kubernetes('K8s', 'k8s', cluster, namespace);
  if (platform === 'aws_ec2') return { platformType: 'AWS::EC2', environment: 'ec2:default' };
  return { platformType: 'Generic', environment: 'generic:default' };
}

function kubernetes(type: string, prefix: string, cluster: string | undefined, namespace: string): Platform {
  return { platformType: type, environment: `${prefix}:${cluster ?? 'default'}/${namespace}` };
}

function platformAttributes(attributes: Attributes, platformType: string): Record<string, string> {
  const isOnEc2 = textOf(attributes, 'cloud.provider') === 'aws' && platformType !== 'AWS::Lambda';
  const all: [string, string | undefined][] = [
    ['PlatformType', platformType],
    ['AWS.ServiceNameSource', 'Instrumentation'],
    ['EC2.InstanceId', isOnEc2 ? textOf(attributes, 'host.id') : undefined],
    ['EC2.AutoScalingGroup', textOf(attributes, 'ec2.tag.aws:autoscaling:groupName')],
    ['K8s.Cluster', textOf(attributes, 'k8s.cluster.name')],
    ['K8s.Namespace', textOf(attributes, 'k8s.namespace.name')],
    [
      'K8s.Workload',
      textOf(attributes, 'k8s.deployment.name') ??
        textOf(attributes, 'k8s.statefulset.name') ??
        textOf(attributes, 'k8s.daemonset.name'),
    ],
    ['K8s.Node', textOf(attributes, 'k8s.node.name')],
  ];
  const given = all.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(
    given
      .slice(0, MAX_ENTITY_ATTRIBUTES)
      .map(([name, value]) => [name, cut(value, MAX_ENTITY_ATTRIBUTE_VALUE_LENGTH)]),
  );
}

function textOf(attributes: Attributes, name: string): string | undefined {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function cut(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}
