import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { createCloudWatchLogsClient } from '../cloudwatch/client.js';
import { createLookupHandler, type NodeListener, toNodeListener } from '../dashboards/index.js';
import { CorrelationEngine } from '../insights/index.js';
import { type LocalCloudWatchLogs } from '../simulation/index.js';

/** The service checks no signature, but the SDK sends nothing unsigned. */
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The trace page of a local service on its own port: it shows what is stored there. */
export class LocalPage {
  #listener: NodeListener | undefined;
  #client: CloudWatchLogsClient | undefined;

  /** What the service is started with: it answers once {@link open} was called. */
  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (this.#listener) this.#listener(request, response);
    else response.writeHead(503, { 'retry-after': '1' }).end();
  };

  /** Lets the page read from a service that has started. */
  open(local: Pick<LocalCloudWatchLogs, 'endpoint' | 'clock'>, region: string): void {
    this.#client = createCloudWatchLogsClient({ endpoint: local.endpoint, region, credentials: CREDENTIALS });
    const clock = (): number => local.clock.now();
    const engine = new CorrelationEngine({ client: this.#client, logGroups: ['*'], clock });
    // Who may ask is the service's matter: it answers this machine alone, and checks the Host header.
    this.#listener = toNodeListener(
      createLookupHandler({ engine, clock, authorize: () => true, endpoint: local.endpoint }),
    );
  }

  close(): void {
    this.#client?.destroy();
  }
}
