import { isMainThread } from 'node:worker_threads';
import type * as Api from '@opentelemetry/api';
import { isOwnTelemetry } from '../observability/own-telemetry.js';
import { type Application } from './application.js';
import { type Environment, listOf } from './environment.js';
import { INSTRUMENTATION_HOLDERS } from './import-hook.js';
import { messageOf } from './report.js';

/** The methods that every instrumentation of OpenTelemetry has. */
export interface Instrumentation {
  readonly instrumentationName: string;
  setTracerProvider(provider: Api.TracerProvider): void;
  setMeterProvider(provider: Api.MeterProvider): void;
  setLoggerProvider?(provider: unknown): void;
  enable(): void;
  disable(): void;
}

const PREFIX = '@opentelemetry/instrumentation-';
const AUTO_INSTRUMENTATIONS = '@opentelemetry/auto-instrumentations-node';

/** The loggers whose records become log records through an instrumentation. */
export const LOGGERS: readonly string[] = ['pino', 'winston', 'bunyan'];

/**
 * Instrumentations that are made where the application has installed them one by one. Those that
 * `auto-instrumentations-node` leaves out by default (fs, host-metrics) are left out here too.
 */
const SINGLE_INSTRUMENTATIONS: readonly string[] = [
  ...['pino', 'winston', 'bunyan', 'http', 'undici', 'grpc', 'net', 'dns', 'socket.io'],
  ...['express', 'koa', 'hapi', 'fastify', 'restify', 'connect', 'router', 'nestjs-core'],
  ...['aws-lambda', 'aws-sdk', 'amqplib', 'kafkajs', 'graphql', 'dataloader', 'openai'],
  ...['pg', 'mysql', 'mysql2', 'mongodb', 'mongoose', 'redis', 'ioredis', 'memcached', 'tedious'],
  ...['cassandra-driver', 'knex', 'oracledb', 'generic-pool', 'lru-memoizer', 'runtime-node', 'cucumber'],
];

/** The others of `auto-instrumentations-node`, which makes them where OTEL_NODE_ENABLED_INSTRUMENTATIONS names them. */
const ONLY_BY_NAME: readonly string[] = ['fs', 'host-metrics'];

/**
 * Settings that keep this package's own requests out of metrics; spans of them are suppressed already. These
 * instrumentations measure each request, also where tracing is suppressed.
 */
const CONFIGURATIONS: Readonly<Record<string, object>> = {
  '@opentelemetry/instrumentation-http': { ignoreOutgoingRequestHook: () => isOwnTelemetry() },
  '@opentelemetry/instrumentation-undici': { ignoreRequestHook: () => isOwnTelemetry() },
};

/** The package that instruments a library. */
export function instrumentationOf(library: string): string {
  return `${PREFIX}${library}`;
}

/** Which instrumentations the variables choose. @returns by short names, such as `pino` */
export function chosenInstrumentations(environment: Environment): {
  readonly isOn: (name: string) => boolean;
  readonly isDisabled: (name: string) => boolean;
} {
  const enabled = listOf(environment, 'OTEL_NODE_ENABLED_INSTRUMENTATIONS');
  const disabled = listOf(environment, 'OTEL_NODE_DISABLED_INSTRUMENTATIONS');
  const isDisabled = (name: string): boolean => disabled?.includes(name) === true;
  return { isOn: (name) => enabled?.includes(name) !== false && !isDisabled(name), isDisabled };
}

/** Makes the instrumentations, each of which patches its module when that is loaded. */
export type InstrumentationFactory = () => Instrumentation[];

/**
 * Loads the instrumentations that the application has installed: those of `auto-instrumentations-node`
 * where that is installed, else the single ones. OTEL_NODE_ENABLED_INSTRUMENTATIONS and
 * OTEL_NODE_DISABLED_INSTRUMENTATIONS choose among them; of what the first does not name nothing is loaded.
 *
 * Loading is a step of its own, because the first instrumentation that is made starts to watch `require`,
 * and a module of Node's own that is required before its instrumentation is made is never patched: these
 * packages require `http` themselves.
 */
export function loadInstrumentations(
  application: Application,
  environment: Environment,
  complain: (message: string) => void,
): InstrumentationFactory {
  // A worker thread gets no more than it needs to log with a trace id: threads are many, and start often.
  const named = isMainThread ? loadNamed(application, environment) : undefined;
  const auto = (isMainThread && named === undefined ? application.load(AUTO_INSTRUMENTATIONS) : undefined) as
    { getNodeAutoInstrumentations?: (config: object) => Instrumentation[] } | undefined;
  if (auto?.getNodeAutoInstrumentations) return () => auto.getNodeAutoInstrumentations!(CONFIGURATIONS);

  const constructors = named ?? loadSingle(application, environment);
  return () =>
    constructors.flatMap(({ Constructor, configuration }) => {
      try {
        return new Constructor(configuration);
      } catch (error) {
        complain(`${Constructor.name} does not start: ${messageOf(error)}`);
        return [];
      }
    });
}

interface Loaded {
  readonly Constructor: InstrumentationConstructor;
  readonly configuration: object | undefined;
}

/**
 * Those that OTEL_NODE_ENABLED_INSTRUMENTATIONS names, each the copy that `auto-instrumentations-node` would load: to load all
 * that it has takes most of an application's start.
 * @returns undefined where that package has to do it: without such a list, and to say what it knows nothing of
 */
function loadNamed(application: Application, environment: Environment): Loaded[] | undefined {
  const names = listOf(environment, 'OTEL_NODE_ENABLED_INSTRUMENTATIONS');
  if (names === undefined || application.resolve(AUTO_INSTRUMENTATIONS) === undefined) return undefined;
  const { isOn } = chosenInstrumentations(environment);
  const loaded: Loaded[] = [];
  for (const name of new Set(names)) {
    if (!SINGLE_INSTRUMENTATIONS.includes(name) && !ONLY_BY_NAME.includes(name)) return undefined;
    if (!isOn(name)) continue;
    const one = withConfiguration(name, application.loadOf(AUTO_INSTRUMENTATIONS, instrumentationOf(name)));
    if (one === undefined) return undefined;
    loaded.push(one);
  }
  return loaded;
}

/** Those that the application has installed one by one. */
function loadSingle(application: Application, environment: Environment): Loaded[] {
  const { isOn } = chosenInstrumentations(environment);
  const names = isMainThread ? SINGLE_INSTRUMENTATIONS : [...LOGGERS, 'http'];
  const holders = isMainThread ? [] : [AUTO_INSTRUMENTATIONS];
  return names
    .filter(isOn)
    .flatMap((name) => withConfiguration(name, application.load(instrumentationOf(name), holders)) ?? []);
}

function withConfiguration(name: string, found: unknown): Loaded | undefined {
  const Constructor = constructorIn(found as Record<string, unknown> | undefined);
  return Constructor && { Constructor, configuration: CONFIGURATIONS[instrumentationOf(name)] };
}

type InstrumentationConstructor = new (configuration?: object) => Instrumentation;

/** The class in an instrumentation package: by convention its one export named `…Instrumentation`. */
function constructorIn(found: Record<string, unknown> | undefined): InstrumentationConstructor | undefined {
  const name = found && Object.keys(found).find((key) => key.endsWith('Instrumentation'));
  const value = name === undefined ? undefined : found?.[name];
  return typeof value === 'function' ? (value as InstrumentationConstructor) : undefined;
}

interface InstrumentationPackage {
  InstrumentationBase?: new (name: string, version: string, config: object) => object;
}

/** The part of `InstrumentationBase` that knows which modules are hooked; private, so read with care. */
interface HookRegistry {
  _requireInTheMiddleSingleton?: {
    _moduleNameTrie?: { search?(name: string, options: object): readonly unknown[] };
  };
}

/**
 * The loggers that somebody's instrumentations hook already. A second instrumentation of the same logger
 * would make each record twice.
 */
export function findHookedLoggers(application: Application): string[] {
  const name = '@opentelemetry/instrumentation';
  const halves = [
    application.load(name, INSTRUMENTATION_HOLDERS),
    application.loadModuleHalf(name, INSTRUMENTATION_HOLDERS),
  ] as (InstrumentationPackage | undefined)[];
  const hooked = new Set<string>();
  for (const half of halves) {
    const Base = half?.InstrumentationBase;
    if (!Base) continue;
    try {
      class Probe extends Base {
        init(): never[] {
          return [];
        }
      }
      const probe = new Probe('opentelemetry-cloudwatch-logs', '0', { enabled: false }) as HookRegistry;
      const trie = probe._requireInTheMiddleSingleton?._moduleNameTrie;
      for (const logger of LOGGERS) {
        if ((trie?.search?.(logger, { fullOnly: true }).length ?? 0) > 0) hooked.add(logger);
      }
    } catch {
      // Another shape in another version: nothing can be told of it.
    }
  }
  return [...hooked];
}
