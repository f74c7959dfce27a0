// Follows a metric, and the state changes of alarms: node metrics.mjs [prefix of alarms]. See README.md.
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { follow } from './follow.mjs';

/** The points of a metric: each minute of each series is one item. */
export function metricPoints(client, queries) {
  return async (from, to, signal) => {
    const items = [];
    let NextToken;
    do {
      const request = {
        MetricDataQueries: queries,
        StartTime: new Date(from),
        EndTime: new Date(to),
        ScanBy: 'TimestampAscending',
        NextToken,
      };
      const page = await client.send(new GetMetricDataCommand(request), { abortSignal: signal });
      for (const { Id, Label, Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
        for (const [index, at] of Timestamps.entries()) {
          items.push({
            id: `${Id} ${at.getTime()}`,
            timeMillis: at.getTime(),
            series: Label ?? Id,
            value: Values[index],
          });
        }
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return items.sort((a, b) => a.timeMillis - b.timeMillis);
  };
}

/** The state changes of alarms. @param prefix - of their names */
export function alarmChanges(client, prefix = '') {
  return async (from, to, signal) => {
    const items = [];
    let NextToken;
    do {
      const request = {
        HistoryItemType: 'StateUpdate',
        StartDate: new Date(from),
        EndDate: new Date(to),
        ScanBy: 'TimestampAscending',
        NextToken,
      };
      const page = await client.send(new DescribeAlarmHistoryCommand(request), { abortSignal: signal });
      for (const { AlarmName = '', Timestamp, HistorySummary } of page.AlarmHistoryItems ?? []) {
        if (!AlarmName.startsWith(prefix)) continue;
        const timeMillis = Timestamp.getTime();
        items.push({ id: `${AlarmName} ${timeMillis}`, timeMillis, alarm: AlarmName, text: HistorySummary });
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return items;
  };
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const client = new CloudWatchClient({});
  const bytes = {
    Id: 'bytes',
    Label: 'billed bytes',
    MetricStat: { Metric: { Namespace: 'AWS/Logs', MetricName: 'IncomingBytes' }, Period: 60, Stat: 'Sum' },
  };
  const print = async (items) => {
    for await (const item of items) console.log(JSON.stringify(item));
  };
  const options = { from: Date.now() - 3_600_000, signal: stop.signal };
  await Promise.all([
    print(follow(metricPoints(client, [bytes]), options)),
    print(follow(alarmChanges(client, process.argv[2]), options)),
  ]);
}
