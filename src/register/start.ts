import { dirname, join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import type * as Api from '@opentelemetry/api';
import { type Resource } from '@opentelemetry/resources';
import { type SendAtOnce } from '../delivery/delivery.js';
import { type ProcessorStatus } from '../exporter/exporter-status.js';
import { type QueueingProcessor } from '../exporter/queueing-processor.js';
import { flushAfterInvocation, type InvocationFlushOptions } from '../lambda/flush-after-invocation.js';
import { isWanted } from '../observability/losses.js';
import { runAsOwnTelemetry } from '../observability/own-telemetry.js';
import { TRACE_CONTEXT_SOURCES } from '../options/trace-context-names.js';
import { Application, mainFileOf, resolveWith } from './application.js';
import { LocalStorageContextManager } from './context-manager.js';
import { readConfigFile } from './config-file.js';
import { booleanOf, type Environment, listOf, stringOf } from './environment.js';
import { settleAtEnd } from './end-of-process.js';
import { flushAtExit } from './exit.js';
import { INSTRUMENTATION_HOLDERS, installImportHook } from './import-hook.js';
import {
  findHookedLoggers,
  type Instrumentation,
  loadInstrumentations,
  instrumentationOf,
  LOGGERS,
} from './instrumentations.js';
import type * as ExtrasModule from './extras.js';
import { InvocationIds } from './invocation-ids.js';
import { createLoggerProvider, sdkLogsProblem } from './logger-provider.js';
import {
  apiGlobal,
  findSetLogsApis,
  isApiSet,
  type LoggerSource,
  type LogsApis,
  refusedSentence,
  setLoggerProvider,
} from './logs-apis.js';
import { type Handler, isInLambda, wrapHandler } from './lambda.js';
import { isAutoInstrumentationsPreloaded } from './preloads.js';
import { messageOf, nameAs, report, writeLine } from './report.js';
import { createResource, createSpanResource } from './resource.js';
import { ThreadProcessor } from './thread-processor.js';
import { ofThread } from './thread-records.js';
import { isThreadOfApplication, mainThread, sayToThreads, Threads, watchNewThreads } from './threads.js';
import { remarkOnUnnamedService } from './unnamed-service.js';
import { TeeLoggerProvider } from './tee-logger-provider.js';
import { giveWinstonReadableValues } from './winston-values.js';
import {
  bundledLoggers,
  bundledSentence,
  loadedLoggers,
  loadedSentence,
  neverPatchedSentence,
  switchedOffSentence,
} from './unreachable-loggers.js';
import { giveWayToSetters, stepBackForOthers } from './step-back.js';
import { createContextManager, createPropagator, createTracerProvider } from './tracing.js';

type ApiPackage = typeof Api;
/** Makes the processor with the exporter behind it; loaded between the two halves of the start. */
export type CreateProcessor = (
  environment: Environment,
  senderFile: string | undefined,
  extras: Extras | undefined,
) => CreatedProcessor;

/** The parts that are loaded between the two halves, only where a variable asks for them. */
export type Extras = typeof ExtrasModule;

/** The processor, and the milliseconds that the end of the process may take. */
export interface CreatedProcessor {
  readonly processor: QueueingProcessor;
  readonly exitTimeoutMillis: number;
  /** Milliseconds that the end of an invocation waits, in AWS Lambda. */
  readonly flushTimeoutMillis: number;
  /** Sends what is left at the end; undefined where that is switched off, or not possible. */
  readonly sendAtExit: SendAtOnce | undefined;
  /** True where texts that `console` prints become log records. */
  readonly console: boolean;
}

/** The findings and settings of the first half. */
export interface Prepared {
  readonly application: Application;
  readonly logsApis: LogsApis;
  readonly resource: Resource | undefined;
  readonly instrumentations: readonly Instrumentation[];
  readonly environment: Environment;
  /** The program that sends what is left at the end. */
  readonly senderFile: string | undefined;
  /** In AWS Lambda. */
  readonly handlerFlush: HandlerFlush | undefined;
  readonly ownRecords: OwnRecords;
  /** Records are exported here; in a worker thread they go to the main one. */
  readonly wantsProcessor: boolean;
  /** A variable asks for what is loaded on demand. */
  readonly wantsExtras: boolean;
  /** Says whether spans are made by a tracer of ours, which exports none. */
  readonly isTracedByUs: () => boolean;
  /** Says how the service is called that nobody has named. */
  readonly remarkOnService: () => void;
}

/** The flush at the end of an invocation: its options, once there is something to flush. */
interface HandlerFlush {
  readonly ids: InvocationIds;
  options?: InvocationFlushOptions;
}

/** What becomes of our place in the logs APIs when another SDK clears them before it starts, as Azure's does. */
interface OwnRecords {
  /** Takes the place again where nobody has it; once we have had it. */
  setAgain?: () => void;
}

const CONSOLE = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_CONSOLE';
const TRACE_CONTEXT = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_TRACE_CONTEXT';
const KNOWN_TRACE_CONTEXTS: readonly string[] = TRACE_CONTEXT_SOURCES;
/** The variables that ask for what is loaded on demand. */
const EXTRAS = [CONSOLE, TRACE_CONTEXT, 'OTEL_LOGS_EXPORTER', 'OTEL_TRACES_EXPORTER'];

const STARTED = Symbol.for('opentelemetry-cloudwatch-logs.register');
/**
 * The first half of the start: everything that has to be in place before any other module is loaded, ours
 * included. Never throws.
 * @param ownRequire - resolves from this package
 * @returns undefined where there is nothing more to do: in the thread of a logger, switched off, or not possible
 */
export function prepare(ownRequire: NodeJS.Require): Prepared | undefined {
  const environment: Environment = process.env;
  if (booleanOf(environment, 'OTEL_SDK_DISABLED')) return undefined;
  // Preloads run again in every worker thread, so in every pino transport.
  if (!isMainThread && !isThreadToExport()) return undefined;
  const state = globalThis as { [STARTED]?: boolean };
  if (state[STARTED]) return undefined;
  state[STARTED] = true;
  if (isMainThread) sayToThreads({ listens: false, mainFile: mainFileHere() });
  try {
    return prepareOnce(ownRequire, environment);
  } catch (error) {
    reportFailure(error);
    return undefined;
  }
}

/** The second half: provider, logs APIs, exit. Never throws. */
export function start(
  prepared: Prepared,
  createProcessor: CreateProcessor | undefined,
  extras?: Extras,
): void {
  try {
    if (createProcessor) startOnce(prepared, createProcessor, extras);
    else startInThread(prepared, extras);
  } catch (error) {
    reportFailure(error);
  }
}

/**
 * Beside this file, or, in a bundle, where the package is installed.
 * @returns undefined where it is not
 */
function findSender(ownRequire: NodeJS.Require): string | undefined {
  const found = resolveWith(ownRequire, './register/last-sender.js');
  if (found !== undefined) return found;
  const manifest = resolveWith(ownRequire, 'opentelemetry-cloudwatch-logs/package.json');
  return manifest && resolveWith(ownRequire, join(dirname(manifest), 'dist/cjs/register/last-sender.js'));
}

/** In a worker thread: says where the main thread is not there to export its records. */
function isThreadToExport(): boolean {
  if (!isThreadOfApplication()) return false;
  const main = mainThread();
  if (main === undefined) {
    writeLine(
      'opentelemetry-cloudwatch-logs: no logs of a worker thread are exported, because the main thread exports them and has not preloaded this package; start with: node --import opentelemetry-cloudwatch-logs/register <file>',
    );
  }
  return main?.listens === true;
}

function mainFileHere(): string | undefined {
  return mainFileOf(process.argv[1], process.cwd());
}

/** One line that says that nothing is exported, and why; the application runs on. */
export function reportFailure(error: unknown): void {
  report(`no logs are exported: ${messageOf(error)}`);
}

function prepareOnce(ownRequire: NodeJS.Require, ofProcess: NodeJS.ProcessEnv): Prepared | undefined {
  const application = new Application(
    { mainFile: mainFileHere() ?? mainThread()?.mainFile, workingDirectory: process.cwd(), ownRequire },
    (name, error) => {
      report(`${name} does not load: ${messageOf(error)}`);
    },
  );
  const config = readConfigFile(application, ofProcess, report);
  if (config) nameAs(config.inFile);
  const environment = config?.environment ?? ofProcess;
  if (booleanOf(environment, 'OTEL_SDK_DISABLED')) return undefined;
  const api = application.load('@opentelemetry/api') as ApiPackage | undefined;
  if (!api) {
    report('no logs are exported: @opentelemetry/api is not installed; run: npm install @opentelemetry/api');
    return undefined;
  }
  const problem = sdkLogsProblem(application.version('@opentelemetry/sdk-logs'));
  if (problem !== undefined) {
    report(`no logs are exported: ${problem}`);
    return undefined;
  }

  const autoInstrumented = isAutoInstrumentationsPreloaded(process.execArgv, environment);
  if (!autoInstrumented) setDiagnosticLogger(api, environment);
  installImportHook(application);
  // Loaded before the first instrumentation is made: see loadInstrumentations.
  const logsApis: LogsApis = {
    api: api as unknown as LogsApis['api'],
    apiLogs: application.load('@opentelemetry/api-logs', [
      ...INSTRUMENTATION_HOLDERS,
      '@opentelemetry/sdk-logs',
    ]) as LogsApis['apiLogs'],
  };
  const described = createResource(application, environment, report, config?.attributes);
  const spanResource = createSpanResource(application, described, environment);
  const isApiSetByOthers = isApiSet('trace');
  const withdraw = setTracing(api, application, environment, autoInstrumented, spanResource);
  const handlerFlush: HandlerFlush | undefined =
    isMainThread && isInLambda(environment) ? { ids: new InvocationIds() } : undefined;
  const hookHandler = (): void => {
    if (!handlerFlush) return;
    const flushed = (handler: Handler): Handler =>
      handlerFlush.options
        ? flushAfterInvocation(handlerFlush.ids.wrap(handler), handlerFlush.options)
        : handler;
    wrapHandler(application, environment, flushed, report);
  };
  if (autoInstrumented) hookHandler();
  const instrumentations = autoInstrumented ? [] : instrument(application, environment, hookHandler);
  for (const instrumentation of instrumentations) setProviders(instrumentation, api);
  let isMadeRoom = isApiSetByOthers;
  const ownRecords: OwnRecords = {};
  let hasGivenWay = false;
  const giveWay = (): void => {
    if (hasGivenWay) return;
    hasGivenWay = true;
    isMadeRoom = true;
    makeRoom(api, application, environment, instrumentations, withdraw, spanResource);
    ownRecords.setAgain?.();
  };
  stepBackForOthers(application, instrumentations, giveWay);
  if (!autoInstrumented) {
    giveWayToSetters(
      [api, application.loadModuleHalf('@opentelemetry/api') as ApiPackage | undefined],
      giveWay,
    );
  }
  return {
    application,
    logsApis,
    resource: described?.resource,
    instrumentations,
    environment,
    senderFile: findSender(ownRequire),
    handlerFlush,
    ownRecords,
    isTracedByUs: () => !isMadeRoom && !autoInstrumented,
    remarkOnService: () => {
      const file = config && stringOf(environment, 'OTEL_CONFIG_FILE');
      remarkOnUnnamedService(described, { environment, file, mainFile: application.mainFile }, report);
    },
    wantsProcessor: isMainThread,
    wantsExtras: EXTRAS.some((name) => stringOf(environment, name) !== undefined),
  };
}

function setDiagnosticLogger(api: ApiPackage, environment: Environment): void {
  const level = stringOf(environment, 'OTEL_LOG_LEVEL')?.toUpperCase();
  if (level === undefined || isApiSet('diag')) return;
  const logLevel = api.DiagLogLevel[level as keyof typeof api.DiagLogLevel] as Api.DiagLogLevel | undefined;
  if (logLevel === undefined) {
    const levels = Object.keys(api.DiagLogLevel).filter((name) => !/^\d+$/.test(name));
    report(
      `OTEL_LOG_LEVEL must be one of ${levels.join(', ')}; it is ${JSON.stringify(environment.OTEL_LOG_LEVEL)}, and INFO is used`,
    );
  }
  api.diag.setLogger(new api.DiagConsoleLogger(), { logLevel: logLevel ?? api.DiagLogLevel.INFO });
}

function setProviders(instrumentation: Instrumentation, api: ApiPackage): void {
  instrumentation.setTracerProvider(api.trace.getTracerProvider());
  instrumentation.setMeterProvider(api.metrics.getMeterProvider());
}

/** Takes back what `setTracing` has set, as far as it was set here. */
type Withdraw = () => void;

/**
 * Sets what nobody else has set, or will set: context, propagation, tracer provider.
 * @returns gives their places free again
 */
function setTracing(
  api: ApiPackage,
  application: Application,
  environment: Environment,
  autoInstrumented: boolean,
  resource: Resource | undefined,
): Withdraw {
  const withdrawals: Withdraw[] = [];
  // Whoever names another tracer wants its ids, not those of ours, which exports nothing.
  const names: readonly string[] = listOf(environment, TRACE_CONTEXT) ?? [];
  const namesAnother = names.length > 0 && names.every((name) => KNOWN_TRACE_CONTEXTS.includes(name));
  if (!autoInstrumented && !isApiSet('context')) {
    const manager = createContextManager(application, () => new LocalStorageContextManager());
    if (api.context.setGlobalContextManager(manager)) {
      withdrawals.push(withdrawalOf(api, 'context'));
    }
  }
  // Nor the caller's ids, which an instrumentation of http would read, and send on over those of that tracer.
  const isTracedElsewhere = namesAnother && names.some((name) => name !== 'request');
  if (!autoInstrumented && !isTracedElsewhere && !isApiSet('propagation')) {
    const propagator = createPropagator(application, environment, report);
    if (propagator && api.propagation.setGlobalPropagator(propagator)) {
      withdrawals.push(withdrawalOf(api, 'propagation'));
    }
  }
  // With `none` OpenTelemetry's SDK sets no tracer provider, and records would have no trace id.
  const tracedByOthers =
    autoInstrumented && stringOf(environment, 'OTEL_TRACES_EXPORTER')?.toLowerCase() !== 'none';
  if (!tracedByOthers && !namesAnother && !isApiSet('trace')) {
    const provider = createTracerProvider(application, environment, report, resource);
    if (!provider) {
      report(
        'log records get no trace ids, because no tracing SDK is installed; run: npm install @opentelemetry/sdk-node',
      );
    } else if (setTracerProvider(api, application, provider)) {
      withdrawals.push(withdrawalOf(api, 'trace'));
    }
  }
  return () => {
    for (const withdraw of withdrawals) withdraw();
  };
}

/**
 * Of what has just been set. What others have put in its place stays: instrumentations have tracers that wait for it.
 */
function withdrawalOf(api: ApiPackage, member: 'context' | 'propagation' | 'trace'): Withdraw {
  const ours = apiGlobal(member);
  return () => {
    if (apiGlobal(member) === ours) api[member].disable();
  };
}

function setTracerProvider(api: ApiPackage, application: Application, provider: Api.TracerProvider): boolean {
  const moduleHalf = application.loadModuleHalf('@opentelemetry/api') as ApiPackage | undefined;
  if (moduleHalf) {
    // Tracers that were made through this half before now find their provider in it alone; disable() gives
    // the global back and leaves those tracers what they have.
    moduleHalf.trace.setGlobalTracerProvider(provider);
    moduleHalf.trace.disable();
  }
  return api.trace.setGlobalTracerProvider(provider);
}

/**
 * Makes room for an OpenTelemetry SDK that the application starts itself after this package: its tracing
 * would find the places taken, and its spans would go nowhere. What it doesn't set is set again.
 */
function makeRoom(
  api: ApiPackage,
  application: Application,
  environment: Environment,
  instrumentations: readonly Instrumentation[],
  withdraw: Withdraw,
  spanResource: Resource | undefined,
): void {
  report(
    "another OpenTelemetry SDK is being started: its instrumentations and its tracing take the place of this package's, and log records go to CloudWatch Logs. If they shall go to its own exporter too, start it first: node --import <its file> --import opentelemetry-cloudwatch-logs/register",
  );
  withdraw();
  setImmediate(() => {
    setTracing(api, application, environment, false, spanResource);
    // Those of ours that stay, because their modules were loaded before, make spans of the other's.
    for (const instrumentation of instrumentations) setProviders(instrumentation, api);
  });
}

function instrument(
  application: Application,
  environment: Environment,
  hookHandler: () => void,
): Instrumentation[] {
  const createInstrumentations = loadInstrumentations(application, environment, report);
  hookHandler();
  const hooked = findHookedLoggers(application);
  if (hooked.length > 0) {
    report(
      `${hooked.join(', ')} ${hooked.length === 1 ? 'is' : 'are'} instrumented already; no second set of instrumentations is added`,
    );
    return [];
  }
  const instrumentations = createInstrumentations();
  const found = new Set(instrumentations.map((instrumentation) => instrumentation.instrumentationName));
  const missing = LOGGERS.filter(
    (logger) => application.resolve(logger) !== undefined && !found.has(instrumentationOf(logger)),
  );
  const loaded = loadedLoggers(application);
  if (loaded.length > 0) report(loadedSentence(loaded));
  const { mainFile } = application;
  const bundled = bundledLoggers(mainFile);
  if (bundled.length > 0) report(bundledSentence(bundled, mainFile!));
  const isNoneInstrumented = !LOGGERS.some((logger) => found.has(instrumentationOf(logger)));
  const switchedOff = isNoneInstrumented
    ? switchedOffSentence(application, environment, missing.length > 0 ? missing : LOGGERS)
    : undefined;
  if (switchedOff !== undefined) report(switchedOff);
  // The application may log by `console` alone.
  else if (!booleanOf(environment, CONSOLE) && (found.size === 0 || missing.length === LOGGERS.length)) {
    report(
      `no logger is instrumented; run: npm install ${(missing.length > 0 ? missing : LOGGERS)
        .map(instrumentationOf)
        .join(' ')}`,
    );
  }
  const bunyan = application.version('bunyan');
  if (
    bunyan !== undefined &&
    found.has('@opentelemetry/instrumentation-bunyan') &&
    !bunyan.startsWith('1.')
  ) {
    report(`OpenTelemetry's instrumentation knows bunyan 1, not ${bunyan}: its records are not exported`);
  }
  if (
    found.has('@opentelemetry/instrumentation-winston') &&
    application.resolve('winston') !== undefined &&
    application.resolve('@opentelemetry/winston-transport', [
      '@opentelemetry/instrumentation-winston',
      '@opentelemetry/auto-instrumentations-node',
    ]) === undefined
  ) {
    report(
      "winston's records are not exported without its transport; run: npm install @opentelemetry/winston-transport",
    );
  }
  giveWinstonReadableValues(application);
  return instrumentations;
}

/** The second half of the start in a worker thread: records go to the main thread, which exports them. */
function startInThread(prepared: Prepared, extras: Extras | undefined): void {
  const { application, environment, logsApis, instrumentations, resource } = prepared;
  const names = TRACE_CONTEXT_SOURCES.filter((name) => listOf(environment, TRACE_CONTEXT)?.includes(name));
  const processor = new ThreadProcessor(
    threadId,
    names.length > 0 ? extras?.traceContextOf(names) : undefined,
  );
  const makers = extras && booleanOf(environment, CONSOLE) ? new extras.RecordMakers() : undefined;
  const capture = extras && makers && new extras.ConsoleCapture(makers);
  const processors = [...(capture ? [capture] : []), processor];
  const provider = createLoggerProvider(application, { processors, resource }, environment, report);
  if (!provider) return;
  makers?.watch(provider);
  const source = setProvider(provider, logsApis);
  prepared.ownRecords.setAgain = () => {
    setProviderAgain(source, logsApis);
  };
  capture?.start(source);
  for (const instrumentation of instrumentations) instrumentation.setLoggerProvider?.(provider);
  watchNewThreads(
    (started) => {
      processor.say({ kind: 'started', threadId: started });
    },
    (ended) => {
      processor.say({ kind: 'ended', threadId: ended });
    },
  );
}

function startOnce(prepared: Prepared, createProcessor: CreateProcessor, extras: Extras | undefined): void {
  const { application, environment, logsApis, instrumentations } = prepared;
  const created = createProcessor(environment, prepared.senderFile, extras);
  const { processor, exitTimeoutMillis, flushTimeoutMillis, sendAtExit } = created;
  const makers = extras && created.console ? new extras.RecordMakers() : undefined;
  const capture = extras && makers && new extras.ConsoleCapture(makers);
  const isTaken = findSetLogsApis(logsApis).length > 0;
  const others = extras?.createNamedExporters(application, environment, report, isTaken);
  const provider = createLoggerProvider(
    application,
    // Ours before the others: they see the trace context that it takes.
    {
      processors: [
        ...(prepared.handlerFlush ? [prepared.handlerFlush.ids] : []),
        ...(capture ? [capture] : []),
        processor,
        ...(others ? [others] : []),
      ],
      resource: prepared.resource,
    },
    environment,
    report,
  );
  if (!provider) return;
  prepared.remarkOnService();
  makers?.watch(provider);
  others?.start(process);
  const remarkOnSpans = extras?.remarkOnSpanExporters(environment, report, prepared.isTracedByUs);
  const remark = (): void => {
    remarkOnSpans?.();
    remarkOnLoggers(prepared, capture ? [] : instrumentations, processor.status().emitted);
  };

  // Queries show no event that is older than its log group: it is begun before the application logs. To wait for it
  // here would let the event loop run before the application does, which can be told from how it ends.
  if (prepared.resource) processor.prepareFor(prepared.resource);
  const source = setProvider(provider, logsApis);
  prepared.ownRecords.setAgain = () => {
    setProviderAgain(source, logsApis);
  };
  capture?.start(source);
  for (const instrumentation of instrumentations) instrumentation.setLoggerProvider?.(provider);
  const threads = new Threads(
    (record) => {
      const taken = ofThread(record, prepared.resource);
      processor.onEmit(taken);
      others?.onEmit(taken);
    },
    (count) => {
      processor.refuse(count, 'worker threads logged more than the main thread, blocked, could take');
    },
  );
  const takeAll = (): void => {
    if (threads.takeAll()) return;
    report('worker threads log while the process ends, faster than it can be taken: what comes last is lost');
  };
  threads.listen();
  sayToThreads({ listens: true, mainFile: application.mainFile });
  if (prepared.handlerFlush) {
    prepared.handlerFlush.options = { provider: processor, timeoutMillis: flushTimeoutMillis };
  }
  if (sendAtExit) {
    settleAtEnd({
      process,
      settle: () => {
        takeAll();
        remark();
        settleOnce(processor, sendAtExit, environment);
      },
    });
    return;
  }
  flushAtExit(
    {
      process,
      // Not the provider's: their timers keep the process for half a minute after a flush that is late.
      flush: (deadline) => processor.flushBy(deadline),
      shutdown: async (deadline) => {
        await capture?.shutdown();
        await processor.shutdownBy(deadline);
      },
      emitted: () => {
        takeAll();
        return processor.status().emitted;
      },
      kept: () => processor.status().kept,
      onEnd: () => {
        remark();
        summarise(processor.status(), environment);
      },
    },
    { timeoutMillis: exitTimeoutMillis, resumesAfterBeforeExit: isInLambda(environment) },
  );
}

let hasRemarkedOnLoggers = false;

/** Once, though the end of a process may come in several ways. */
function remarkOnLoggers(
  { application: { mainFile } }: Prepared,
  instrumentations: readonly Instrumentation[],
  emitted: number,
): void {
  if (hasRemarkedOnLoggers) return;
  hasRemarkedOnLoggers = true;
  const end = { emitted, uptimeSeconds: process.uptime() };
  const sentence = neverPatchedSentence(instrumentations, mainFile, end);
  if (sentence !== undefined) report(sentence);
}

/** Records of which the last line said what became of them. */
let summarised: number | undefined;

/** Never throws: what it would throw would be the application's error. */
function settleOnce(processor: QueueingProcessor, send: SendAtOnce, environment: Environment): void {
  try {
    if (processor.status().emitted === summarised) return;
    runAsOwnTelemetry(() => {
      processor.settleAtOnce(send);
    });
    const status = processor.status();
    summarised = status.emitted;
    summarise(status, environment);
  } catch (error) {
    report(`the last log records could not be sent: ${messageOf(error)}`);
  }
}

/**
 * Sets the provider in both logs APIs; where one has a provider already, both get each record.
 * @returns what gives loggers whose records go where those of others go
 */
function setProvider(provider: LoggerSource, apis: LogsApis): LoggerSource {
  const found = findSetLogsApis(apis);
  let source = provider;
  for (const logs of found) {
    const first = logs.getLoggerProvider();
    logs.disable();
    source = new TeeLoggerProvider(first, provider);
    logs.setGlobalLoggerProvider(source);
  }
  if (found.length > 0) {
    report(
      'another OpenTelemetry SDK has set a logger provider: each record goes to it and to CloudWatch Logs. For CloudWatch Logs alone, set OTEL_LOGS_EXPORTER=none',
    );
  }
  for (const logs of [apis.api.logs, apis.apiLogs?.logs]) {
    if (logs && !found.includes(logs)) setLoggerProvider(logs, provider);
  }
  const refused = refusedSentence(apis);
  if (refused !== undefined) report(refused);
  return source;
}

/** Sets the provider in those logs APIs that nobody has a provider in by now. */
function setProviderAgain(source: LoggerSource, apis: LogsApis): void {
  for (const logs of [apis.api.logs, apis.apiLogs?.logs]) setLoggerProvider(logs, source);
}

/** Log levels at which the end of a process says what became of its records, even if all went well. */
const TALKATIVE = ['INFO', 'DEBUG', 'VERBOSE', 'ALL'];

/** The last line: what became of the records. Nothing is said where all of them have arrived. */
function summarise(status: ProcessorStatus, environment: Environment): void {
  const { emitted, delivered, kept, dropped, droppedByReason } = status;
  const level = stringOf(environment, 'OTEL_LOG_LEVEL')?.toUpperCase() ?? '';
  const lost = Object.entries(droppedByReason).filter(([reason]) => !isWanted(reason));
  if (kept === 0 && lost.length === 0 && !TALKATIVE.includes(level)) return;
  const reasons = Object.entries(droppedByReason).map(([reason, count]) => `${reason} ${count}`);
  report(
    `emitted ${emitted}, delivered ${delivered}, not delivered by the end ${kept}, dropped ${dropped}${
      reasons.length > 0 ? ` (${reasons.join(', ')})` : ''
    }`,
  );
}
