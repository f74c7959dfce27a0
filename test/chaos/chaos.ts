import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { ExplainedDuplicates, type FullDisk } from './duplicates.js';
import { nextRecord, readMarks } from './promise-marks.js';
import { countRecords, countRequests, type RecordFigures, type RequestFigures } from './report.js';
import { readRequestLog } from './request-log.js';
import { SenderProcess } from './sender-process.js';
import { type SenderReport } from './sender-settings.js';
import { createSmallDisk, type DiskKind, type SmallDisk } from './small-disk.js';
import { deleteGroup, Tally } from './tally.js';
import { seededRandom } from '../../src/simulation/seeded-random.js';
import { forecast, STEADY_FAULTS, type Weather } from './weather.js';

/** What is run. */
export interface ChaosSettings {
  readonly seed: number;
  readonly senders: number;
  /** Of all senders together. */
  readonly records: number;
  /** Records that one sender may have on their way before it waits. */
  readonly maxKept: number;
  /** Milliseconds that a sender waits after each few hundred records; 1 by default. */
  readonly pauseMillis?: number | undefined;
  readonly promise: 'emit' | 'export';
  /** Milliseconds between two kills of a sender; none without it. */
  readonly killEveryMillis?: number | undefined;
  /** What the time of each weather is multiplied with; 1 by default. */
  readonly pace?: number | undefined;
  /** How often the weather changes before it stays fair; until all records are out by default. */
  readonly changes?: number | undefined;
  /** Of so many records the service refuses one; none by default. */
  readonly refusesOneOf?: number | undefined;
  /** How the disk is made full; a small tmpfs where it can be mounted, by default. */
  readonly disk?: DiskKind | undefined;
  /** Options of the exporter; `{disk}` in a text is the disk of this run. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly log?: ((line: string) => void) | undefined;
}

/** What was found, and what was done to the senders. */
export interface ChaosReport extends RecordFigures, RequestFigures {
  readonly kills: number;
  readonly groupDeletions: number;
  readonly restarts: number;
  /** How often the disk was full, and how that was done. */
  readonly fullDisks: number;
  readonly disk: DiskKind;
  /** How many requests each kind of fault struck. */
  readonly struck: Readonly<Record<string, number>>;
  /** Of these, answers to PutLogEvents that were taken away. */
  readonly answersTaken: number;
  /** Files that all senders left on the disk; what is in them was not sent. */
  readonly filesLeft: readonly string[];
  /** Lives at whose end the exporter's own figures did not add up. */
  readonly unbalanced: readonly SenderReport[];
}

const GROUP = '/chaos/orders';

/** The least that a weather strikes, as long as there are requests: a busy machine is slow to make them. */
const REQUESTS_EACH_WEATHER = 6;

/** How much longer than it should a weather may last until there were so many. */
const MAX_STRETCH = 6;

/** Longest time for which a request may still take effect after faults hold all others off. */
const DRAIN_MILLIS = 1000;

/** Runs senders through bad weather and compares what they were promised with what the store holds. */
export async function runChaos(settings: ChaosSettings): Promise<ChaosReport> {
  const directory = mkdtempSync(join(tmpdir(), 'chaos-'));
  const run = new ChaosRun(settings, directory);
  try {
    return await run.run();
  } finally {
    await run.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

class ChaosRun {
  readonly #settings: ChaosSettings;
  readonly #directory: string;
  readonly #random: () => number;
  readonly #recordsEach: number;
  readonly #tally: Tally;
  readonly #disk: SmallDisk;
  readonly #fullDisk: FullDisk[] = [];
  readonly #lives: SenderProcess[] = [];
  readonly #reports: SenderReport[] = [];
  readonly #struck: Record<string, number> = {};
  /** Senders that were killed after their last record was out. */
  readonly #killedAtTheEnd = new Set<number>();
  readonly #over = new AbortController();
  #service!: LocalCloudWatchLogs;
  /** Requests that reached the service. */
  #requests = 0;
  readonly #countRequest = (): void => {
    this.#requests++;
  };
  #answersTaken = 0;
  #kills = 0;
  #groupDeletions = 0;
  #restarts = 0;

  constructor(settings: ChaosSettings, directory: string) {
    this.#settings = settings;
    this.#directory = directory;
    this.#random = seededRandom(settings.seed);
    this.#recordsEach = Math.ceil(settings.records / settings.senders);
    this.#tally = new Tally(settings.senders, this.#recordsEach);
    this.#disk = createSmallDisk(directory, settings.disk);
  }

  async run(): Promise<ChaosReport> {
    subscribe('http.server.request.start', this.#countRequest);
    await this.#startService(0);
    const senders = Array.from({ length: this.#settings.senders }, (_, sender) => this.#live(sender));
    const sending = Promise.all(senders).then(() => {
      this.#over.abort();
    });
    // Whatever fails ends the run: without its weather senders would wait for a fair one for ever.
    await Promise.race([sending, this.#waitForStart()]);
    await Promise.all([sending, this.#makeWeather(), this.#killNowAndThen()]);
    this.#clearFaults();
    await this.#tally.addGroup(this.#service.endpoint, GROUP);
    return this.#report();
  }

  async stop(): Promise<void> {
    unsubscribe('http.server.request.start', this.#countRequest);
    this.#over.abort();
    for (const life of this.#lives) life.kill();
    await Promise.allSettled(this.#lives.map(({ ended }) => ended));
    await this.#service.stop();
    this.#disk.remove();
  }

  async #startService(port: number): Promise<void> {
    this.#service = await LocalCloudWatchLogs.start({
      port,
      dataDirectory: join(this.#directory, 'service'),
      faultSeed: this.#settings.seed,
    });
  }

  /** One sender from its first life to the one that comes to its end. */
  async #live(sender: number): Promise<void> {
    const marksFile = this.#marksFile(sender);
    writeFileSync(marksFile, '');
    truncateSync(marksFile, this.#recordsEach);
    const options = JSON.parse(
      JSON.stringify(this.#settings.options).replaceAll('{disk}', this.#disk.path),
    ) as Record<string, unknown>;
    const { maxKept, pauseMillis = 1, promise } = this.#settings;
    while (!this.#over.signal.aborted) {
      const life = new SenderProcess(
        {
          endpoint: this.#service.endpoint,
          logGroupName: GROUP,
          sender,
          marksFile,
          requestLogFile: this.#requestLogFile(sender),
          firstRecord: nextRecord(readMarks(marksFile)),
          records: this.#recordsEach,
          maxKept,
          pauseMillis,
          promise,
          refusesOneOf: this.#settings.refusesOneOf,
          options,
        },
        this.#disk,
      );
      this.#lives[sender] = life;
      const end = await life.ended;
      if (end !== 'killed') {
        this.#reports.push(end);
        return;
      }
      this.#kills++;
    }
  }

  #marksFile(sender: number): string {
    return join(this.#directory, `marks-${sender}`);
  }

  #requestLogFile(sender: number): string {
    return join(this.#directory, `requests-${sender}`);
  }

  /** Weather until all records are out, then none, so that the run comes to an end. */
  async #makeWeather(): Promise<void> {
    let count = 0;
    for (const weather of forecast(this.#random)) {
      if (this.#allEmitted() || count === this.#settings.changes) break;
      this.#settings.log?.(`weather: ${weather.name}`);
      await this.#haveWeather(weather);
      count++;
      if (count % 9 === 2) await this.#deleteGroup();
      if (count % 9 === 4) await this.#restart();
    }
    this.#clearFaults();
  }

  async #haveWeather({ rules, millis, isDiskFull }: Weather): Promise<void> {
    this.#clearFaults();
    for (const rule of [...rules, ...STEADY_FAULTS]) this.#service.faults.add(rule);
    const from = Date.now();
    if (isDiskFull) this.#disk.fill();
    const least = millis * (this.#settings.pace ?? 1);
    const requests = this.#requests + REQUESTS_EACH_WEATHER;
    await sleep(least);
    while (this.#requests < requests && Date.now() - from < MAX_STRETCH * least && !this.#allEmitted()) {
      await sleep(20);
    }
    if (!isDiskFull) return;
    this.#disk.empty();
    this.#fullDisk.push({ from, to: Date.now() });
  }

  #clearFaults(): void {
    const { faults } = this.#service;
    for (const { rule, struck } of faults.list()) {
      this.#struck[rule.kind] = (this.#struck[rule.kind] ?? 0) + struck;
      const takesAnswer = rule.kind === 'reset-after' || rule.kind === 'truncate';
      if (takesAnswer && rule.operations !== undefined) this.#answersTaken += struck;
    }
    faults.clear();
  }

  async #waitForStart(): Promise<void> {
    while (!this.#allStarted()) await sleep(20);
  }

  #allStarted(): boolean {
    return this.#over.signal.aborted || this.#lives.every((life) => life.hasStarted);
  }

  #allEmitted(): boolean {
    return this.#over.signal.aborted || this.#lives.every((life) => life.hasEmitted);
  }

  /** What is deleted was delivered: it is counted before, while nothing comes in. */
  async #deleteGroup(): Promise<void> {
    const { faults, endpoint } = this.#service;
    this.#settings.log?.('the group is deleted');
    this.#clearFaults();
    faults.add({ kind: 'error', operations: ['PutLogEvents', 'Create*'] });
    await sleep(DRAIN_MILLIS);
    await this.#tally.addGroup(endpoint, GROUP);
    await deleteGroup(endpoint, GROUP);
    this.#groupDeletions++;
  }

  async #restart(): Promise<void> {
    this.#settings.log?.('the service restarts');
    const { port } = this.#service;
    this.#clearFaults();
    await this.#service.stop();
    await sleep(300);
    await this.#startService(port);
    this.#restarts++;
  }

  /** Also once each, a sender that only waits for its last records to be delivered. */
  async #killNowAndThen(): Promise<void> {
    const { killEveryMillis, senders } = this.#settings;
    if (killEveryMillis === undefined) return;
    while (!this.#over.signal.aborted) {
      const millis = killEveryMillis * (0.5 + this.#random());
      await sleep(millis, undefined, { signal: this.#over.signal }).catch(() => undefined);
      const sender = Math.floor(this.#random() * senders);
      const life = this.#lives[sender]!;
      // One that is killed while it loads finds nothing to lose.
      if (!life.hasStarted) continue;
      if (life.hasEmitted) {
        if (this.#killedAtTheEnd.has(sender)) continue;
        this.#killedAtTheEnd.add(sender);
      }
      life.kill();
      this.#settings.log?.('a sender is killed');
    }
  }

  #report(): ChaosReport {
    const senders = Array.from({ length: this.#settings.senders }, (_, sender) => sender);
    const lives = senders.flatMap((sender) => readRequestLog(this.#requestLogFile(sender)));
    const explained = new ExplainedDuplicates(
      {
        senders: senders.length,
        recordsEach: this.#recordsEach,
        hasWriteAhead: 'writeAhead' in this.#settings.options,
      },
      this.#fullDisk,
    );
    for (const life of lives) explained.add(life);
    const marks = senders.map((sender) => readMarks(this.#marksFile(sender)));
    return {
      ...countRecords({
        marks,
        tally: this.#tally,
        explained,
        reports: this.#reports,
        refusesOneOf: this.#settings.refusesOneOf,
      }),
      ...countRequests(lives),
      kills: this.#kills,
      groupDeletions: this.#groupDeletions,
      restarts: this.#restarts,
      fullDisks: this.#fullDisk.length,
      disk: this.#disk.kind,
      struck: this.#struck,
      answersTaken: this.#answersTaken,
      filesLeft: readdirSync(this.#disk.path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name),
      unbalanced: this.#reports.filter(
        ({ emitted, inherited, delivered, kept, dropped, handedOn }) =>
          kept !== 0 || emitted + inherited !== delivered + dropped + handedOn,
      ),
    };
  }
}
