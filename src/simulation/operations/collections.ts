/** Documents of the catalog that the operations keep, and the names of their collections. */
import type { RequestOf } from '../protocol/request-shapes.js';
import type { LogGroupClassName } from '../../cloudwatch/limits.js';

export interface LogGroupDocument {
  readonly logGroupName: string;
  /** Milliseconds since 1970. */
  readonly creationTime: number;
  readonly logGroupClass: LogGroupClassName;
  readonly tags: Readonly<Record<string, string>>;
  readonly retentionInDays?: number | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly deletionProtectionEnabled: boolean;
  readonly bearerTokenAuthenticationEnabled?: boolean | undefined;
  readonly dataProtectionPolicy?: { readonly document: string; readonly lastUpdatedTime: number } | undefined;
  /** A data protection policy was deleted. */
  readonly hadDataProtectionPolicy?: boolean | undefined;
  /** Fields that a policy once named and none names now, and since when (milliseconds). */
  readonly formerIndexFields?: Readonly<Record<string, number>> | undefined;
  readonly indexPolicy?: { readonly document: string; readonly lastUpdateTime: number } | undefined;
}

export interface LogStreamDocument {
  readonly logStreamName: string;
  readonly creationTime: number;
}

export const LOG_GROUPS = 'log-groups';

export function logStreamsOf(logGroupName: string): string {
  return `log-streams ${logGroupName}`;
}

/** Tokens of an endpoint of before 2023, by stream. */
export function sequenceTokensOf(logGroupName: string): string {
  return `sequence-tokens ${logGroupName}`;
}

export interface SequenceTokenDocument {
  /** What the next put has to bring. */
  readonly token: string;
  /** What the last put brought. */
  readonly previous?: string | undefined;
  /** Of the events of the last put. */
  readonly digest: string;
}

export function metricFiltersOf(logGroupName: string): string {
  return `metric-filters ${logGroupName}`;
}

export function subscriptionFiltersOf(logGroupName: string): string {
  return `subscription-filters ${logGroupName}`;
}

export const ACCOUNT_POLICIES = 'account-policies';

export interface AccountPolicyDocument {
  readonly policyName: string;
  readonly policyType: string;
  readonly policyDocument: string;
  readonly selectionCriteria?: string | undefined;
  readonly lastUpdatedTime: number;
  readonly creationTime: number;
  /** What was in force when the policy was last changed, where a change takes time. */
  readonly previous?: AccountPolicyDocument | undefined;
}

export interface MetricFilterDocument {
  readonly filterName: string;
  readonly filterPattern: string;
  readonly metricTransformations: RequestOf<'PutMetricFilter'>['metricTransformations'];
  readonly creationTime: number;
  readonly logGroupName: string;
  readonly applyOnTransformedLogs: boolean;
  readonly fieldSelectionCriteria?: string | undefined;
  readonly emitSystemFieldDimensions?: readonly string[] | undefined;
}

export interface SubscriptionFilterDocument {
  readonly filterName: string;
  readonly logGroupName: string;
  readonly filterPattern: string;
  readonly destinationArn: string;
  readonly roleArn?: string | undefined;
  readonly distribution: 'Random' | 'ByLogStream';
  readonly applyOnTransformedLogs: boolean;
  readonly fieldSelectionCriteria?: string | undefined;
  readonly emitSystemFields?: readonly string[] | undefined;
  readonly creationTime: number;
}

export const DESTINATIONS = 'destinations';

export interface DestinationDocument {
  readonly destinationName: string;
  readonly targetArn: string;
  readonly roleArn: string;
  readonly accessPolicy?: string | undefined;
  readonly arn: string;
  readonly creationTime: number;
  readonly tags: Readonly<Record<string, string>>;
}

export const LOOKUP_TABLES = 'lookup-tables';

export interface LookupTableDocument {
  readonly lookupTableName: string;
  readonly description?: string | undefined;
  /** CSV with a header row. */
  readonly tableBody: string;
  readonly kmsKeyId?: string | undefined;
  readonly lastUpdatedTime: number;
  readonly tags: Readonly<Record<string, string>>;
}

export const DELIVERY_SOURCES = 'delivery-sources';

export interface DeliverySourceDocument {
  readonly name: string;
  readonly arn: string;
  readonly resourceArns: readonly string[];
  readonly service: string;
  readonly logType: string;
  readonly deliverySourceConfiguration?: Readonly<Record<string, string>> | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export const DELIVERY_DESTINATIONS = 'delivery-destinations';

export interface DeliveryDestinationDocument {
  readonly name: string;
  readonly arn: string;
  readonly deliveryDestinationType: 'S3' | 'CWL' | 'FH' | 'XRAY';
  readonly outputFormat?: string | undefined;
  readonly deliveryDestinationConfiguration?: { readonly destinationResourceArn: string } | undefined;
  readonly roleArn?: string | undefined;
  readonly policy?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export const DELIVERIES = 'deliveries';

export interface DeliveryDocument {
  readonly id: string;
  readonly arn: string;
  readonly deliverySourceName: string;
  readonly deliveryDestinationArn: string;
  readonly deliveryDestinationType: DeliveryDestinationDocument['deliveryDestinationType'];
  readonly recordFields?: readonly string[] | undefined;
  readonly fieldDelimiter?: string | undefined;
  readonly s3DeliveryConfiguration?: RequestOf<'CreateDelivery'>['s3DeliveryConfiguration'];
  readonly tags: Readonly<Record<string, string>>;
}

export const QUERY_DEFINITIONS = 'query-definitions';

export interface QueryDefinitionDocument {
  readonly queryDefinitionId: string;
  readonly name: string;
  readonly queryString: string;
  readonly queryLanguage: string;
  readonly logGroupNames: readonly string[];
  readonly lastModified: number;
  readonly parameters?: RequestOf<'PutQueryDefinition'>['parameters'];
}

export const RESOURCE_POLICIES = 'resource-policies';

/** Where the policy of a log group stands among {@link RESOURCE_POLICIES}. */
export function resourcePolicyKey(logGroupName: string): string {
  return `resource ${logGroupName}`;
}

export interface ResourcePolicyDocument {
  readonly policyName?: string | undefined;
  readonly policyDocument: string;
  readonly lastUpdatedTime: number;
  readonly policyScope: 'ACCOUNT' | 'RESOURCE';
  readonly resourceArn?: string | undefined;
  readonly revisionId?: string | undefined;
}

export const EXPORT_TASKS = 'export-tasks';

export interface ExportTaskDocument {
  readonly taskId: string;
  readonly taskName?: string | undefined;
  readonly logGroupName: string;
  readonly logStreamNamePrefix?: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly destination: string;
  readonly destinationPrefix: string;
  readonly status: { readonly code: string; readonly message?: string };
  readonly executionInfo: { readonly creationTime: number; readonly completionTime?: number };
}
