/** Kinds of destinations; each gets messages in a form of its own. */
export type DestinationKind = 'Lambda' | 'Kinesis' | 'Firehose';

/** Where the messages of a subscription really go, after logical destinations are followed. */
export interface DeliveryTarget {
  readonly kind: DestinationKind;
  /** Where something listens in its place. */
  readonly url: string;
  /** The URL itself where a filter names one. */
  readonly arn: string;
  readonly region: string;
  /** The role that lets the service write. */
  readonly roleArn: string | undefined;
}

/** What stands at an ARN; a URL is taken for a function. */
export function destinationKind(destinationArn: string): DestinationKind {
  switch (destinationArn.split(':')[2]) {
    case 'kinesis':
      return 'Kinesis';
    case 'firehose':
      return 'Firehose';
    default:
      return 'Lambda';
  }
}
