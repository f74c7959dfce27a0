import { existsSync } from 'node:fs';
import type * as Resources from '@opentelemetry/resources';
import { isThenable } from '../cloudwatch/is-thenable.js';
import { type Application } from './application.js';
import { type Environment, listOf, stringOf } from './environment.js';
import { isInLambda } from './lambda.js';

const VARIABLE = 'OTEL_NODE_RESOURCE_DETECTORS';

type Detector = Resources.ResourceDetector;
type Found = ReturnType<Detector['detect']>;

/** A package with detectors, and the names under which it exports them. */
interface DetectorPackage {
  readonly name: string;
  readonly detectors: readonly string[];
}

const AWS: DetectorPackage = {
  name: '@opentelemetry/resource-detector-aws',
  detectors: [
    'awsEc2Detector',
    'awsEcsDetector',
    'awsEksDetector',
    'awsBeanstalkDetector',
    'awsLambdaDetector',
  ],
};
const CONTAINER: DetectorPackage = {
  name: '@opentelemetry/resource-detector-container',
  detectors: ['containerDetector'],
};

/** What the variable may name, of packages of their own. Source: `@opentelemetry/auto-instrumentations-node` 0.81. */
const PACKAGES: ReadonlyMap<string, DetectorPackage> = new Map([
  ['container', CONTAINER],
  [
    'alibaba',
    { name: '@opentelemetry/resource-detector-alibaba-cloud', detectors: ['alibabaCloudEcsDetector'] },
  ],
  ['gcp', { name: '@opentelemetry/resource-detector-gcp', detectors: ['gcpDetector'] }],
  ['aws', AWS],
  [
    'azure',
    {
      name: '@opentelemetry/resource-detector-azure',
      detectors: ['azureAppServiceDetector', 'azureFunctionsDetector', 'azureVmDetector'],
    },
  ],
]);
/** Of `@opentelemetry/resources` itself. */
const OF_SDK: ReadonlyMap<string, 'hostDetector' | 'osDetector' | 'processDetector'> = new Map([
  ['host', 'hostDetector'],
  ['os', 'osDetector'],
  ['process', 'processDetector'],
]);
/** `register` has what these find in any case. */
const IN_ANY_CASE = ['env', 'serviceinstance'];
const HOLDERS = ['@opentelemetry/auto-instrumentations-node'] as const;

/** Where Elastic Beanstalk says what an instance belongs to. Source: `awsBeanstalkDetector`. */
const BEANSTALK_FILE = '/var/elasticbeanstalk/xray/environment.conf';

/** Milliseconds after which what is not found yet counts as not there: records wait for it. */
export const DETECTION_MILLIS = 2_000;

/**
 * The detectors that OTEL_NODE_RESOURCE_DETECTORS names, out of the application's own packages. Where it names none, those of
 * the platform that the environment shows, as far as they are installed: nothing asks a network whether it is there.
 * @param complain - told of a name that is unknown, or whose package is missing
 */
export function findDetectors(
  application: Application,
  environment: Environment,
  resources: typeof Resources,
  complain: (message: string) => void,
): Detector[] {
  const given = listOf(environment, VARIABLE);
  const load = ({ name, detectors }: DetectorPackage): Detector[] | undefined => {
    const found = application.load(name, HOLDERS) as
      Readonly<Record<string, Detector | undefined>> | undefined;
    return found && detectors.flatMap((detector) => found[detector] ?? []);
  };
  if (!given) return evidentPackages(environment).flatMap((each) => load(each) ?? []);
  if (given.includes('none') && !given.includes('all')) return [];
  const isAll = given.includes('all');
  const names = new Set(isAll ? [...OF_SDK.keys(), ...PACKAGES.keys()] : given);
  const all: Detector[] = [];
  for (const name of names) {
    const ofSdk = OF_SDK.get(name);
    const wanted = PACKAGES.get(name);
    if (ofSdk) all.push(resources[ofSdk]);
    else if (wanted) {
      const loaded = load(reachable(wanted, environment));
      if (loaded) all.push(...loaded);
      else if (!isAll) {
        complain(
          `${VARIABLE} names ${name}, but ${wanted.name} is not installed; run: npm install ${wanted.name}`,
        );
      }
    } else if (!IN_ANY_CASE.includes(name)) {
      const known = [...IN_ANY_CASE, ...OF_SDK.keys(), ...PACKAGES.keys(), 'all', 'none'];
      complain(`${VARIABLE} names ${name}, which is unknown (${known.join(', ')}); it is left out`);
    }
  }
  return all;
}

/** Those of the platform that the process runs on for sure. AWS Lambda needs none: see `lambdaAttributes`. */
function evidentPackages(environment: Environment): DetectorPackage[] {
  if (isInLambda(environment)) return [];
  const isSet = (name: string): boolean => stringOf(environment, name) !== undefined;
  const isOnEcs = isSet('ECS_CONTAINER_METADATA_URI_V4') || isSet('ECS_CONTAINER_METADATA_URI');
  const isInKubernetes = isSet('KUBERNETES_SERVICE_HOST');
  const detectors = [
    ...(isOnEcs ? ['awsEcsDetector'] : []),
    ...(isInKubernetes ? ['awsEksDetector'] : []),
    ...(existsSync(BEANSTALK_FILE) ? ['awsBeanstalkDetector'] : []),
  ];
  return [
    ...(isOnEcs || isInKubernetes ? [CONTAINER] : []),
    ...(detectors.length > 0 ? [{ name: AWS.name, detectors }] : []),
  ];
}

/** Without what would ask an address that nobody answers there, which takes its five seconds. */
function reachable({ name, detectors }: DetectorPackage, environment: Environment): DetectorPackage {
  const hasInstance =
    !isInLambda(environment) && stringOf(environment, 'AWS_EXECUTION_ENV') !== 'AWS_ECS_FARGATE';
  return { name, detectors: detectors.filter((detector) => hasInstance || detector !== 'awsEc2Detector') };
}

/**
 * The same detectors, whose late attributes are waited for no longer than `millis` in all. The wait keeps no process alive.
 * @param millis - default {@link DETECTION_MILLIS}
 */
export function boundInTime(detectors: readonly Detector[], millis = DETECTION_MILLIS): Detector[] {
  if (detectors.length === 0) return [];
  const late = new Promise<void>((resolve) => {
    setTimeout(resolve, millis).unref();
  }).then(() => undefined);
  return detectors.map((detector) => ({
    detect(config) {
      const found: Found = detector.detect(config);
      const entries = Object.entries(found.attributes ?? {}).map(
        ([name, value]) => [name, isThenable(value) ? Promise.race([value, late]) : value] as const,
      );
      return { ...found, attributes: Object.fromEntries(entries) };
    },
  }));
}
