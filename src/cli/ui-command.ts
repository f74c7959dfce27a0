import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Command, Option } from 'commander';
import { consoleRegion } from '../cloudwatch/client-endpoint.js';
import { describeError } from '../cloudwatch/classify-error.js';
import { OptionError } from '../cloudwatch/errors.js';
import { createLookupHandler, toNodeListener } from '../dashboards/index.js';
import { CorrelationEngine } from '../insights/index.js';
import { type CommandIo } from './command-io.js';
import {
  addConnectionOptions,
  addLogGroupOption,
  connect,
  endpointOf,
  logGroupsOf,
  readBytes,
  type ReadArguments,
} from './connection.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { readPort } from './read-port.js';
import { createTailLiveSource } from './tail-live-source.js';
import { tell } from './tell.js';

/** The port that the page takes when none is said: the one after the local service's. */
export const DEFAULT_UI_PORT = 4587;

interface UiArguments extends ReadArguments {
  readonly port: number;
  readonly spans?: boolean | undefined;
  readonly liveTail?: boolean | undefined;
}

const EXAMPLES = `
Examples:
  otel-cwlogs ui --log-group '/apps/*' --region eu-west-1
  otel-cwlogs ui -g '/aws/lambda/*' -g /apps/orders --profile production --max-bytes-scanned 10GB
  otel-cwlogs ui --endpoint http://127.0.0.1:4586

The page answers this machine alone. Each look-up in it runs queries, which AWS bills by the bytes that they scan; the
start page and the live view read with FilterLogEvents, which is not billed, unless --live-tail is given.`;

/** The command `ui`. */
export function uiCommand(io: CommandIo): Command {
  return addConnectionOptions(
    addLogGroupOption(
      new Command('ui')
        .description('a page in the browser: every log event of a trace, newest traces and errors, live')
        .addOption(
          new Option('-p, --port <port>', 'TCP port on 127.0.0.1; 0 takes a free one')
            .default(DEFAULT_UI_PORT)
            .argParser(readPort),
        ),
      'log group that the page may search',
    )
      .addOption(
        new Option(
          '--max-bytes-scanned <bytes>',
          'stop each look-up when its queries have scanned so much (kB, MB, GB)',
        ).argParser((text: string) => readBytes('--max-bytes-scanned', text)),
      )
      .option('--live-tail', 'follow with live tail, within a second; billed by the minute of each open view')
      .option('--no-spans', 'leave out the spans of the group aws/spans'),
  )
    .addHelpText('after', EXAMPLES)
    .action((options: UiArguments) => runUi(options, io));
}

async function runUi(options: UiArguments, io: CommandIo): Promise<void> {
  const logGroups = logGroupsOf(options, io);
  const client = connect(options, io);
  try {
    const engine = new CorrelationEngine({ client, logGroups, spans: options.spans, clock: io.epochMillis });
    const handler = createLookupHandler({
      engine,
      clock: io.epochMillis,
      maxBytesScanned: options.maxBytesScanned,
      live: options.liveTail
        ? createTailLiveSource({ client, logGroups, epochMillis: io.epochMillis })
        : undefined,
      consoleRegion: await consoleRegion(client),
      endpoint: endpointOf(options, io),
      onError: (error) => {
        tell(io.stderr, `warning: ${escapeTerminalText(describeError(error))}`);
      },
    });
    const server = createServer(toNodeListener(handler));
    const port = await listen(server, options.port);
    const shownGroups = logGroups.map(escapeTerminalText).join(', ');
    tell(
      io.stdout,
      `The trace page is at http://127.0.0.1:${port}/ (log groups ${shownGroups}); Ctrl-C stops it`,
    );
    await untilAborted(io.signal);
    await close(server);
    io.setExitCode(0);
  } finally {
    client.destroy();
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const rule = 'be free; something listens there already (0 takes a free one)';
      reject(error.code === 'EADDRINUSE' ? new OptionError('--port', rule, port) : error);
    });
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
