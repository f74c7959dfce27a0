import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type Awaitable } from '../awaitable.js';
import { type BackEnd } from '../back-end.js';

/** Takes a back end's requests in its place, on a port of 127.0.0.1, and checks them as it does; or is the real one. */
export interface StandIn {
  readonly port: number;
  /** Every record that it has stored so far, each as a text in which that of its body is found; a duplicate once more. */
  stored(): Awaitable<readonly string[]>;
  /**
   * From now on it refuses records whose body contains a text, and takes all others, as the back end does with what it finds invalid;
   * undefined ends that. Without it what is refused for itself is not tried.
   */
  refuse?: ((text: string | undefined) => Awaitable<void>) | undefined;
  /** What `authenticate` gave so far is not valid any more. Without it that is not tried. */
  expireCredentials?: (() => Awaitable<void>) | undefined;
  /** Ends it, with its connections. */
  stop(): Awaitable<void>;
}

/** Where a back end that is tried finds its stand-in: what lies between makes the faults. */
export interface StandInAddress {
  readonly host: string;
  readonly port: number;
  /** `http://host:port`. */
  readonly url: string;
}

/** What is tried, and with what. */
export interface ConformanceOptions<LogRecord = ReadableLogRecord> {
  /** Makes the back end as an application would. It is called for each process that the kit plays. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- its credentials and answers are its own
  readonly createBackEnd: (address: StandInAddress) => BackEnd<LogRecord, any, any>;
  /** Starts a stand-in for the real thing, or the real thing itself; each scenario has its own. */
  readonly startStandIn: () => Awaitable<StandIn>;
  /**
   * `http`: answers like 503 and 429 are made up on the way; `tcp`: connections alone fail, whatever is spoken over them.
   * Requests are read, gzip too, to know which records they hold. Default `http`.
   */
  readonly protocol?: 'http' | 'tcp' | undefined;
  /** It keeps each id once, so that no record may ever be there twice. Default false: those whose answer was lost may. */
  readonly idempotent?: boolean | undefined;
  /** Makes a record whose body is a text. By default one of OpenTelemetry's, with attributes, resource and span context. */
  readonly createRecord?: ((body: string) => LogRecord) | undefined;
  /** Records of each scenario, from 20 to 100,000. Default 200. */
  readonly records?: number | undefined;
  /** Milliseconds of faults by chance. Default 3,000; 0 for none. */
  readonly soakMillis?: number | undefined;
  /** Chooses the faults of the soak. Default 1. */
  readonly seed?: number | undefined;
  /** Scenarios to run, by name. Default all. */
  readonly only?: readonly string[] | undefined;
  /** Is given the line of counts, and a line for each problem. By default standard output. */
  readonly print?: ((line: string) => void) | undefined;
}

/** Records of a run or of a scenario. */
export interface ConformanceCounts {
  readonly emitted: number;
  /** Different ones that the stand-in has. */
  readonly delivered: number;
  /** Those that it has once more. */
  readonly duplicates: number;
  /** Counted as lost, in `status()`. */
  readonly dropped: number;
  /** Neither there nor counted. */
  readonly lost: number;
}

/** What became of one scenario. */
export interface ScenarioResult extends ConformanceCounts {
  readonly name: string;
  /** What is wrong, in one line each; none where it passed. */
  readonly problems: readonly string[];
}

/** What a run found. */
export interface ConformanceResult extends ConformanceCounts {
  readonly passed: boolean;
  /** `emitted N delivered N duplicates N dropped N lost N` */
  readonly line: string;
  /** Of all scenarios, each with its name. */
  readonly problems: readonly string[];
  readonly scenarios: readonly ScenarioResult[];
}
