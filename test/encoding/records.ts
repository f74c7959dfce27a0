import { type CloudWatchLogsClient, type PutLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type DeliverOptions, type Delivery, type DeliveryParts } from '../../src/delivery/delivery.js';
import { type EncodedEvent, type LogEventBatch } from '../../src/delivery/encoded-event.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';

export const NOW = Date.UTC(2026, 10, 21, 7, 30);

export const RESOURCE = resourceFromAttributes({ 'service.name': 'orders', 'service.instance.id': 'i-1' });

export const SCOPE = { name: 'test', version: '1.0' };

/** A record as the SDK hands it to an exporter; `parts` says what matters. */
export function record(parts: Partial<Record<keyof ReadableLogRecord, unknown>> = {}): ReadableLogRecord {
  return {
    hrTime: [NOW / 1000, 0],
    hrTimeObserved: [NOW / 1000, 0],
    body: 'hello',
    resource: RESOURCE,
    instrumentationScope: SCOPE,
    attributes: {},
    droppedAttributesCount: 0,
    ...parts,
  } as ReadableLogRecord;
}

/** Time of a record in milliseconds since 1970. */
export function at(millis: number): [number, number] {
  return [Math.floor(millis / 1000), (millis % 1000) * 1e6];
}

/** The message that an event holds. */
export function messageOf(event: EncodedEvent): string {
  return JSON.parse(event.messageJson) as string;
}

/** A delivery that takes everything, or keeps or loses it. */
export class FakeDelivery implements Delivery {
  readonly batches: LogEventBatch[] = [];
  readonly prepared: unknown[] = [];
  readonly calls: string[] = [];
  mode: 'deliver' | 'keep' | 'lose' = 'deliver';
  losses: DeliveryParts['losses'] | undefined;
  room: DeliveryParts['room'];
  settings: unknown;
  #delivered = 0;
  #held = 0;

  readonly create = (parts: DeliveryParts, settings: unknown): Delivery => {
    this.losses = parts.losses;
    this.room = parts.room;
    this.settings = settings;
    return this;
  };

  deliver(
    batches: readonly LogEventBatch[],
    { reservedBytes = 0 }: DeliverOptions = {},
  ): ReturnType<Delivery['deliver']> {
    this.room?.unreserve(reservedBytes);
    this.batches.push(...batches);
    const count = batches.reduce((sum, batch) => sum + batch.events.length, 0);
    if (this.mode === 'keep') {
      this.#held += count;
      return Promise.resolve({ delivered: 0, kept: count, lost: 0, error: new Error('down') });
    }
    if (this.mode === 'lose') {
      this.losses?.record('delivery_failed', count);
      return Promise.resolve({ delivered: 0, kept: 0, lost: count, error: new Error('denied') });
    }
    this.#delivered += count;
    return Promise.resolve({ delivered: count, kept: 0, lost: 0 });
  }

  prepare(destinations: readonly unknown[]): Promise<void> {
    this.prepared.push(...destinations);
    return Promise.resolve();
  }

  prepareGroup(logGroupName: string): Promise<void> {
    this.prepared.push(logGroupName);
    return Promise.resolve();
  }

  forceFlush: Delivery['forceFlush'] = () => {
    this.calls.push('forceFlush');
    this.#delivered += this.#held;
    this.#held = 0;
    return Promise.resolve();
  };

  shutdown(): Promise<void> {
    this.calls.push('shutdown');
    this.losses?.record('shutdown', this.#held);
    this.#held = 0;
    return Promise.resolve();
  }

  status(): ReturnType<Delivery['status']> {
    return {
      deliveredEvents: this.#delivered,
      deliveredBytes: 0,
      heldEvents: this.#held,
      heldBytes: 0,
      requests: this.batches.length,
      retries: 0,
      throttles: 0,
    };
  }
}

/** A client that remembers what it is asked to send. */
export function fakeClient(): CloudWatchLogsClient & { readonly inputs: PutLogEventsCommandInput[] } {
  const inputs: PutLogEventsCommandInput[] = [];
  const client = {
    inputs,
    destroyed: false,
    send: (command: { input: PutLogEventsCommandInput }) => {
      inputs.push(command.input);
      return Promise.resolve({});
    },
    destroy: () => undefined,
  };
  return client as unknown as CloudWatchLogsClient & { readonly inputs: PutLogEventsCommandInput[] };
}

/** Diagnostics that keep what was said. */
export function listeningDiagnostics(): { diagnostics: Diagnostics; said: string[] } {
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  return {
    said,
    diagnostics: new Diagnostics({ logger: { error: say, warn: say, info: say, debug: say } }),
  };
}
