import {
  anyText,
  boolean,
  double,
  integer,
  list,
  long,
  map,
  oneOf,
  required,
  structure,
  text,
  type ValueOf,
} from './shapes.js';

// Source of every rule: the public model of the CloudWatch Logs API (2014-03-28) and, for members and values
// of later date, the type documentation of @aws-sdk/client-cloudwatch-logs.

const logGroupName = text({ min: 1, max: 512, pattern: '[\\.\\-_/#A-Za-z0-9]+' });
const kmsKeyId = text({ max: 256 });
const resourceIdentifier = text({ min: 1, max: 2048, pattern: '[\\w+=/:,.@\\-\\*]*' });
const exportTaskId = text({ min: 1, max: 512 });
const exportTaskName = text({ min: 1, max: 512 });
const logStreamName = text({ min: 1, max: 512, pattern: '[^:*]*' });
const timestamp = long({ min: 0 });
const exportDestinationBucket = text({ min: 1, max: 512 });
const tagKey = text({ min: 1, max: 128, pattern: '^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$' });
const tagValue = text({ max: 256, pattern: '^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$' });
const tags = map(tagKey, tagValue, { min: 1, max: 50 });
const logGroupClass = oneOf('STANDARD', 'INFREQUENT_ACCESS', 'ESSENTIALS', 'DELIVERY');
const policyType = oneOf(
  'DATA_PROTECTION_POLICY',
  'SUBSCRIPTION_FILTER_POLICY',
  'FIELD_INDEX_POLICY',
  'TRANSFORMER_POLICY',
  'METRIC_EXTRACTION_POLICY',
  'RETENTION_POLICY',
);
const logGroupIdentifier = text({ min: 1, max: 2048, pattern: '[\\w#+=/:,.@-]*' });
const destinationName = text({ min: 1, max: 512, pattern: '[^:*]*' });
const filterName = text({ min: 1, max: 512, pattern: '[^:*]*' });
const queryId = text({ max: 256 });
const expectedRevisionId = text({ min: 1 });
const accountId = text({ min: 12, max: 12, pattern: '^\\d{12}$' });
const accountIds = list(accountId, { max: 20 });
const nextToken = text({ min: 1 });
const service = text({ min: 1, max: 255, pattern: '[\\w_-]*' });
const logType = text({ min: 1, max: 255, pattern: '[\\w]*' });
const logTypes = list(logType, { min: 1, max: 10 });
const resourceType = text({ min: 1, max: 255, pattern: '[\\w-_]*' });
const resourceTypes = list(resourceType, { min: 1, max: 10 });
const deliveryDestinationType = oneOf('S3', 'CWL', 'FH', 'XRAY');
const deliveryDestinationTypes = list(deliveryDestinationType, { min: 1, max: 4 });
const deliveryName = text({ min: 1, max: 60, pattern: '[\\w-]*' });
const deliveryId = text({ min: 1, max: 64, pattern: '^[0-9A-Za-z]+$' });
// In the order in which the service names them.
const outputFormat = oneOf('w3c', 'raw', 'json', 'plain', 'parquet');
const deliveryDestinationConfiguration = structure('DeliveryDestinationConfiguration', {
  destinationResourceArn: required(anyText),
});
const deliveryDestinationPolicy = text({ min: 1, max: 51200 });
const deliverySourceConfiguration = map(text({ min: 1, max: 255 }), text({ min: 1, max: 255 }));
const recordFields = list(text({ min: 1, max: 64 }), { max: 128 });
const fieldDelimiter = text({ max: 5 });
const s3DeliveryConfiguration = structure('S3DeliveryConfiguration', {
  suffixPath: text({ min: 1, max: 256 }),
  enableHiveCompatiblePath: boolean,
});
const describeLimit = integer({ min: 1, max: 50 });
const strList = list(anyText);
const exportTaskStatusCode = oneOf(
  'CANCELLED',
  'COMPLETED',
  'FAILED',
  'PENDING',
  'PENDING_CANCEL',
  'RUNNING',
);
const describeFieldIndexesLogGroupIdentifiers = list(logGroupIdentifier, { min: 1, max: 100 });
const indexCategory = oneOf('DEFAULT', 'CUSTOM', 'AUTO', 'INACTIVE');
const indexCategories = list(indexCategory);
const describeIndexPoliciesLogGroupIdentifiers = list(logGroupIdentifier, { min: 1, max: 1 });
const logGroupNamePattern = text({ max: 512, pattern: '[\\.\\-_/#A-Za-z0-9]*' });
const describeLogGroupsLogGroupIdentifiers = list(logGroupIdentifier, { min: 1, max: 50 });
const orderBy = oneOf('LogStreamName', 'LastEventTime');
const lookupTableName = text({ min: 1, max: 256, pattern: '^[a-zA-Z0-9_]+$' });
// The model has no lower bound; a page of nothing would never end.
const describeLookupTablesMaxResults = integer({ min: 1, max: 100 });
const lookupTableDescription = text({ max: 1024 });
const lookupTableBody = text({ min: 1, max: 10_485_760 });
const listLogGroupsForQueryMaxResults = integer({ min: 50, max: 500 });
const metricName = text({ max: 255, pattern: '[^:*$]*' });
// The model forbids ":" as well; the service takes it (a public suite made `A.B-c_d/1#2:x` at AWS in 2026).
const metricNamespace = text({ max: 255, pattern: '[^*$]*' });
const queryStatus = oneOf('Scheduled', 'Running', 'Complete', 'Failed', 'Cancelled', 'Timeout', 'Unknown');
const describeQueriesMaxResults = integer({ min: 1, max: 1000 });
const queryLanguage = oneOf('CWLI', 'SQL', 'PPL');
const queryDefinitionName = text({ min: 1, max: 255 });
const queryListMaxResults = integer({ min: 1, max: 1000 });
const policyScope = oneOf('ACCOUNT', 'RESOURCE');
const inputLogStreamNames = list(logStreamName, { min: 1, max: 100 });
const filterPattern = text({ max: 1024 });
const eventsLimit = integer({ min: 1, max: 10000 });
const getQueryResultsNextToken = text({ max: 1024 });
const getQueryResultsMaxItems = integer({ min: 0, max: 10000 });
const anomalyDetectorArn = text({ min: 1, pattern: '[\\w#+=/:,.@-]*' });
const suppressionState = oneOf('SUPPRESSED', 'UNSUPPRESSED');
const listAnomaliesLimit = integer({ min: 1, max: 50 });
const integrationNamePrefix = text({ min: 1, max: 50, pattern: '[\\.\\-_/#A-Za-z0-9]+' });
const integrationType = oneOf('OPENSEARCH');
const integrationStatus = oneOf('PROVISIONING', 'ACTIVE', 'FAILED');
const logGroupArn = text({ min: 1, max: 2048, pattern: '[\\w#+=/:,.@-]*' });
const listLogAnomalyDetectorsLimit = integer({ min: 1, max: 50 });
const logGroupNameRegexPattern = text({
  min: 3,
  max: 129,
  pattern: '(\\^?[\\.\\-_\\/#A-Za-z0-9]{3,24})(\\|\\^?[\\.\\-_\\/#A-Za-z0-9]{3,24}){0,4}',
});
const listLimit = integer({ min: 1, max: 1000 });
const dataSourceFilter = structure('DataSourceFilter', { name: required(anyText), type: anyText });
const dataSourceFilters = list(dataSourceFilter, { min: 1, max: 5 });
const fieldIndexName = text({ min: 1, max: 512, pattern: '[\\.\\-_/#A-Za-z0-9]+' });
const fieldIndexNames = list(fieldIndexName, { min: 1, max: 20 });
const tagFilterKey = text({ min: 1, max: 128, pattern: '^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$' });
const tagFilterValue = text({ max: 259, pattern: '^!?\\*?([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)\\*?$' });
const tagFilterValues = list(tagFilterValue, { max: 5 });
const tagFilter = structure('TagFilter', { key: required(tagFilterKey), values: tagFilterValues });
const tagFilters = list(tagFilter, { min: 1, max: 5 });
const listScheduledQueriesMaxResults = integer({ min: 1, max: 1000 });
const scheduledQueryState = oneOf('ENABLED', 'DISABLED');
// The model's pattern is left to the handlers, who answer it in other words.
const amazonResourceName = text({ min: 1, max: 1011 });
const scope = oneOf('ALL');
const targetArn = text({ min: 1 });
const roleArn = text({ min: 1 });
const accessPolicy = text({ min: 1 });
const policyDocument = text({ min: 1, max: 51200 });
const eventMessage = text({ min: 1 });
const inputLogEvent = structure('InputLogEvent', {
  timestamp: required(timestamp),
  message: required(eventMessage),
});
const inputLogEvents = list(inputLogEvent, { min: 1, max: 10000 });
const sequenceToken = text({ min: 1 });
// Its sizes are checked where events are taken: a wrong entity is refused alone, not with its request.
const entity = structure('Entity', {
  keyAttributes: map(anyText, anyText),
  attributes: map(anyText, anyText),
});
const metricValue = text({ max: 100 });
const dimensionsKey = text({ max: 255 });
const dimensionsValue = text({ max: 255 });
const dimensions = map(dimensionsKey, dimensionsValue);
const standardUnit = oneOf(
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Gigabytes',
  'Terabytes',
  'Bits',
  'Kilobits',
  'Megabits',
  'Gigabits',
  'Terabits',
  'Percent',
  'Count',
  'Bytes/Second',
  'Kilobytes/Second',
  'Megabytes/Second',
  'Gigabytes/Second',
  'Terabytes/Second',
  'Bits/Second',
  'Kilobits/Second',
  'Megabits/Second',
  'Gigabits/Second',
  'Terabits/Second',
  'Count/Second',
  'None',
);
const metricTransformation = structure('MetricTransformation', {
  metricName: required(metricName),
  metricNamespace: required(metricNamespace),
  metricValue: required(metricValue),
  defaultValue: double(),
  unit: standardUnit,
  dimensions,
});
const metricTransformations = list(metricTransformation, { min: 1, max: 1 });
const fieldSelectionCriteria = text({ max: 2000 });
const emitSystemFields = list(anyText);
const logGroupNames = list(logGroupName);
const queryDefinitionString = text({ min: 1, max: 10000 });
const clientToken = text({ min: 36, max: 128, pattern: '\\S{36,128}' });
const queryParameterName = text({ min: 1, max: 128, pattern: '^[a-zA-Z_][a-zA-Z0-9_]*' });
const queryParameterDefaultValue = text({ max: 1024 });
const queryParameterDescription = text({ max: 512 });
const queryParameter = structure('QueryParameter', {
  name: required(queryParameterName),
  defaultValue: queryParameterDefaultValue,
  description: queryParameterDescription,
});
const queryParameterList = list(queryParameter, { max: 20 });
const destinationArn = text({ min: 1 });
const distribution = oneOf('Random', 'ByLogStream');
const startLiveTailLogGroupIdentifiers = list(logGroupIdentifier, { min: 1, max: 10 });
const logGroupIdentifiers = list(logGroupIdentifier);
const queryString = text({ max: 10000 });
const eventsLimitStartQuery = integer({ min: 1, max: 100000 });
const testEventMessages = list(eventMessage, { min: 1, max: 50 });
const tagList = list(tagKey, { min: 1 });
const tagKeyList = list(tagKey, { max: 50 });

/** The request of every operation that the local service answers. */
export const REQUESTS = {
  AssociateKmsKey: structure('AssociateKmsKeyRequest', {
    logGroupName,
    kmsKeyId: required(kmsKeyId),
    resourceIdentifier,
  }),
  CancelExportTask: structure('CancelExportTaskRequest', { taskId: required(exportTaskId) }),
  CreateDelivery: structure('CreateDeliveryRequest', {
    deliverySourceName: required(deliveryName),
    deliveryDestinationArn: required(anyText),
    recordFields,
    fieldDelimiter,
    s3DeliveryConfiguration,
    tags,
  }),
  CreateExportTask: structure('CreateExportTaskRequest', {
    taskName: exportTaskName,
    logGroupName: required(logGroupName),
    logStreamNamePrefix: logStreamName,
    from: required(timestamp),
    to: required(timestamp),
    destination: required(exportDestinationBucket),
    destinationPrefix: anyText,
  }),
  CreateLogGroup: structure('CreateLogGroupRequest', {
    logGroupName: required(logGroupName),
    kmsKeyId,
    tags,
    logGroupClass,
    deletionProtectionEnabled: boolean,
  }),
  CreateLogStream: structure('CreateLogStreamRequest', {
    logGroupName: required(logGroupName),
    logStreamName: required(logStreamName),
  }),
  CreateLookupTable: structure('CreateLookupTableRequest', {
    lookupTableName: required(lookupTableName),
    description: lookupTableDescription,
    tableBody: lookupTableBody,
    queryId,
    kmsKeyId,
    tags,
  }),
  DeleteAccountPolicy: structure('DeleteAccountPolicyRequest', {
    policyName: required(anyText),
    policyType: required(policyType),
    dryRun: boolean,
  }),
  DeleteDataProtectionPolicy: structure('DeleteDataProtectionPolicyRequest', {
    logGroupIdentifier: required(logGroupIdentifier),
  }),
  DeleteDelivery: structure('DeleteDeliveryRequest', { id: required(deliveryId) }),
  DeleteDeliveryDestination: structure('DeleteDeliveryDestinationRequest', { name: required(deliveryName) }),
  DeleteDeliveryDestinationPolicy: structure('DeleteDeliveryDestinationPolicyRequest', {
    deliveryDestinationName: required(deliveryName),
  }),
  DeleteDeliverySource: structure('DeleteDeliverySourceRequest', { name: required(deliveryName) }),
  DeleteDestination: structure('DeleteDestinationRequest', { destinationName: required(destinationName) }),
  DeleteIndexPolicy: structure('DeleteIndexPolicyRequest', {
    logGroupIdentifier: required(logGroupIdentifier),
  }),
  DeleteLogGroup: structure('DeleteLogGroupRequest', { logGroupName: required(logGroupName) }),
  DeleteLogStream: structure('DeleteLogStreamRequest', {
    logGroupName: required(logGroupName),
    logStreamName: required(logStreamName),
  }),
  DeleteLookupTable: structure('DeleteLookupTableRequest', { lookupTableArn: required(anyText) }),
  DeleteMetricFilter: structure('DeleteMetricFilterRequest', {
    logGroupName: required(logGroupName),
    filterName: required(filterName),
  }),
  DeleteQueryDefinition: structure('DeleteQueryDefinitionRequest', { queryDefinitionId: required(queryId) }),
  DeleteResourcePolicy: structure('DeleteResourcePolicyRequest', {
    policyName: anyText,
    resourceArn: anyText,
    expectedRevisionId,
  }),
  DeleteRetentionPolicy: structure('DeleteRetentionPolicyRequest', { logGroupName: required(logGroupName) }),
  DeleteSubscriptionFilter: structure('DeleteSubscriptionFilterRequest', {
    logGroupName: required(logGroupName),
    filterName: required(filterName),
  }),
  DescribeAccountPolicies: structure('DescribeAccountPoliciesRequest', {
    policyType: required(policyType),
    policyName: anyText,
    accountIdentifiers: accountIds,
    nextToken,
  }),
  DescribeConfigurationTemplates: structure('DescribeConfigurationTemplatesRequest', {
    service,
    logTypes,
    resourceTypes,
    deliveryDestinationTypes,
    nextToken,
    limit: describeLimit,
  }),
  DescribeDeliveries: structure('DescribeDeliveriesRequest', {
    nextToken,
    limit: describeLimit,
    deliverySourceNames: strList,
  }),
  DescribeDeliveryDestinations: structure('DescribeDeliveryDestinationsRequest', {
    nextToken,
    limit: describeLimit,
    names: strList,
  }),
  DescribeDeliverySources: structure('DescribeDeliverySourcesRequest', {
    nextToken,
    limit: describeLimit,
    resourceArns: strList,
  }),
  DescribeDestinations: structure('DescribeDestinationsRequest', {
    DestinationNamePrefix: destinationName,
    nextToken,
    limit: describeLimit,
  }),
  DescribeExportTasks: structure('DescribeExportTasksRequest', {
    taskId: exportTaskId,
    statusCode: exportTaskStatusCode,
    nextToken,
    limit: describeLimit,
  }),
  DescribeFieldIndexes: structure('DescribeFieldIndexesRequest', {
    logGroupIdentifiers: required(describeFieldIndexesLogGroupIdentifiers),
    nextToken,
    indexCategories,
  }),
  DescribeIndexPolicies: structure('DescribeIndexPoliciesRequest', {
    logGroupIdentifiers: required(describeIndexPoliciesLogGroupIdentifiers),
    nextToken,
  }),
  DescribeLogGroups: structure('DescribeLogGroupsRequest', {
    accountIdentifiers: accountIds,
    logGroupNamePrefix: logGroupName,
    logGroupNamePattern,
    nextToken,
    limit: describeLimit,
    includeLinkedAccounts: boolean,
    logGroupClass,
    logGroupIdentifiers: describeLogGroupsLogGroupIdentifiers,
  }),
  DescribeLogStreams: structure('DescribeLogStreamsRequest', {
    logGroupName,
    logGroupIdentifier,
    logStreamNamePrefix: logStreamName,
    orderBy,
    descending: boolean,
    nextToken,
    limit: describeLimit,
  }),
  DescribeLookupTables: structure('DescribeLookupTablesRequest', {
    lookupTableNamePrefix: lookupTableName,
    maxResults: describeLookupTablesMaxResults,
    nextToken,
  }),
  DescribeMetricFilters: structure('DescribeMetricFiltersRequest', {
    logGroupName,
    filterNamePrefix: filterName,
    nextToken,
    limit: describeLimit,
    metricName,
    metricNamespace,
  }),
  DescribeQueries: structure('DescribeQueriesRequest', {
    logGroupName,
    status: queryStatus,
    maxResults: describeQueriesMaxResults,
    nextToken,
    queryLanguage,
  }),
  DescribeQueryDefinitions: structure('DescribeQueryDefinitionsRequest', {
    queryLanguage,
    queryDefinitionNamePrefix: queryDefinitionName,
    maxResults: queryListMaxResults,
    nextToken,
  }),
  DescribeResourcePolicies: structure('DescribeResourcePoliciesRequest', {
    nextToken,
    limit: describeLimit,
    resourceArn: anyText,
    policyScope,
  }),
  DescribeSubscriptionFilters: structure('DescribeSubscriptionFiltersRequest', {
    logGroupName: required(logGroupName),
    filterNamePrefix: filterName,
    nextToken,
    limit: describeLimit,
  }),
  DisassociateKmsKey: structure('DisassociateKmsKeyRequest', { logGroupName, resourceIdentifier }),
  FilterLogEvents: structure('FilterLogEventsRequest', {
    logGroupName,
    logGroupIdentifier,
    logStreamNames: inputLogStreamNames,
    logStreamNamePrefix: logStreamName,
    startTime: timestamp,
    endTime: timestamp,
    filterPattern,
    nextToken,
    limit: eventsLimit,
    interleaved: boolean,
    unmask: boolean,
    startFromHead: boolean,
  }),
  GetDataProtectionPolicy: structure('GetDataProtectionPolicyRequest', {
    logGroupIdentifier: required(logGroupIdentifier),
  }),
  GetDelivery: structure('GetDeliveryRequest', { id: required(deliveryId) }),
  GetDeliveryDestination: structure('GetDeliveryDestinationRequest', { name: required(deliveryName) }),
  GetDeliveryDestinationPolicy: structure('GetDeliveryDestinationPolicyRequest', {
    deliveryDestinationName: required(deliveryName),
  }),
  GetDeliverySource: structure('GetDeliverySourceRequest', { name: required(deliveryName) }),
  GetLogEvents: structure('GetLogEventsRequest', {
    logGroupName,
    logGroupIdentifier,
    logStreamName: required(logStreamName),
    startTime: timestamp,
    endTime: timestamp,
    nextToken,
    limit: eventsLimit,
    startFromHead: boolean,
    unmask: boolean,
  }),
  GetLogGroupFields: structure('GetLogGroupFieldsRequest', {
    logGroupName,
    time: timestamp,
    logGroupIdentifier,
  }),
  GetLogRecord: structure('GetLogRecordRequest', { logRecordPointer: required(anyText), unmask: boolean }),
  GetLookupTable: structure('GetLookupTableRequest', { lookupTableArn: required(anyText) }),
  GetQueryResults: structure('GetQueryResultsRequest', {
    queryId: required(queryId),
    nextToken: getQueryResultsNextToken,
    maxItems: getQueryResultsMaxItems,
  }),
  ListAnomalies: structure('ListAnomaliesRequest', {
    anomalyDetectorArn,
    suppressionState,
    limit: listAnomaliesLimit,
    nextToken,
  }),
  ListIntegrations: structure('ListIntegrationsRequest', {
    integrationNamePrefix,
    integrationType,
    integrationStatus,
  }),
  ListLogAnomalyDetectors: structure('ListLogAnomalyDetectorsRequest', {
    filterLogGroupArn: logGroupArn,
    limit: listLogAnomalyDetectorsLimit,
    nextToken,
  }),
  ListLogGroups: structure('ListLogGroupsRequest', {
    logGroupNamePattern: logGroupNameRegexPattern,
    logGroupClass,
    includeLinkedAccounts: boolean,
    accountIdentifiers: accountIds,
    nextToken,
    limit: listLimit,
    dataSources: dataSourceFilters,
    fieldIndexNames,
    logGroupTags: tagFilters,
  }),
  ListAggregateLogGroupSummaries: structure('ListAggregateLogGroupSummariesRequest', {
    accountIdentifiers: accountIds,
    includeLinkedAccounts: boolean,
    logGroupClass,
    logGroupNamePattern: logGroupNameRegexPattern,
    dataSources: dataSourceFilters,
    groupBy: required(oneOf('DATA_SOURCE_NAME_TYPE_AND_FORMAT', 'DATA_SOURCE_NAME_AND_TYPE')),
    nextToken,
    limit: listLimit,
  }),
  ListLogGroupsForQuery: structure('ListLogGroupsForQueryRequest', {
    queryId: required(queryId),
    nextToken,
    maxResults: listLogGroupsForQueryMaxResults,
  }),
  ListScheduledQueries: structure('ListScheduledQueriesRequest', {
    maxResults: listScheduledQueriesMaxResults,
    nextToken,
    state: scheduledQueryState,
  }),
  ListTagsForResource: structure('ListTagsForResourceRequest', { resourceArn: required(amazonResourceName) }),
  ListTagsLogGroup: structure('ListTagsLogGroupRequest', { logGroupName: required(logGroupName) }),
  PutAccountPolicy: structure('PutAccountPolicyRequest', {
    policyName: required(anyText),
    policyDocument: required(anyText),
    policyType: required(policyType),
    scope,
    selectionCriteria: anyText,
    dryRun: boolean,
  }),
  PutBearerTokenAuthentication: structure('PutBearerTokenAuthenticationRequest', {
    logGroupIdentifier: required(logGroupIdentifier),
    bearerTokenAuthenticationEnabled: required(boolean),
  }),
  PutDataProtectionPolicy: structure('PutDataProtectionPolicyRequest', {
    logGroupIdentifier: required(logGroupIdentifier),
    policyDocument: required(anyText),
  }),
  PutDeliveryDestination: structure('PutDeliveryDestinationRequest', {
    name: required(deliveryName),
    outputFormat,
    deliveryDestinationConfiguration,
    deliveryDestinationType,
    roleArn,
    tags,
  }),
  PutDeliveryDestinationPolicy: structure('PutDeliveryDestinationPolicyRequest', {
    deliveryDestinationName: required(deliveryName),
    deliveryDestinationPolicy: required(deliveryDestinationPolicy),
  }),
  PutDeliverySource: structure('PutDeliverySourceRequest', {
    name: required(deliveryName),
    resourceArn: required(anyText),
    logType: required(logType),
    tags,
    deliverySourceConfiguration,
  }),
  PutDestination: structure('PutDestinationRequest', {
    destinationName: required(destinationName),
    targetArn: required(targetArn),
    roleArn: required(roleArn),
    tags,
  }),
  PutDestinationPolicy: structure('PutDestinationPolicyRequest', {
    destinationName: required(destinationName),
    accessPolicy: required(accessPolicy),
    forceUpdate: boolean,
  }),
  PutIndexPolicy: structure('PutIndexPolicyRequest', {
    logGroupIdentifier: required(logGroupIdentifier),
    policyDocument: required(policyDocument),
  }),
  PutLogEvents: structure('PutLogEventsRequest', {
    logGroupName: required(logGroupName),
    logStreamName: required(logStreamName),
    logEvents: required(inputLogEvents),
    sequenceToken,
    entity,
  }),
  PutLogGroupDeletionProtection: structure('PutLogGroupDeletionProtectionRequest', {
    logGroupIdentifier: required(logGroupIdentifier),
    deletionProtectionEnabled: required(boolean),
  }),
  PutMetricFilter: structure('PutMetricFilterRequest', {
    logGroupName: required(logGroupName),
    filterName: required(filterName),
    filterPattern: required(filterPattern),
    metricTransformations: required(metricTransformations),
    applyOnTransformedLogs: boolean,
    fieldSelectionCriteria,
    emitSystemFieldDimensions: emitSystemFields,
  }),
  PutQueryDefinition: structure('PutQueryDefinitionRequest', {
    queryLanguage,
    name: required(queryDefinitionName),
    queryDefinitionId: queryId,
    logGroupNames,
    queryString: required(queryDefinitionString),
    clientToken,
    parameters: queryParameterList,
  }),
  PutResourcePolicy: structure('PutResourcePolicyRequest', {
    policyName: anyText,
    policyDocument,
    resourceArn: anyText,
    expectedRevisionId,
  }),
  PutRetentionPolicy: structure('PutRetentionPolicyRequest', {
    logGroupName: required(logGroupName),
    retentionInDays: required(integer()),
  }),
  PutSubscriptionFilter: structure('PutSubscriptionFilterRequest', {
    logGroupName: required(logGroupName),
    filterName: required(filterName),
    filterPattern: required(filterPattern),
    destinationArn: required(destinationArn),
    roleArn,
    distribution,
    applyOnTransformedLogs: boolean,
    fieldSelectionCriteria,
    emitSystemFields,
  }),
  StartLiveTail: structure('StartLiveTailRequest', {
    logGroupIdentifiers: required(startLiveTailLogGroupIdentifiers),
    logStreamNames: inputLogStreamNames,
    logStreamNamePrefixes: inputLogStreamNames,
    logEventFilterPattern: filterPattern,
  }),
  StartQuery: structure('StartQueryRequest', {
    queryLanguage,
    logGroupName,
    logGroupNames,
    logGroupIdentifiers,
    startTime: required(timestamp),
    endTime: required(timestamp),
    queryString: required(queryString),
    limit: eventsLimitStartQuery,
  }),
  StopQuery: structure('StopQueryRequest', { queryId: required(queryId) }),
  TagLogGroup: structure('TagLogGroupRequest', {
    logGroupName: required(logGroupName),
    tags: required(tags),
  }),
  TagResource: structure('TagResourceRequest', {
    resourceArn: required(amazonResourceName),
    tags: required(tags),
  }),
  TestMetricFilter: structure('TestMetricFilterRequest', {
    filterPattern: required(filterPattern),
    logEventMessages: required(testEventMessages),
  }),
  UntagLogGroup: structure('UntagLogGroupRequest', {
    logGroupName: required(logGroupName),
    tags: required(tagList),
  }),
  UntagResource: structure('UntagResourceRequest', {
    resourceArn: required(amazonResourceName),
    tagKeys: required(tagKeyList),
  }),
  UpdateLookupTable: structure('UpdateLookupTableRequest', {
    lookupTableArn: required(anyText),
    description: lookupTableDescription,
    tableBody: lookupTableBody,
    queryId,
    kmsKeyId,
  }),
  UpdateDeliveryConfiguration: structure('UpdateDeliveryConfigurationRequest', {
    id: required(deliveryId),
    recordFields,
    fieldDelimiter,
    s3DeliveryConfiguration,
  }),
};

export type OperationName = keyof typeof REQUESTS;

/** What the handler of an operation is given. */
export type RequestOf<Name extends OperationName> = ValueOf<(typeof REQUESTS)[Name]>;
