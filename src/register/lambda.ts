import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type flushAfterInvocation } from '../lambda/flush-after-invocation.js';
import { type Application } from './application.js';
import { type Environment, stringOf } from './environment.js';
import { INSTRUMENTATION_HOLDERS } from './import-hook.js';
import { messageOf } from './report.js';

/**
 * Milliseconds for flush and shutdown in AWS Lambda. It kills the runtime 300 ms after its SIGTERM, 500 ms
 * where only an internal extension is registered, and sends none without an extension. Source: Lambda
 * Extensions API, "Shutdown phase", and aws-samples/graceful-shutdown-with-aws-lambda.
 */
export const LAMBDA_SHUTDOWN_TIMEOUT_MILLIS = 250;

/** Milliseconds that the end of an invocation waits for its records. */
export const LAMBDA_FLUSH_TIMEOUT_MILLIS = 2_000;

/** Says whether the process is the runtime of a Lambda function. */
export function isInLambda(environment: Environment): boolean {
  return stringOf(environment, 'AWS_LAMBDA_FUNCTION_NAME') !== undefined;
}

/**
 * What AWS Lambda says of the function in its environment, by OpenTelemetry's names. The service is called as the function
 * where nobody names it. Source: Lambda guide, "Defined runtime environment variables".
 */
export function lambdaAttributes(environment: Environment): Record<string, string | number> {
  const text = (name: string): string | undefined => stringOf(environment, name);
  const megabytes = Number(text('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'));
  const all: Readonly<Record<string, string | number | undefined>> = {
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_lambda',
    'cloud.region': text('AWS_REGION'),
    'faas.name': text('AWS_LAMBDA_FUNCTION_NAME'),
    'faas.version': text('AWS_LAMBDA_FUNCTION_VERSION'),
    'faas.instance': text('AWS_LAMBDA_LOG_STREAM_NAME'),
    'faas.max_memory': megabytes > 0 ? megabytes * 1024 * 1024 : undefined,
    'service.name': text('AWS_LAMBDA_FUNCTION_NAME'),
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

/** A handler of any kind. */
export type Handler = Parameters<typeof flushAfterInvocation>[0];
type Exports = Record<string, unknown>;

/** Where a function's handler is: a file, and the name of its export, in which dots lead into objects. */
export interface HandlerLocation {
  readonly file: string;
  readonly path: readonly [string, ...string[]];
}

/**
 * Finds a handler as Lambda's runtime does: `folder/file.export`, from the folder of the function's code.
 * @returns undefined where there is none, as in a custom runtime
 */
export function findHandler(environment: Environment): HandlerLocation | undefined {
  const handler = stringOf(environment, '_HANDLER');
  const root = stringOf(environment, 'LAMBDA_TASK_ROOT');
  const match = handler === undefined ? null : /^([^.]*)\.(.+)$/.exec(basename(handler));
  if (handler === undefined || root === undefined || match === null) return undefined;
  const module = resolve(root, dirname(handler), match[1]!);
  const file = ['.js', '.mjs', '.cjs'].map((ending) => module + ending).find(isFile);
  if (file === undefined) return undefined;
  const [first, ...rest] = match[2]!.split('.');
  return { file, path: [first!, ...rest] };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

interface ModuleFile {
  readonly name: string;
}

/** The parts of `@opentelemetry/instrumentation` that patch a module when it is loaded. */
interface InstrumentationPackage {
  InstrumentationBase?: new (name: string, version: string, config: object) => object;
  InstrumentationNodeModuleDefinition: new (
    name: string,
    versions: readonly string[],
    patch: undefined,
    unpatch: undefined,
    files: readonly ModuleFile[],
  ) => object;
  InstrumentationNodeModuleFile: new (
    name: string,
    versions: readonly string[],
    patch: (exports: Exports) => Exports,
    unpatch: () => void,
  ) => ModuleFile;
}

/**
 * Wraps the function's handler when its module is loaded. OpenTelemetry's instrumentation of Lambda flushes
 * spans and metrics at the end of an invocation, not log records. To be called before that one is made: it
 * can't replace what a bundler exports, and would end the function.
 * @param wrap - gives the handler that takes the place of the function's own
 * @param complain - told why the handler is not wrapped
 */
export function wrapHandler(
  application: Application,
  environment: Environment,
  wrap: (handler: Handler) => Handler,
  complain: (message: string) => void,
): void {
  const problem = (what: string): void => {
    complain(
      `the end of an invocation does not wait for its log records: ${what}. Wrap the handler with flushAfterInvocation`,
    );
  };
  const location = findHandler(environment);
  if (location === undefined) {
    problem(`no handler is found for _HANDLER ${JSON.stringify(environment._HANDLER ?? '')}`);
    return;
  }
  const name = '@opentelemetry/instrumentation';
  const found = application.load(name, INSTRUMENTATION_HOLDERS) as InstrumentationPackage | undefined;
  if (!found?.InstrumentationBase) {
    problem(`${name} is not installed`);
    return;
  }
  const {
    InstrumentationBase: Base,
    InstrumentationNodeModuleDefinition,
    InstrumentationNodeModuleFile,
  } = found;
  const patch = (exports: Exports): Exports => replaceHandler(exports, location.path, wrap, problem);
  class HandlerInstrumentation extends Base {
    init(): object {
      const module = basename(location!.file).replace(/\.[cm]?js$/, '');
      const file = new InstrumentationNodeModuleFile(module, ['*'], patch, () => undefined);
      return new InstrumentationNodeModuleDefinition(location!.file, ['*'], undefined, undefined, [file]);
    }
  }
  try {
    new HandlerInstrumentation('opentelemetry-cloudwatch-logs', '0', {});
  } catch (error) {
    problem(messageOf(error));
  }
}

/** Puts another handler in the place of the function's own. @returns the exports that hold it */
function replaceHandler(
  exports: Exports,
  path: HandlerLocation['path'],
  wrap: (handler: Handler) => Handler,
  problem: (what: string) => void,
): Exports {
  const holders = [exports];
  for (const name of path.slice(0, -1)) holders.push((holders.at(-1)?.[name] ?? {}) as Exports);
  const holder = holders.at(-1)!;
  const name = path.at(-1)!;
  const handler = holder[name];
  if (typeof handler !== 'function') {
    problem(`the handler's module has no function ${path.join('.')}`);
    return exports;
  }
  const wrapped = wrap(handler as Handler);
  try {
    holder[name] = wrapped;
  } catch {
    // A getter, as bundlers make them: below.
  }
  if (holder[name] === wrapped) return exports;
  if (holder !== exports) {
    problem(`${path.join('.')} can't be replaced`);
    return exports;
  }
  const descriptors = Object.getOwnPropertyDescriptors(exports);
  descriptors[name] = { value: wrapped, enumerable: true, configurable: true, writable: true };
  return Object.create(Object.getPrototypeOf(exports) as object | null, descriptors) as Exports;
}
