import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { checkMembers } from '../cloudwatch/check-members.js';
import { checkTime } from '../cloudwatch/check-time.js';
import { checkGivenTexts, checkText } from '../cloudwatch/check-values.js';
import { checkClient } from '../cloudwatch/client-options.js';
import { filteredPages } from '../cloudwatch/filtered-pages.js';
import { namedLogGroup } from '../cloudwatch/named-log-group.js';
import { toRequestError } from '../cloudwatch/request-error.js';
import { ReplaySourceError } from './replay-errors.js';
import { type ReplaySource } from './replay-event.js';

/** Which events of a log group. */
export interface LogGroupSourceOptions {
  /** A name or an ARN. */
  readonly logGroup: string;
  /** Begin and end, both included; a date, or milliseconds since 1970. */
  readonly from: Date | number;
  /** End of the range; see `from`. */
  readonly to: Date | number;
  /** A filter pattern of FilterLogEvents. */
  readonly filterPattern?: string | undefined;
}

const MEMBERS = {
  logGroup: true,
  from: true,
  to: true,
  filterPattern: true,
} as const satisfies Record<keyof LogGroupSourceOptions, true>;

/**
 * Events of a log group, by FilterLogEvents, in the order of time.
 * @param client - reads
 * @throws OptionError for a wrong option
 */
export function logGroupSource(client: CloudWatchLogsClient, options: LogGroupSourceOptions): ReplaySource {
  checkMembers('', options, MEMBERS);
  const { logGroup, from, to, filterPattern } = options;
  checkClient(client);
  checkText('logGroup', logGroup);
  if (filterPattern !== '') checkGivenTexts({ filterPattern });
  const input = {
    ...namedLogGroup(logGroup),
    startTime: checkTime('from', from),
    endTime: checkTime('to', to),
    filterPattern,
  };
  return {
    name: logGroup,
    async *open(signal) {
      try {
        for await (const { events } of filteredPages(client, input, { signal })) {
          for (const { logStreamName, timestamp = 0, message = '' } of events) {
            yield {
              logGroupName: logGroup.replace(/^.*:log-group:([^:]+).*$/, '$1'),
              logStreamName,
              timestamp,
              message,
            };
          }
        }
      } catch (error) {
        signal?.throwIfAborted();
        const cause = toRequestError(error);
        throw new ReplaySourceError(`${logGroup} can't be read: ${cause.message}`, { cause });
      }
    },
  };
}
