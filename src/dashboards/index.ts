export { createLookupHandler, type LookupHandler } from './look-up-handler.js';
export { type LookupHandlerOptions } from './handler-options.js';
export { type LookUpEngine } from './look-up-engine.js';
export { type RequestPeer } from './access.js';
export { type NodeListener, toNodeListener } from './node-listener.js';
export { type LiveBatch, type LiveRequest, type LiveSource } from './live-source.js';
export { type ConsoleLinks, type ConsoleView, consoleLinks } from '../cloudwatch/console-links.js';
export { lookUpMarkdown } from './look-up-markdown.js';
export {
  createTraceWidget,
  type TraceWidgetAnswer,
  type TraceWidgetContext,
  type TraceWidgetHandler,
} from './widget/trace-widget.js';
export { type TraceWidgetOptions } from './widget/widget-settings.js';
export {
  cloudWatchDashboard,
  type CloudWatchDashboardBody,
  type CloudWatchDashboardOptions,
  type CloudWatchWidget,
} from './generators/cloudwatch-dashboard.js';
export {
  type CloudWatchAlarm,
  cloudWatchAlarms,
  type CloudWatchAlarmsOptions,
} from './generators/cloudwatch-alarms.js';
export {
  grafanaDashboard,
  type GrafanaDashboard,
  type GrafanaOptions,
} from './generators/grafana-dashboard.js';
export {
  grafanaProvisioning,
  type GrafanaProvisioning,
  type GrafanaProvisioningOptions,
  type TraceDataSource,
} from './generators/grafana-provisioning.js';
export { type IamPolicy } from '../cloudwatch/iam-policy.js';
export { traceWidgetPolicies, type TraceWidgetPolicies } from './generators/widget-policies.js';
export {
  alarmsTemplate,
  type CloudFormationTemplate,
  dashboardTemplate,
} from './generators/cloudformation.js';
