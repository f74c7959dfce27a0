/** Operations of the service that the local one does not answer. */
export const OTHER_OPERATIONS: readonly string[] = [
  'AssociateSourceToS3TableIntegration',
  'CancelImportTask',
  'CreateImportTask',
  'CreateLogAnomalyDetector',
  'CreateScheduledQuery',
  'DeleteIntegration',
  'DeleteLogAnomalyDetector',
  'DeleteScheduledQuery',
  'DeleteSyslogConfiguration',
  'DeleteTransformer',
  'DescribeImportTaskBatches',
  'DescribeImportTasks',
  'DisassociateSourceFromS3TableIntegration',
  'GetIntegration',
  'GetLogAnomalyDetector',
  'GetLogFields',
  'GetLogObject',
  'GetScheduledQuery',
  'GetScheduledQueryHistory',
  'GetStorageTierPolicy',
  'GetTransformer',
  'ListSourcesForS3TableIntegration',
  'ListSyslogConfigurations',
  'PutIntegration',
  'PutStorageTierPolicy',
  'PutSyslogConfiguration',
  'PutTransformer',
  'TestTransformer',
  'UpdateAnomaly',
  'UpdateLogAnomalyDetector',
  'UpdateScheduledQuery',
];

export function isOtherOperation(name: string): boolean {
  return OTHER_OPERATIONS.includes(name);
}
