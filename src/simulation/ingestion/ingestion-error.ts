import { CloudWatchLogsError } from '../../cloudwatch/errors.js';

/** A body that an ingestion endpoint can't read; the endpoint answers 400 with the message. */
export class IngestionError extends CloudWatchLogsError {
  constructor(message: string) {
    super('ERR_INGESTION', message);
  }
}

/** One event as an ingestion endpoint stores it. */
export interface IngestedEvent {
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}
