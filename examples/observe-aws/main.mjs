// Tries the example without AWS: the local service, and answers of the other clients that are made up. See README.md.
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { LocalCloudWatchLogs } from 'opentelemetry-cloudwatch-logs/simulation';
import { tailLogs } from 'opentelemetry-cloudwatch-logs/tail';
import { followEvents, LOG_GROUP } from './events.mjs';
import { follow } from './follow.mjs';
import { alarmChanges, metricPoints } from './metrics.mjs';

const MINUTE = 60_000;
const wrong = [];
const check = (what, isRight) => {
  console.log(`${isRight ? 'ok  ' : 'FAIL'} ${what}`);
  if (!isRight) wrong.push(what);
};

/** Reads items until there are so many, and ends what they come from. */
async function take(items, count) {
  const taken = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

// A metric: the second question fails, the third brings what it missed and a point that was late.
const start = Date.UTC(2026, 10, 26, 12);
let asked = 0;
const getMetricData = async () => {
  if (++asked === 2) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
  const minutes = asked === 1 ? [0, 2] : [0, 1, 2, 3];
  const Timestamps = minutes.map((minute) => new Date(start + minute * MINUTE));
  return { MetricDataResults: [{ Id: 'bytes', Label: 'billed bytes', Timestamps, Values: minutes }] };
};
const points = await take(follow(metricPoints({ send: getMetricData }, []), { intervalMillis: 1 }), 6);
check(
  'points of a metric, each once, with the gap between',
  points.map(({ kind, value, isFilled }) => (kind === 'event' ? value : `${kind} ${isFilled}`)).join() ===
    '0,2,gap false,1,3,gap true',
);

const describeAlarmHistory = async () => ({
  AlarmHistoryItems: [
    {
      AlarmName: 'otel-logs-records-lost',
      Timestamp: new Date(start),
      HistorySummary: 'Alarm updated from OK to ALARM',
    },
    { AlarmName: 'other', Timestamp: new Date(start), HistorySummary: 'Alarm updated from OK to ALARM' },
  ],
});
const [change] = await take(
  follow(alarmChanges({ send: describeAlarmHistory }, 'otel-logs'), { intervalMillis: 1 }),
  1,
);
check(
  'state changes of our alarms',
  change.alarm === 'otel-logs-records-lost' && /to ALARM$/.test(change.text),
);

// EventBridge: the rule and its target are made up, the log group and who may write to it are the local service's.
const local = await LocalCloudWatchLogs.start();
const connection = {
  endpoint: local.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};
const logs = new CloudWatchLogsClient({ ...connection, disableHostPrefix: true });
const requests = [];
const events = { send: async ({ input }) => void requests.push(input) };
const where = { account: '123456789012', region: 'us-east-1' };
await followEvents({ logs, events }, where);
await followEvents({ logs, events }, where);
check('a rule whose target is the log group', requests[1].Targets[0].Arn.endsWith(`:log-group:${LOG_GROUP}`));

const tail = tailLogs({ client: logs, logGroups: [LOG_GROUP] });
const event = {
  source: 'aws.cloudwatch',
  detail: { alarmName: 'otel-logs-records-lost', state: { value: 'ALARM' } },
};
let found;
for await (const item of tail) {
  if (item.kind === 'session') {
    const names = { logGroupName: LOG_GROUP, logStreamName: 'events' };
    await logs.send(new CreateLogStreamCommand(names));
    const logEvents = [{ timestamp: Date.now(), message: JSON.stringify(event) }];
    await logs.send(new PutLogEventsCommand({ ...names, logEvents }));
  } else if (item.kind === 'event') {
    found = item.event;
    break;
  }
}
check('an event of EventBridge by tailLogs', found?.message === JSON.stringify(event));

logs.destroy();
await local.stop();
if (wrong.length > 0) process.exitCode = 1;
