import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalCloudWatchLogs } from '../../src/simulation/index.js';
import { nextRecord, PROMISED, readMarks } from './promise-marks.js';
import { SenderProcess } from './sender-process.js';
import { type SenderReport } from './sender-settings.js';
import { deleteGroup, Tally } from './tally.js';
import { dice, forecast, STEADY_FAULTS } from './weather.js';

/** What is run. */
export interface ChaosSettings {
  readonly seed: number;
  readonly senders: number;
  /** Of all senders together. */
  readonly records: number;
  /** Records that one sender may have on their way before it waits. */
  readonly maxKept: number;
  readonly promise: 'emit' | 'export';
  /** Milliseconds between two kills of a sender; none without it. */
  readonly killEveryMillis?: number | undefined;
  /** What the time of each weather is multiplied with; 1 by default. */
  readonly pace?: number | undefined;
  /** How often the weather changes before it stays fair; until all records are out by default. */
  readonly changes?: number | undefined;
  /** Options of the exporter; `{directory}` in a text is a folder of this run. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly log?: ((line: string) => void) | undefined;
}

/** What was found. `emitted` is `delivered + dropped + lost`. */
export interface ChaosReport {
  /** Records that were promised: see {@link ChaosSettings.promise}. */
  readonly emitted: number;
  /** Of these, found in the store at least once. */
  readonly delivered: number;
  /** Events found beyond the first of their record. */
  readonly duplicates: number;
  readonly dropped: number;
  readonly droppedByReason: Readonly<Record<string, number>>;
  readonly lost: number;
  /** Records found in the store although they were not promised when their sender was killed. */
  readonly unpromised: number;
  readonly kills: number;
  readonly requests: number;
  readonly retries: number;
  readonly groupDeletions: number;
  readonly restarts: number;
}

const GROUP = '/chaos/orders';

/** Longest time for which a request may still take effect after faults hold all others off. */
const DRAIN_MILLIS = 800;

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
  readonly #lives: SenderProcess[] = [];
  readonly #reports: SenderReport[] = [];
  #service!: LocalCloudWatchLogs;
  #kills = 0;
  #groupDeletions = 0;
  #restarts = 0;
  #isOver = false;

  constructor(settings: ChaosSettings, directory: string) {
    this.#settings = settings;
    this.#directory = directory;
    this.#random = dice(settings.seed);
    this.#recordsEach = Math.ceil(settings.records / settings.senders);
    this.#tally = new Tally(settings.senders, this.#recordsEach);
  }

  async run(): Promise<ChaosReport> {
    await this.#startService(0);
    const senders = Array.from({ length: this.#settings.senders }, (_, sender) => this.#live(sender));
    const weather = this.#makeWeather();
    const killing = this.#killNowAndThen();
    await Promise.all(senders);
    this.#isOver = true;
    await Promise.all([weather, killing]);
    this.#service.faults.clear();
    await this.#tally.addGroup(this.#service.endpoint, GROUP);
    return this.#report();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    for (const life of this.#lives) life.kill();
    await this.#service.stop();
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
    const marksFile = join(this.#directory, `marks-${sender}`);
    writeFileSync(marksFile, '');
    truncateSync(marksFile, this.#recordsEach);
    const options = JSON.parse(
      JSON.stringify(this.#settings.options).replaceAll('{directory}', this.#directory),
    ) as Record<string, unknown>;
    for (;;) {
      const { maxKept, promise } = this.#settings;
      const life = new SenderProcess({
        endpoint: this.#service.endpoint,
        logGroupName: GROUP,
        sender,
        marksFile,
        firstRecord: nextRecord(readMarks(marksFile)),
        records: this.#recordsEach,
        maxKept,
        promise,
        options,
      });
      this.#lives[sender] = life;
      const end = await life.ended;
      if (end === 'killed') continue;
      this.#reports.push(end);
      return;
    }
  }

  /** Weather until all records are out, then none, so that the run comes to an end. */
  async #makeWeather(): Promise<void> {
    let count = 0;
    for (const { name, rules, millis } of forecast(this.#random)) {
      if (this.#allEmitted() || count === this.#settings.changes) break;
      this.#settings.log?.(`weather: ${name}`);
      this.#service.faults.clear();
      for (const rule of [...rules, ...STEADY_FAULTS]) this.#service.faults.add(rule);
      await sleep(millis * (this.#settings.pace ?? 1));
      count++;
      if (count % 5 === 2) await this.#deleteGroup();
      if (count % 9 === 4) await this.#restart();
    }
    this.#service.faults.clear();
  }

  #allEmitted(): boolean {
    return this.#isOver || this.#lives.every((life) => life.hasEmitted);
  }

  /** What is deleted was delivered: it is counted before, while nothing comes in. */
  async #deleteGroup(): Promise<void> {
    const { faults, endpoint } = this.#service;
    this.#settings.log?.('the group is deleted');
    faults.clear();
    faults.add({ kind: 'error', operations: ['PutLogEvents', 'Create*'] });
    await sleep(DRAIN_MILLIS);
    await this.#tally.addGroup(endpoint, GROUP);
    await deleteGroup(endpoint, GROUP);
    this.#groupDeletions++;
  }

  async #restart(): Promise<void> {
    this.#settings.log?.('the service restarts');
    const { port } = this.#service;
    await this.#service.stop();
    await sleep(300);
    await this.#startService(port);
    this.#restarts++;
  }

  async #killNowAndThen(): Promise<void> {
    const { killEveryMillis, senders } = this.#settings;
    if (killEveryMillis === undefined) return;
    while (!this.#allEmitted()) {
      await sleep(killEveryMillis * (0.5 + this.#random()));
      const life = this.#lives[Math.floor(this.#random() * senders)]!;
      if (this.#allEmitted() || life.hasEmitted) continue;
      life.kill();
      this.#kills++;
      this.#settings.log?.('a sender is killed');
    }
  }

  #report(): ChaosReport {
    const found = { emitted: 0, delivered: 0, duplicates: 0, unpromised: 0 };
    for (let sender = 0; sender < this.#settings.senders; sender++) {
      const marks = readMarks(join(this.#directory, `marks-${sender}`));
      for (let record = 0; record < marks.length; record++) {
        const count = this.#tally.count(sender, record);
        found.duplicates += Math.max(0, count - 1);
        if (marks[record] === PROMISED) {
          found.emitted++;
          if (count > 0) found.delivered++;
        } else if (count > 0) {
          found.unpromised++;
        }
      }
    }
    const droppedByReason: Record<string, number> = {};
    for (const report of this.#reports) {
      for (const [reason, count] of Object.entries(report.droppedByReason)) {
        droppedByReason[reason] = (droppedByReason[reason] ?? 0) + count;
      }
    }
    const sum = (member: 'dropped' | 'requests' | 'retries'): number =>
      this.#reports.reduce((total, report) => total + report[member], 0);
    const dropped = sum('dropped');
    return {
      ...found,
      dropped,
      droppedByReason,
      lost: found.emitted - found.delivered - dropped,
      kills: this.#kills,
      requests: sum('requests'),
      retries: sum('retries'),
      groupDeletions: this.#groupDeletions,
      restarts: this.#restarts,
    };
  }
}
