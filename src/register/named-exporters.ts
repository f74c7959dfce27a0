import { type LogRecordProcessor, type ReadWriteLogRecord } from '@opentelemetry/sdk-logs';
import { type Application } from './application.js';
import { type Environment, listOf, stringOf } from './environment.js';

/** The names that OTEL_LOGS_EXPORTER may hold. `cloudwatch` is this package's exporter, which `register` has in any case. */
const NAMES = ['cloudwatch', 'otlp', 'console', 'none'] as const;

/** The package of the exporter for each protocol of OTLP. */
const OTLP_PACKAGES: ReadonlyMap<string, string> = new Map([
  ['http/protobuf', '@opentelemetry/exporter-logs-otlp-proto'],
  ['http/json', '@opentelemetry/exporter-logs-otlp-http'],
  ['grpc', '@opentelemetry/exporter-logs-otlp-grpc'],
]);
/** The variables that name the protocol: the first that is set holds. */
const PROTOCOL_VARIABLES = ['OTEL_EXPORTER_OTLP_LOGS_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'] as const;
const OTLP_HOLDERS = ['@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node'] as const;

/** The first minor version of `@opentelemetry/sdk-logs` 0.x whose processors take their exporter as a member. */
const FIRST_MINOR_WITH_OPTIONS = 220;

type Exporter = object;

interface SdkLogsPackage {
  readonly ConsoleLogRecordExporter: new () => Exporter;
  readonly SimpleLogRecordProcessor: new (options: unknown) => LogRecordProcessor;
  readonly BatchLogRecordProcessor: new (options: unknown) => LogRecordProcessor;
}

/**
 * Makes what OTEL_LOGS_EXPORTER names beside CloudWatch Logs, out of the application's own packages. A name that is
 * unknown, or whose package is missing, is said.
 * @param isTaken - another OpenTelemetry SDK is there, which reads the variable and makes them itself
 * @returns undefined where there is nothing to be made
 */
export function createNamedExporters(
  application: Application,
  environment: Environment,
  complain: (message: string) => void,
  isTaken: boolean,
): NamedExporters | undefined {
  const names = new Set(listOf(environment, 'OTEL_LOGS_EXPORTER')?.map((name) => name.toLowerCase()));
  for (const name of names) {
    if ((NAMES as readonly string[]).includes(name)) continue;
    complain(`OTEL_LOGS_EXPORTER names ${name}, which is unknown (${NAMES.join(', ')}); it is left out`);
  }
  if (isTaken || names.has('none')) return undefined;
  const sdk = application.load('@opentelemetry/sdk-logs') as SdkLogsPackage;
  const [major = 0, minor = 0] = (application.version('@opentelemetry/sdk-logs') ?? '')
    .split('.')
    .map(Number);
  // Each version takes the other's argument without a word, and exports nothing.
  const optionsOf = (exporter: Exporter): unknown =>
    major > 0 || minor >= FIRST_MINOR_WITH_OPTIONS ? { exporter } : exporter;
  const processors: LogRecordProcessor[] = [];
  const otlp = names.has('otlp') ? createOtlpExporter(application, environment, complain) : undefined;
  if (otlp) processors.push(new sdk.BatchLogRecordProcessor(optionsOf(otlp)));
  if (names.has('console')) {
    processors.push(new sdk.SimpleLogRecordProcessor(optionsOf(new sdk.ConsoleLogRecordExporter())));
  }
  return processors.length > 0 ? new NamedExporters(processors) : undefined;
}

function createOtlpExporter(
  application: Application,
  environment: Environment,
  complain: (message: string) => void,
): Exporter | undefined {
  const variable = PROTOCOL_VARIABLES.find((name) => stringOf(environment, name) !== undefined);
  const protocol = variable === undefined ? 'http/protobuf' : stringOf(environment, variable)!;
  const name = OTLP_PACKAGES.get(protocol);
  if (name === undefined) {
    complain(
      `${variable} must be one of ${[...OTLP_PACKAGES.keys()].join(', ')}; it is ${JSON.stringify(protocol)}, and log records go to CloudWatch Logs alone`,
    );
    return undefined;
  }
  const found = application.load(name, OTLP_HOLDERS) as { OTLPLogExporter?: new () => Exporter } | undefined;
  if (!found?.OTLPLogExporter) {
    complain(
      `OTEL_LOGS_EXPORTER names otlp, but ${name} is not installed, and log records go to CloudWatch Logs alone; run: npm install ${name}`,
    );
    return undefined;
  }
  return new found.OTLPLogExporter();
}

/** The processors of other exporters, as one. What they have not sent when the process ends by itself is flushed. */
export class NamedExporters implements LogRecordProcessor {
  readonly #processors: readonly LogRecordProcessor[];
  #hasNews = false;

  constructor(processors: readonly LogRecordProcessor[]) {
    this.#processors = processors;
  }

  /** @param process - whose end is waited for */
  start(process: Pick<NodeJS.Process, 'on'>): void {
    process.on('beforeExit', () => {
      // A flush is work, after which Node.js emits beforeExit again.
      if (!this.#hasNews) return;
      this.#hasNews = false;
      void this.forceFlush().catch(() => undefined);
    });
  }

  onEmit(...given: [ReadWriteLogRecord]): void {
    this.#hasNews = true;
    for (const processor of this.#processors) processor.onEmit(...given);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#processors.map((processor) => processor.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#processors.map((processor) => processor.shutdown()));
  }
}
