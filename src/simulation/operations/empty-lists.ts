import type { Handlers } from './service-context.js';

/**
 * Lists of what the local service has no way to create: always empty. Tools ask for them when they start.
 */
export const EMPTY_LIST_HANDLERS = {
  DescribeConfigurationTemplates: () => ({ configurationTemplates: [] }),
  // No log group of the local service has a data source.
  ListAggregateLogGroupSummaries: () => ({ aggregateLogGroupSummaries: [] }),
  ListAnomalies: () => ({ anomalies: [] }),
  ListIntegrations: () => ({ integrationSummaries: [] }),
  ListLogAnomalyDetectors: () => ({ anomalyDetectors: [] }),
  ListScheduledQueries: () => ({ scheduledQueries: [] }),
} satisfies Handlers;
