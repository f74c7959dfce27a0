import { Command, Option } from 'commander';
import {
  type CloudWatchLogExporterOptions,
  diagnose,
  type Diagnosis,
  type Finding,
} from '../doctor/index.js';
import { createColors, type Colors, wantsColor } from './colors.js';
import { type CommandIo } from './command-io.js';
import { addConnectionOptions, type ConnectionArguments, wholeNumber } from './connection.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT } from './exit-codes.js';
import { printJson, toSafeJson } from './print-json.js';
import { tell } from './tell.js';
import { useProfile } from './use-profile.js';

interface DoctorArguments extends ConnectionArguments {
  readonly logGroup?: string | undefined;
  readonly logStream?: string | undefined;
  readonly provision?: 'all' | 'stream' | 'none' | undefined;
  readonly testEvent: boolean;
  readonly wait?: number | undefined;
  readonly json?: boolean | undefined;
}

const HELP = `
All options of the exporter are read from OTEL_EXPORTER_CLOUDWATCH_LOGS_*, as the application reads
them, or from the file that OTEL_CONFIG_FILE names; templates are filled from OTEL_SERVICE_NAME and
OTEL_RESOURCE_ATTRIBUTES. A log group or stream that is made for the test
is deleted again, unless an application has written to it meanwhile.

Examples:
  otel-cwlogs doctor --log-group /apps/orders
  otel-cwlogs doctor --log-group '/apps/{service.name}' --provision stream --profile staging
  otel-cwlogs doctor --json | jq .policy

Exit codes: 0 records arrive (there may be warnings), 4 a check failed, 2 wrong command line or
options, 130 interrupted.`;

/** The command `doctor`. */
export function doctorCommand(io: CommandIo): Command {
  return addConnectionOptions(
    new Command('doctor')
      .description(
        'check folders, region, credentials, clock, network and permissions, write a test event and find it again',
      )
      .option('-g, --log-group <name>', 'log group, or a template (option logGroupName)')
      .option('--log-stream <name>', 'log stream, or a template (option logStreamName)')
      .addOption(
        new Option('--provision <what>', 'what the exporter may create').choices(['all', 'stream', 'none']),
      )
      .option('--no-test-event', 'write nothing but what --provision lets the exporter create')
      .addOption(
        new Option('--wait <seconds>', 'how long to look for the test event (default: 15)').argParser(
          wholeNumber('--wait'),
        ),
      ),
  )
    .option('--json', 'print one JSON document')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .addHelpText('after', HELP)
    .action((args: DoctorArguments) => runDoctor(args, io));
}

async function runDoctor(args: DoctorArguments, io: CommandIo): Promise<void> {
  useProfile(args.profile, io);
  const inFile = await namesInConfigFile(io);
  const named = (finding: Finding): Finding => ({
    ...finding,
    message: inFile(finding.message),
    remedy: finding.remedy === undefined ? undefined : inFile(finding.remedy),
  });
  const colors = createColors(args.color !== false && wantsColor(io.stdout, io.env));
  const options: Partial<CloudWatchLogExporterOptions> = {
    ...(args.logGroup !== undefined && { logGroupName: args.logGroup }),
    logStreamName: args.logStream,
    provision: args.provision,
    region: args.region,
    endpoint: args.endpoint,
    errorDetails: args.errorDetails,
  };
  const diagnosis = await diagnose(
    options,
    {
      environment: io.env,
      signal: io.signal,
      epochMillis: io.epochMillis,
      onFinding: (finding) => {
        if (!args.json) tellFinding(named(finding), colors, io);
      },
    },
    { testEvent: args.testEvent, ...(args.wait !== undefined && { findTimeoutMillis: args.wait * 1000 }) },
  );
  const failed = diagnosis.findings.filter(({ status }) => status === 'failed');
  if (args.json) {
    const findings = diagnosis.findings.map(named);
    printJson(io.stdout, { healthy: failed.length === 0, ...diagnosis, findings });
  } else tellEnd(diagnosis, failed.length, colors, io);
  const isUsage = failed.some(({ check }) => check === 'options');
  if (failed.length === 0) io.setExitCode(0);
  else io.setExitCode(isUsage ? EXIT.usage : EXIT.unhealthy);
}

/** Most applications have no such file, and need not wait for what reads it. */
async function namesInConfigFile(io: CommandIo): Promise<(text: string) => string> {
  if (!io.env.OTEL_CONFIG_FILE) return (text) => text;
  const { useConfigFile } = await import('./use-config-file.js');
  return useConfigFile(io);
}

const MARKS = { ok: 'ok', warning: 'warning', failed: 'FAILED', skipped: 'skipped' } as const;

/** Where messages and remedies begin, behind the mark. */
const MESSAGE_INDENT = ' '.repeat(9);

function tellFinding(
  { check, status, message, remedy }: Finding,
  colors: Colors,
  { stdout }: CommandIo,
): void {
  const paint = ({ ok: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' } as const)[status];
  const mark = colors[paint](MARKS[status].padEnd(8));
  const inLine = { indent: MESSAGE_INDENT };
  tell(stdout, `${mark} ${colors.bold(check)}: ${escapeTerminalText(message)}`, inLine);
  if (remedy !== undefined) tell(stdout, `${MESSAGE_INDENT}${escapeTerminalText(remedy)}`, inLine);
}

function tellEnd(
  { policy, furtherPolicies }: Diagnosis,
  failed: number,
  colors: Colors,
  { stdout }: CommandIo,
): void {
  const show = (title: string, document: unknown): void => {
    if (document === undefined) return;
    stdout.write('\n');
    tell(stdout, title, { paint: colors.bold });
    // It is copied.
    stdout.write(`${toSafeJson(document)}\n`);
  };
  show('Least-privilege IAM policy for these options:', policy);
  show('For look-ups (trace, span, request, query):', furtherPolicies?.lookUps);
  show('For tail:', furtherPolicies?.tail);
  show('For whoever makes the log groups ahead (LogResources):', furtherPolicies?.setUp);
  const verdict =
    failed === 0
      ? colors.green('Log records arrive.')
      : colors.red(`${failed} ${failed === 1 ? 'check' : 'checks'} failed.`);
  stdout.write(`\n${verdict}\n`);
}
