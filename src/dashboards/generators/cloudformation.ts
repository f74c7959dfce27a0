import { OptionError } from '../../cloudwatch/errors.js';
import { isObject } from '../../cloudwatch/is-object.js';
import { type CloudWatchAlarm } from './cloudwatch-alarms.js';
import { type CloudWatchDashboardBody } from './cloudwatch-dashboard.js';

/** A template of CloudFormation. */
export interface CloudFormationTemplate {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: object }>>;
}

/** Alarms as a template of CloudFormation. @throws OptionError for what is no list */
export function alarmsTemplate(alarms: readonly CloudWatchAlarm[]): CloudFormationTemplate {
  checkList(alarms);
  const resources = alarms.map(
    (alarm) =>
      [resourceName(alarm.AlarmName), { Type: 'AWS::CloudWatch::Alarm', Properties: alarm }] as const,
  );
  return { AWSTemplateFormatVersion: '2010-09-09', Resources: Object.fromEntries(resources) };
}

/** A dashboard as a template of CloudFormation. @param name - of the dashboard. @throws OptionError */
export function dashboardTemplate(name: string, body: CloudWatchDashboardBody): CloudFormationTemplate {
  if (typeof name !== 'string' || !/^[\w-]{1,255}$/.test(name))
    throw new OptionError('name', 'have letters, digits, - and _ alone', name);
  if (!isObject(body)) throw new OptionError('body', 'be what cloudWatchDashboard gives', body);
  const Properties = { DashboardName: name, DashboardBody: JSON.stringify(body) };
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: { [`${resourceName(name)}Dashboard`]: { Type: 'AWS::CloudWatch::Dashboard', Properties } },
  };
}

/** `otel-logs-breaker-open` is `OtelLogsBreakerOpen`: names of resources have letters and digits alone. */
function resourceName(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function checkList(alarms: unknown): void {
  if (
    !Array.isArray(alarms) ||
    !alarms.every((one) => typeof (Object(one) as Partial<CloudWatchAlarm>).AlarmName === 'string')
  ) {
    throw new OptionError('alarms', 'be a list, as cloudWatchAlarms gives it', alarms);
  }
}
