import { existsSync } from 'node:fs';
// As a whole: a banner that bundles begin with may import `createRequire`, and webpack warns of calls of it by name.
import nodeModule from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import {
  CloudWatchLogsClient,
  type CloudWatchLogsClientConfig,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { OptionError } from './errors.js';
import { shownUrl } from './shown-url.js';

/** How the client of the service is made; what is left out resolves as in the AWS SDK. */
export interface ClientOptions {
  /** For example `eu-central-1`. Default: AWS_REGION, then the profile's `region`. */
  readonly region?: string | undefined;
  /** A URL. Default: AWS_ENDPOINT_URL_CLOUDWATCH_LOGS, AWS_ENDPOINT_URL, then the region's endpoint. */
  readonly endpoint?: string | undefined;
  /** Default: the SDK's chain (environment, profile, SSO, web identity, container, instance). */
  readonly credentials?: CloudWatchLogsClientConfig['credentials'];
  /** Attempts of one request that the SDK makes. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** How the SDK retries: `adaptive` also limits its own rate when throttled. Default `standard`. */
  readonly retryMode?: 'standard' | 'adaptive' | undefined;
  /**
   * Shows in errors the service's whole text, without the credentials in use: it may quote log content.
   * Default false: the error's code, its HTTP status and request id, and what is known to be safe.
   */
  readonly errorDetails?: boolean | undefined;
}

/** The members of {@link ClientOptions}. */
export const CLIENT_MEMBERS = {
  region: true,
  endpoint: true,
  credentials: true,
  maxAttempts: true,
  retryMode: true,
  errorDetails: true,
} as const satisfies Record<keyof ClientOptions, true>;

/** What a client of the application must be: completes "client must …". */
export const CLIENT_RULE = 'be a CloudWatchLogsClient of @aws-sdk/client-cloudwatch-logs';

/** How a client is to be made: options that are right, with what the environment says in place of others. */
export interface ClientPlan {
  readonly options: ClientOptions;
  readonly region: string | undefined;
  readonly isLoopback: boolean;
  /** What a credential provider that fails may quote. */
  readonly secrets: readonly string[];
}

const SECRET_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checks how a client is to be made; see `createCloudWatchLogsClient`.
 * @param environment - where AWS's own variables are read
 * @throws OptionError for an endpoint that is no URL or holds a password, and for a region that no source can give
 */
export function planClient(options: ClientOptions, environment: Environment): ClientPlan {
  const endpoint = endpointIn(options, environment);
  const isLoopback = endpoint !== undefined && isLoopbackHost(endpoint.hostname);
  const region = options.region ?? regionIn(environment, endpoint, isLoopback);
  if (region !== undefined && !/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(region)) {
    throw new OptionError('region', 'be the name of an AWS region, for example "eu-central-1"', region);
  }
  const secrets = SECRET_VARIABLES.map((name) => environment[name] ?? '');
  return { options, region, isLoopback, secrets };
}

/** Says whether a host name means this machine. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    host === '0.0.0.0' ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/**
 * Checks, without a request, that a client made by the application takes this package's commands. It may
 * come from another copy of the AWS SDK: commands of a newer copy fail on each send of an older client.
 * @throws OptionError that names both versions
 */
export function checkClient(client: unknown): asserts client is CloudWatchLogsClient {
  const given = client as Partial<CloudWatchLogsClient> | null | undefined;
  if (typeof given !== 'object' || given === null || typeof given.send !== 'function') {
    throw new OptionError('client', CLIENT_RULE, client);
  }
  // A stand-in of a test has `send` alone; it takes whatever it is given.
  if (!given.middlewareStack || !given.config) return;
  try {
    new PutLogEventsCommand({
      logGroupName: 'check',
      logStreamName: 'check',
      logEvents: [],
    }).resolveMiddleware(given.middlewareStack, given.config, {});
  } catch (cause) {
    const theirs = sdkVersionOf(given.constructor) ?? 'an unknown version';
    const ours = sdkVersionOf(CloudWatchLogsClient) ?? 'another version';
    throw Object.assign(
      new OptionError(
        'client',
        `be made by a copy of @aws-sdk/client-cloudwatch-logs that takes the commands of ${ours}, which ` +
          `this package uses; the client given is of ${theirs}. Install one version for both, or give ` +
          '`region`, `endpoint` and `credentials` instead of `client`',
      ),
      { cause },
    );
  }
}

/**
 * The version of the SDK that a client class was loaded from. Classes carry none, and the SDK's user agent
 * tells it only asynchronously, so it is read from the package that lies around the loaded module.
 */
function sdkVersionOf(clientClass: unknown): string | undefined {
  const require = nodeModule.createRequire(join(process.cwd(), 'any.js'));
  const classes = new Set<unknown>();
  for (let one = clientClass; typeof one === 'function'; one = Object.getPrototypeOf(one)) classes.add(one);
  for (const module of Object.values(require.cache) as (Partial<NodeJS.Module> | undefined)[]) {
    if (!module?.filename?.includes(join('@aws-sdk', 'client-cloudwatch-logs') + sep)) continue;
    const loaded = module.exports as { CloudWatchLogsClient?: unknown } | undefined;
    if (!loaded?.CloudWatchLogsClient || !classes.has(loaded.CloudWatchLogsClient)) continue;
    for (let folder = dirname(module.filename); folder !== dirname(folder); folder = dirname(folder)) {
      const manifest = join(folder, 'package.json');
      if (!existsSync(manifest)) continue;
      const { name, version } = require(manifest) as { name?: string; version?: string };
      if (name === '@aws-sdk/client-cloudwatch-logs') return version;
    }
  }
  return undefined;
}

function endpointIn(options: ClientOptions, environment: Environment): URL | undefined {
  const ignored = environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true';
  const [option, value] =
    options.endpoint !== undefined
      ? ['endpoint', options.endpoint]
      : ((['AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', 'AWS_ENDPOINT_URL'] as const)
          .map((name) => [name, ignored ? undefined : environment[name]] as const)
          .find(([, set]) => set !== undefined && set !== '') ?? ['endpoint', undefined]);
  if (value === undefined) return undefined;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new OptionError(option, 'be a URL that begins with http:// or https://', shownUrl(value));
  }
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') {
    throw new OptionError(option, 'not hold a user name or password; use credentials');
  }
  return url;
}

/**
 * The region to give to the SDK: none where its own sources (AWS_REGION, the profile files) may have one.
 * @throws OptionError where no source can exist; a profile file without a region shows at the first send
 */
function regionIn(
  environment: Environment,
  endpoint: URL | undefined,
  isLoopback: boolean,
): string | undefined {
  if (environment.AWS_REGION) return undefined;
  const inHost = /^logs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.|api\.aws)/.exec(
    endpoint?.hostname ?? '',
  )?.[1];
  if (inHost !== undefined) return inHost;
  // The SDK for JavaScript does not read this one; other tools do, and users expect it.
  if (environment.AWS_DEFAULT_REGION) return environment.AWS_DEFAULT_REGION;
  const hasProfileFile = profileFiles(environment).some((file) => existsSync(file));
  if (isLoopback || hasProfileFile) return undefined;
  throw new OptionError(
    'region',
    'be set, as nothing else names one: give the option, set AWS_REGION, or `region` of the profile in ~/.aws/config',
  );
}

function profileFiles(environment: Environment): string[] {
  const home = environment.HOME ?? environment.USERPROFILE ?? homedir();
  return [
    environment.AWS_CONFIG_FILE ?? join(home, '.aws', 'config'),
    environment.AWS_SHARED_CREDENTIALS_FILE ?? join(home, '.aws', 'credentials'),
  ];
}
