import { readFileSync, writeFileSync } from 'node:fs';
import { OptionError } from '../cloudwatch/errors.js';
import {
  LogReplay,
  type LogReplayOptions,
  type ReplayCheckpoint,
  ReplayStoppedError,
} from '../replay/index.js';
import { type CommandIo } from './command-io.js';
import { escapeTerminalText } from '../cloudwatch/escape-terminal-text.js';
import { EXIT } from './exit-codes.js';
import { ProgressLine } from './progress-line.js';
import { sayHiddenEvents } from './say-hidden-events.js';
import { planText, replayProgressText, resultText } from './replay-progress.js';
import { tell } from './tell.js';

/** How a command replays. */
export interface ReplayRun {
  /** `--yes` */
  readonly isAgreed: boolean;
  /** Where the way so far is kept; without it a replay begins anew. */
  readonly checkpointFile?: string | undefined;
}

/** Says what a replay will do, asks where AWS bills it, and shows how far it is. */
export async function runReplay(
  options: Omit<LogReplayOptions, 'yes' | 'resume' | 'onProgress'>,
  { isAgreed, checkpointFile }: ReplayRun,
  io: CommandIo,
): Promise<void> {
  const line = new ProgressLine(io.stderr, replayProgressText);
  const resume = checkpointFile === undefined ? undefined : readCheckpoint(checkpointFile);
  let last = resume;
  const replay = new LogReplay({
    ...options,
    resume,
    // Nothing is sent before whoever runs the command has agreed, which is asked for below.
    yes: true,
    onProgress: (progress) => {
      line.show(progress);
      last = progress.checkpoint;
    },
  });
  const plan = await replay.plan({ signal: io.signal });
  tell(io.stderr, escapeTerminalText(planText(plan)));
  if (resume) tell(io.stderr, `goes on behind event ${resume.position.toLocaleString('en-US')}`);
  if (plan.isAws && !isAgreed && (await io.ask?.('Send them to AWS? [y/N] ')) !== true) {
    if (!io.ask) throw new OptionError('--yes', 'be given where AWS bills what is sent');
    io.setExitCode(EXIT.nothingFound);
    return;
  }
  try {
    const result = await replay.run({ signal: io.signal });
    line.clear();
    tell(io.stderr, resultText(result));
    if (result.leftOut > 0) {
      tell(
        io.stderr,
        "left out are events of AWS's own groups, such as aws/spans; --log-group sends them elsewhere",
      );
    }
    io.setExitCode(result.lost > 0 ? EXIT.nothingFound : EXIT.found);
    const { client } = options;
    if (client && result.delivered > 0 && last && plan.oldestMillis !== undefined) {
      const { fromMillis, toMillis, scale } = last.times;
      const firstMillis = Math.max(0, Math.floor(toMillis + (plan.oldestMillis - fromMillis) * scale));
      await sayHiddenEvents(client, plan.logGroupNames, firstMillis, io);
    }
  } catch (error) {
    line.clear();
    if (error instanceof ReplayStoppedError || io.signal.aborted) sayWhere(last, checkpointFile, io);
    throw error;
  } finally {
    if (checkpointFile !== undefined && last) writeFileSync(checkpointFile, `${JSON.stringify(last)}\n`);
  }
}

function sayWhere(last: ReplayCheckpoint | undefined, file: string | undefined, io: CommandIo): void {
  if (!last) return;
  const events = `${last.position.toLocaleString('en-US')} events are through`;
  const how =
    file === undefined ? 'with --checkpoint-file it could go on there' : 'the same command goes on there';
  tell(io.stderr, `${events}; ${how}`);
}

function readCheckpoint(path: string): ReplayCheckpoint | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new OptionError('--checkpoint-file', 'be a file that this process can read', path);
  }
  try {
    return JSON.parse(text) as ReplayCheckpoint;
  } catch {
    throw new OptionError('--checkpoint-file', 'hold a checkpoint of a replay', path);
  }
}
