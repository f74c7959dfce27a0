import { createHash, randomUUID } from 'node:crypto';

import type { DeliveryTarget } from './delivery-target.js';
import { encodeMessage, type SubscriptionMessage } from './payload.js';

/** A request that hands a message to what listens in place of a destination. */
export interface DeliveryRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The shards of a stream are not known here: records are shown as those of its first. */
const SHARD = 'shardId-000000000000';
const SEQUENCE_DIGITS = 56;
/** Begins as the sequence numbers of Kinesis do. */
const FIRST_SEQUENCE_NUMBER = 4959n * 10n ** 52n;

/** Makes the requests of one destination, each in the destination's own form. */
export class DeliveryRequests {
  #records = 0n;

  /**
   * @param partition - which messages belong together; undefined for those that are spread at random
   * @param now - milliseconds since 1970
   */
  async make(
    target: DeliveryTarget,
    message: SubscriptionMessage,
    { partition, now }: { readonly partition: string | undefined; readonly now: number },
  ): Promise<DeliveryRequest> {
    // Counted before the data are ready, so that the numbers keep the order of the messages.
    const sequenceNumber = this.#nextSequenceNumber();
    const data = await encodeMessage(message);
    switch (target.kind) {
      case 'Lambda':
        return json({ awslogs: { data } });
      case 'Kinesis':
        return json(kinesisEvent(target, { data, sequenceNumber, partition, now }));
      case 'Firehose':
        return firehoseRequest(target, { data, sequenceNumber, now });
    }
  }

  #nextSequenceNumber(): string {
    return String(FIRST_SEQUENCE_NUMBER + this.#records++).padStart(SEQUENCE_DIGITS, '0');
  }
}

interface RecordData {
  readonly data: string;
  readonly sequenceNumber: string;
  readonly now: number;
}

/** The event that a consumer of a stream gets. Source: Lambda developer guide, "Using Lambda with Kinesis". */
function kinesisEvent(
  { arn, region, roleArn }: DeliveryTarget,
  { data, sequenceNumber, partition, now }: RecordData & { readonly partition: string | undefined },
): object {
  return {
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          // Not documented how it is made; the records of one stream of events have the same.
          partitionKey:
            partition === undefined ? randomUUID() : createHash('md5').update(partition).digest('hex'),
          sequenceNumber,
          data,
          approximateArrivalTimestamp: now / 1000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `${SHARD}:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: roleArn,
        awsRegion: region,
        eventSourceARN: arn,
      },
    ],
  };
}

/**
 * What Firehose sends to an HTTP endpoint, with the members that a function which transforms records gets beside
 * them. Source: Firehose developer guide, "HTTP endpoint delivery request and response specifications" and "Data
 * transformation".
 */
function firehoseRequest(
  { arn, region }: DeliveryTarget,
  { data, sequenceNumber, now }: RecordData,
): DeliveryRequest {
  const requestId = randomUUID();
  return json(
    {
      requestId,
      timestamp: now,
      invocationId: requestId,
      deliveryStreamArn: arn,
      region,
      records: [{ recordId: sequenceNumber, approximateArrivalTimestamp: now, data }],
    },
    {
      'x-amz-firehose-protocol-version': '1.0',
      'x-amz-firehose-request-id': requestId,
      'x-amz-firehose-source-arn': arn,
    },
  );
}

function json(body: object, headers: Readonly<Record<string, string>> = {}): DeliveryRequest {
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
