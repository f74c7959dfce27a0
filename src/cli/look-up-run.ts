import { consoleRegion } from '../cloudwatch/client-endpoint.js';
import { consoleLinks, lookUpMarkdown } from '../dashboards/index.js';
import { readTraceId } from '../cloudwatch/trace-ids.js';
import {
  correlationQuery,
  CorrelationEngine,
  type CorrelationResult,
  type CorrelationSubject,
  explainNothing,
  type LookUpOptions,
  type LookUpProgress,
} from '../insights/index.js';
import { mayScan } from './ask-before-scan.js';
import { createColors, wantsColor } from './colors.js';
import { type CommandIo } from './command-io.js';
import { allLogGroups, connect, isLocalService, logGroupsOf, type ReadArguments } from './connection.js';
import { EXIT } from './exit-codes.js';
import { hintsOf, traceCommands } from './go-on.js';
import { lookUpJson } from './look-up-json.js';
import { printJson } from './print-json.js';
import { lookUpProgressText, ProgressLine } from './progress-line.js';
import { tell } from './tell.js';
import { terminalWidth } from './terminal-width.js';
import { readTimeRange } from './time-arguments.js';

/** Options of every look-up. */
export interface LookUpArguments extends ReadArguments {
  readonly fullText?: boolean | undefined;
  readonly thorough?: boolean | undefined;
  readonly spans?: boolean | undefined;
  readonly traceIdField?: readonly string[] | undefined;
  readonly spanIdField?: readonly string[] | undefined;
  readonly requestIdField?: readonly string[] | undefined;
  readonly markdown?: boolean | undefined;
  readonly utc?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** How a result is drawn on a terminal. */
export interface Drawing {
  readonly color: boolean;
  readonly width: number | undefined;
  readonly zone: 'utc' | 'local';
  readonly verbose: boolean;
}

/** What one command of the kind does in its own way. */
export interface LookUpRun {
  readonly subject: CorrelationSubject;
  /** Events where no `--limit` is given. Default: all. */
  readonly limit?: number | undefined;
  readonly draw: (result: CorrelationResult, drawing: Drawing) => Iterable<string>;
}

/** Makes a look-up with a command's options, prints what it found, and helps where that is nothing. */
export async function runLookUp(run: LookUpRun, options: LookUpArguments, io: CommandIo): Promise<void> {
  // A wrong id or field is refused before anything is asked.
  correlationQuery(run.subject);
  const { from, to } = readTimeRange(options, io.epochMillis());
  const everything = allLogGroups(options, io);
  const logGroups = everything ?? logGroupsOf(options, io);
  const client = connect(options, io);
  try {
    const engine = new CorrelationEngine({
      client,
      logGroups,
      spans: options.spans,
      traceIdFields: options.traceIdField,
      spanIdFields: options.spanIdField,
      requestIdFields: options.requestIdField,
      clock: io.epochMillis,
    });
    const plan = {
      from,
      to,
      isAgreed: options.yes ?? false,
      maxBytesScanned: options.maxBytesScanned,
      isLocal: isLocalService(options, io),
    };
    if (everything && !(await mayScan(engine, plan, io))) {
      io.setExitCode(EXIT.interrupted);
      return;
    }
    const result = await withProgress(io, (onProgress) =>
      correlate(engine, run.subject, {
        from,
        to,
        limit: options.limit ?? run.limit,
        maxBytesScanned: options.maxBytesScanned,
        fullText: options.fullText,
        thorough: options.thorough,
        signal: io.signal,
        onProgress,
      }),
    );
    if (options.json) printJson(io.stdout, lookUpJson(result));
    else if (options.markdown) io.stdout.write(lookUpMarkdown(result));
    else print(run, result, options, io, await consoleRegion(client));
    if (result.events.length === 0) {
      const reasons = await explainNothing(engine.calls, result, { signal: io.signal });
      for (const { hint, command } of hintsOf(reasons, result.lookUp, options)) {
        tell(io.stderr, hint);
        if (command !== undefined) io.stderr.write(`  try: ${command}\n`);
      }
    }
    io.setExitCode(result.events.length > 0 ? EXIT.found : EXIT.nothingFound);
  } finally {
    client.destroy();
  }
}

async function withProgress<T>(
  io: CommandIo,
  make: (onProgress: ProgressLine<LookUpProgress>['show']) => Promise<T>,
): Promise<T> {
  const line = new ProgressLine(io.stderr, lookUpProgressText);
  try {
    return await make(line.show);
  } finally {
    line.clear();
  }
}

function print(
  run: LookUpRun,
  result: CorrelationResult,
  options: LookUpArguments,
  io: CommandIo,
  region: string | undefined,
): void {
  const color = options.color !== false && wantsColor(io.stdout, io.env);
  const width = terminalWidth(io.stdout);
  const zone = options.utc ? 'utc' : 'local';
  const lines = run.draw(result, { color, width, zone, verbose: options.verbose ?? false });
  for (const line of lines) io.stdout.write(`${line}\n`);
  const { dim } = createColors(color);
  // Addresses and commands are copied: no line of them is cut or broken.
  for (const line of nextLines(run, result, options, region)) io.stdout.write(`${dim(line)}\n`);
}

/** Where to go on: for what is no trace the traces, and the console. @param region - whose console shows the same */
export function nextLines(
  { subject }: Pick<LookUpRun, 'subject'>,
  result: CorrelationResult,
  options: LookUpArguments,
  region: string | undefined,
): string[] {
  const { lookUp, events, range, logGroups } = result;
  const { kind } = lookUp;
  const commands = kind === 'trace' || kind === 'errors' ? [] : traceCommands(events, options);
  const lines = commands.length > 0 ? ['', 'the whole of it:', ...commands.map((line) => `  ${line}`)] : [];
  if (region === undefined || logGroups.length === 0) return lines;
  const step = options.fullText ? 'text' : 'filter';
  const links = consoleLinks(region, {
    query: result.steps.find((one) => one.step === step)?.query ?? correlationQuery(subject),
    logGroups,
    ...range,
    ...(kind === 'trace' && { traceId: readTraceId(lookUp.value).traceId }),
  });
  lines.push('', `console: ${links.insights}`);
  if (links.trace !== undefined) lines.push(`X-Ray:   ${links.trace}`);
  return lines;
}

function correlate(
  engine: CorrelationEngine,
  subject: CorrelationSubject,
  options: LookUpOptions,
): Promise<CorrelationResult> {
  if ('trace' in subject) return engine.correlateByTrace(subject.trace, options);
  if ('span' in subject) return engine.correlateBySpan(subject.span, options);
  if ('request' in subject) return engine.correlateByRequest(subject.request, options);
  if ('field' in subject) return engine.correlateBy(subject.field, subject.value, options);
  return engine.recentErrors(options);
}
