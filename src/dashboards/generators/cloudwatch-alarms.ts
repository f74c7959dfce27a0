import { checkMembers } from '../../cloudwatch/check-members.js';
import { checkGivenTexts, checkTexts } from '../../cloudwatch/check-values.js';
import { OptionError } from '../../cloudwatch/errors.js';
import { checkLogGroups, checkNamespace, namedLogGroups } from './generator-options.js';

/** Which alarms are made. */
export interface CloudWatchAlarmsOptions {
  /** Namespace in which the exporter's own metrics reach CloudWatch. Default: no alarms of these. */
  readonly metricsNamespace?: string | undefined;
  /** Log groups whose billed bytes are watched, by name or ARN. Default: all of the account and region. */
  readonly logGroups?: readonly string[] | undefined;
  /** Bytes that may be billed in 24 hours. Default 10,000,000,000. */
  readonly billedBytesADay?: number | undefined;
  /** What the alarms' names begin with. Default `otel-logs`. */
  readonly namePrefix?: string | undefined;
  /** ARNs that are told, such as topics of SNS. Default none. */
  readonly actions?: readonly string[] | undefined;
}

/** An input of PutMetricAlarm; CloudFormation's `AWS::CloudWatch::Alarm` has the same properties. */
export interface CloudWatchAlarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly string[];
  readonly OKActions: readonly string[];
  readonly ComparisonOperator: 'GreaterThanThreshold' | 'GreaterThanOrEqualToThreshold';
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly Threshold: number;
  readonly TreatMissingData: 'notBreaching';
  readonly Metrics: readonly Readonly<Record<string, unknown>>[];
}

const MEMBERS = {
  metricsNamespace: true,
  logGroups: true,
  billedBytesADay: true,
  namePrefix: true,
  actions: true,
} as const satisfies Record<keyof CloudWatchAlarmsOptions, true>;

const DAY_SECONDS = 86_400;
/** Metrics of one alarm at the most. Source: PutMetricAlarm, "Metrics". */
const MOST_METRICS = 10;

/**
 * The alarms that a dashboard of the exporter comes with: a breaker open for five minutes, records lost, and billed
 * bytes a day.
 * @returns inputs of PutMetricAlarm; {@link alarmsTemplate} makes a template of them
 * @throws OptionError
 */
export function cloudWatchAlarms(options: CloudWatchAlarmsOptions = {}): CloudWatchAlarm[] {
  checkOptions(options);
  const { metricsNamespace, namePrefix = 'otel-logs', actions = [], billedBytesADay = 10e9 } = options;
  const common = { AlarmActions: actions, OKActions: actions, TreatMissingData: 'notBreaching' } as const;
  const ofExporter: CloudWatchAlarm[] =
    metricsNamespace === undefined
      ? []
      : [
          {
            ...common,
            AlarmName: `${namePrefix}-breaker-open`,
            AlarmDescription:
              'An exporter holds log records back since its endpoint is down, for five minutes now.',
            ComparisonOperator: 'GreaterThanOrEqualToThreshold',
            Threshold: 1,
            EvaluationPeriods: 5,
            DatapointsToAlarm: 5,
            Metrics: [select('MAX', 'cloudwatch_logs.exporter.breaker.open', metricsNamespace)],
          },
          {
            ...common,
            AlarmName: `${namePrefix}-records-lost`,
            AlarmDescription:
              'Log records were not delivered and will not be; the metric has the reason as error.type.',
            ComparisonOperator: 'GreaterThanThreshold',
            Threshold: 0,
            EvaluationPeriods: 1,
            DatapointsToAlarm: 1,
            Metrics: [select('SUM', 'cloudwatch_logs.exporter.dropped', metricsNamespace)],
          },
        ];
  return [
    ...ofExporter,
    {
      ...common,
      AlarmName: `${namePrefix}-billed-bytes-a-day`,
      AlarmDescription: `More than ${billedBytesADay} bytes of log events came in within 24 hours.`,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: billedBytesADay,
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
      Metrics: billedBytes(options.logGroups),
    },
  ];
}

function checkOptions(options: CloudWatchAlarmsOptions): void {
  checkMembers('', options, MEMBERS);
  const { metricsNamespace, logGroups, billedBytesADay, namePrefix, actions } = options;
  checkNamespace(metricsNamespace);
  if (logGroups !== undefined) checkLogGroups(logGroups);
  if (billedBytesADay !== undefined && !(Number.isFinite(billedBytesADay) && billedBytesADay > 0)) {
    throw new OptionError('billedBytesADay', 'be a number above 0', billedBytesADay);
  }
  checkGivenTexts({ namePrefix });
  if (namePrefix !== undefined && !/^[\w.-]{1,100}$/.test(namePrefix)) {
    throw new OptionError('namePrefix', 'have letters, digits and . _ - alone', namePrefix);
  }
  if (actions !== undefined) checkTexts('actions', actions);
  const wrong = actions?.find((action) => !/^arn:[\w-]+:\S{1,1000}$/.test(action));
  if (wrong !== undefined) throw new OptionError('actions', 'hold ARNs', wrong);
}

/** Over all processes, whatever dimensions their metrics have: an alarm takes no SEARCH, but this. */
function select(
  statistic: 'MAX' | 'SUM',
  metric: string,
  namespace: string,
): Readonly<Record<string, unknown>> {
  return {
    Id: 'm1',
    Expression: `SELECT ${statistic}("${metric}") FROM "${namespace}"`,
    Period: 60,
    ReturnData: true,
  };
}

function billedBytes(logGroups: readonly string[] | undefined): readonly Readonly<Record<string, unknown>>[] {
  const one = (id: string, dimensions: object, isResult: boolean): Readonly<Record<string, unknown>> => ({
    Id: id,
    MetricStat: {
      Metric: { Namespace: 'AWS/Logs', MetricName: 'IncomingBytes', ...dimensions },
      Period: DAY_SECONDS,
      Stat: 'Sum',
    },
    ReturnData: isResult,
  });
  if (logGroups === undefined) return [one('m1', {}, true)];
  const named = namedLogGroups(logGroups);
  if (named.length >= MOST_METRICS) {
    throw new OptionError(
      'logGroups',
      `hold fewer than ${MOST_METRICS}, as one alarm has so many metrics`,
      named.length,
    );
  }
  const metrics = named.map(({ name, accountId }, index) => ({
    ...one(`m${index + 1}`, { Dimensions: [{ Name: 'LogGroupName', Value: name }] }, named.length === 1),
    ...(accountId !== undefined && { AccountId: accountId }),
  }));
  if (metrics.length === 1) return metrics;
  const sum = metrics.map((_, index) => `FILL(m${index + 1}, 0)`).join(' + ');
  return [...metrics, { Id: 'sum', Expression: sum, ReturnData: true }];
}
