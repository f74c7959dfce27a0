import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { CloudWatchLogRecordProcessor } from 'opentelemetry-cloudwatch-logs';

/** A logger provider whose records go to the service of a test. */
export function logTo(local) {
  const processor = new CloudWatchLogRecordProcessor({
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    logGroupName: '/apps/orders',
  });
  return new LoggerProvider({ processors: [processor] });
}
