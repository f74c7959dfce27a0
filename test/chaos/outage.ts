import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FaultRule } from '../../src/simulation/faults/fault-rule.js';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import {
  ALL_EMITTED,
  MENDED,
  type OutageKind,
  type OutageSenderReport,
  type OutageSenderSettings,
} from './outage-settings.js';
import { Tally } from './tally.js';

const PROGRAM = fileURLToPath(new URL('outage-sender.js', import.meta.url));
const GROUP = '/chaos/outage';
const MISSING_HOST = 'logs.chaos.invalid';

/** One application that logs through one outage. */
export interface OutageSettings {
  readonly kind: OutageKind;
  readonly isSpooled: boolean;
  readonly recordBytes: number;
  readonly recordsPerSecond: number;
  /** How long the outage lasts, and the application logs. */
  readonly millis: number;
  readonly maxBufferBytes: number;
  /** Bytes that the JavaScript heap of the application may take. */
  readonly maxHeapBytes: number;
}

/** What was found. `emitted` is `delivered + dropped + lost`. */
export interface OutageReport {
  readonly emitted: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly dropped: number;
  readonly lost: number;
  readonly droppedByReason: Readonly<Record<string, number>>;
  /** Records dropped though there was room for them. */
  readonly dropsWithoutNeed: number;
  readonly maxResidentBytes: number;
}

const FAULTS: Readonly<Partial<Record<OutageKind, FaultRule>>> = {
  reset: { kind: 'reset-before' },
  503: { kind: 'error' },
  throttled: { kind: 'throttle' },
  hanging: { kind: 'hang' },
};

/** Runs an application from the first moment of an outage until all that it kept is delivered. */
export async function runOutage(settings: OutageSettings): Promise<OutageReport> {
  const directory = mkdtempSync(join(tmpdir(), 'outage-'));
  const port = await freePort();
  const service = new OutageService(port, settings.kind);
  await service.begin();
  const sender: OutageSenderSettings = {
    endpoint: `http://${settings.kind === 'DNS' ? MISSING_HOST : '127.0.0.1'}:${port}`,
    logGroupName: GROUP,
    sender: 0,
    recordBytes: settings.recordBytes,
    recordsPerSecond: settings.recordsPerSecond,
    millis: settings.millis,
    spool: settings.isSpooled ? join(directory, 'spool') : undefined,
    maxBufferBytes: settings.maxBufferBytes,
    missingHost: settings.kind === 'DNS' ? MISSING_HOST : undefined,
  };
  // Coverage is measured elsewhere, and writing it would put off every end.
  const { NODE_V8_COVERAGE: _, ...environment } = process.env;
  const child = fork(PROGRAM, [JSON.stringify(sender)], {
    env: environment,
    execArgv: ['--no-warnings', `--max-old-space-size=${Math.ceil(settings.maxHeapBytes / 1024 ** 2)}`],
  });
  try {
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the application ended with ${String(code)}`);
    });
    ended.catch(() => undefined);
    await Promise.race([messageOf(child, (message) => message === ALL_EMITTED), ended]);
    await service.mend();
    child.send(MENDED);
    const report = (await Promise.race([
      messageOf(child, (message) => typeof message === 'object'),
      ended,
    ])) as OutageSenderReport;
    const tally = new Tally(1, report.emitted);
    await tally.addGroup(`http://127.0.0.1:${port}`, GROUP);
    return compare(report, tally);
  } finally {
    child.kill('SIGKILL');
    await service.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The report for a terminal, a line each. */
export function describeOutage(report: OutageReport): string[] {
  const { emitted, delivered, duplicates, dropped, lost, dropsWithoutNeed, maxResidentBytes } = report;
  return [
    `emitted ${emitted} delivered ${delivered} duplicates ${duplicates} dropped ${dropped} lost ${lost}`,
    ...Object.entries(report.droppedByReason).map(([reason, count]) => `  dropped ${reason} ${count}`),
    `  drops without need ${dropsWithoutNeed}; memory at most ${Math.round(maxResidentBytes / 1024 ** 2)} MiB`,
  ];
}

/** What a run must not show. */
export function faultsInOutage({ duplicates, lost, dropsWithoutNeed }: OutageReport): string[] {
  const faults: string[] = [];
  if (lost !== 0) faults.push(`lost ${lost}`);
  if (duplicates !== 0) faults.push(`${duplicates} duplicates, though no answer was lost`);
  if (dropsWithoutNeed !== 0) faults.push(`dropped ${dropsWithoutNeed}, though there was room for them`);
  return faults;
}

function compare(report: OutageSenderReport, tally: Tally): OutageReport {
  const { dropped, droppedByReason, dropsWithoutNeed, emitted, maxResidentBytes } = report;
  let delivered = 0;
  let duplicates = 0;
  for (let record = 0; record < emitted; record++) {
    const count = tally.count(0, record);
    if (count > 0) delivered++;
    duplicates += Math.max(0, count - 1);
  }
  return {
    emitted,
    delivered,
    duplicates,
    dropped,
    droppedByReason,
    lost: emitted - delivered - dropped,
    dropsWithoutNeed,
    maxResidentBytes,
  };
}

/** The service of a run: out of reach, then well. */
class OutageService {
  readonly #port: number;
  readonly #kind: OutageKind;
  #service: LocalCloudWatchLogs | undefined;

  constructor(port: number, kind: OutageKind) {
    this.#port = port;
    this.#kind = kind;
  }

  async begin(): Promise<void> {
    const fault = FAULTS[this.#kind];
    // Whoever asks for a host that is not there reaches nobody.
    if (this.#kind === 'refused' || this.#kind === 'DNS') return;
    this.#service = await LocalCloudWatchLogs.start({ port: this.#port });
    this.#service.faults.add(fault!);
  }

  async mend(): Promise<void> {
    this.#service ??= await LocalCloudWatchLogs.start({ port: this.#port });
    this.#service.faults.clear();
  }

  async stop(): Promise<void> {
    await this.#service?.stop();
  }
}

async function messageOf(
  child: ReturnType<typeof fork>,
  isIt: (message: unknown) => boolean,
): Promise<unknown> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [unknown];
    if (isIt(message)) return message;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
