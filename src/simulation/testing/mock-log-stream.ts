import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkGivenTexts, checkIterable } from '../../cloudwatch/check-values.js';
import { AdjustableClock } from '../faults/adjustable-clock.js';
import type { FaultInjection } from '../faults/fault-injection.js';
import type { FaultRule } from '../faults/fault-rule.js';
import { makePlace, readFixtures, storeFixtures } from '../fixtures.js';
import { checkOptions } from '../local-options.js';
import type { PlacedEvent, PlacedEventFilter } from '../placed-event.js';
import { createService, type Service } from '../service.js';
import { InProcessHandler } from './in-process-handler.js';

/** How a {@link MockLogStream} is made. */
export interface MockLogStreamOptions {
  /** Default `/mock`. */
  readonly logGroupName?: string | undefined;
  /** Default `mock`. */
  readonly logStreamName?: string | undefined;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly clock?: (() => number) | undefined;
  /** Faults in force from the start. */
  readonly faults?: readonly FaultRule[] | undefined;
}

const MEMBERS = {
  logGroupName: true,
  logStreamName: true,
  clock: true,
  faults: true,
} as const satisfies Record<keyof MockLogStreamOptions, true>;

/**
 * A log stream in this process, without a port: its {@link client} is the AWS SDK's own, which asks a local service by
 * function calls where it would send HTTP. Validation, errors, filter patterns, queries and faults are the service's;
 * live tail needs {@link LocalCloudWatchLogs}.
 * @example
 * const stream = await MockLogStream.create();
 * const exporter = new CloudWatchLogExporter({ ...stream.place, client: stream.client });
 */
export class MockLogStream {
  /** For the option `client` of the exporter, look-ups and resources, or to send commands with. */
  readonly client: CloudWatchLogsClient;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Faults that requests meet. A connection that hangs counts as cut, since there is none. */
  readonly faults: FaultInjection;
  /** The time, which can be set. */
  readonly clock: AdjustableClock;
  readonly #service: Service;

  private constructor(
    client: CloudWatchLogsClient,
    service: Service,
    place: { readonly logGroupName: string; readonly logStreamName: string },
    clock: AdjustableClock,
  ) {
    this.client = client;
    this.#service = service;
    this.logGroupName = place.logGroupName;
    this.logStreamName = place.logStreamName;
    this.faults = service.faults;
    this.clock = clock;
    makePlace(service.context, place.logGroupName, place.logStreamName);
  }

  /** @throws OptionError for a wrong option */
  static async create(options: MockLogStreamOptions = {}): Promise<MockLogStream> {
    checkMembers('', options, MEMBERS);
    const { logGroupName = '/mock', logStreamName = 'mock', ...ofService } = options;
    checkGivenTexts({ logGroupName, logStreamName });
    checkOptions(ofService);
    const clock = new AdjustableClock(options.clock ?? Date.now);
    const service = createService(ofService, clock);
    // Loaded here, so that those who use the local service alone don't load the AWS SDK.
    const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
    const client = new CloudWatchLogsClient({
      region: service.home.region,
      // By the endpoint others tell that this is no service of AWS.
      endpoint: 'http://127.0.0.1',
      credentials: { accessKeyId: 'mock', secretAccessKey: 'mock' },
      requestHandler: new InProcessHandler(() => service.context) as never,
    });
    return new MockLogStream(client, service, { logGroupName, logStreamName }, clock);
  }

  /** Log group and stream, as options of the exporter. */
  get place(): { readonly logGroupName: string; readonly logStreamName: string } {
    return { logGroupName: this.logGroupName, logStreamName: this.logStreamName };
  }

  /**
   * Stores events in the stream without a request, of whatever age.
   * @returns how many
   * @throws OptionError for an event that PutLogEvents would not take
   */
  async put(events: Iterable<Pick<PlacedEvent, 'timestamp' | 'message'>>): Promise<number> {
    checkIterable('events', events);
    const placed = [...events].map((event) => {
      const { timestamp, message } = Object(event) as PlacedEvent;
      return { ...this.place, timestamp, message };
    });
    return storeFixtures(this.#service.context, placed);
  }

  /** What is stored, in the order of time: in the stream, unless the filter says where. */
  events(filter: PlacedEventFilter = this.place): PlacedEvent[] {
    return readFixtures(this.#service.context, filter);
  }

  /** Removes everything but the log group and the stream; faults and clock are those of the start. */
  async reset(): Promise<void> {
    await this.#service.reset();
    makePlace(this.#service.context, this.logGroupName, this.logStreamName);
  }

  /** Ends it; its client fails from then on. */
  async close(): Promise<void> {
    this.client.destroy();
    await this.#service.close();
  }
}
