import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One datum of PutMetricData, as a stand-in of CloudWatch reads it. */
export interface ReceivedDatum {
  readonly namespace: string;
  readonly metricName: string;
  readonly timestamp: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Counts by value. */
  readonly values: Readonly<Record<string, number>>;
}

/** Stands in for CloudWatch: takes PutMetricData in the query protocol. */
export class CloudWatchReceiver {
  readonly data: ReceivedDatum[] = [];
  /** Data of each request. */
  readonly sizes: number[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  /** What is answered to a request; undefined takes it. */
  refusal: ((data: readonly ReceivedDatum[]) => { status: number; code: string } | undefined) | undefined;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const data = readData(Buffer.concat(chunks).toString());
        this.headers.push(request.headers);
        const refusal = this.refusal?.(data);
        if (!refusal) {
          this.data.push(...data);
          this.sizes.push(data.length);
        }
        response.writeHead(refusal?.status ?? 200, { 'content-type': 'text/xml' });
        response.end(
          refusal ? `<ErrorResponse><Error><Code>${refusal.code}</Code></Error></ErrorResponse>` : '<r/>',
        );
        server.emit('answered');
      });
    });
  }

  static async start(): Promise<CloudWatchReceiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CloudWatchReceiver(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Resolves at the next answer. */
  async answered(): Promise<void> {
    await once(this.#server, 'answered');
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function readData(body: string): ReceivedDatum[] {
  const parameters = new Map(new URLSearchParams(body));
  if (parameters.get('Action') !== 'PutMetricData' || parameters.get('Version') !== '2010-08-01') {
    throw new Error(`no PutMetricData: ${body}`);
  }
  const text = (name: string): string => parameters.get(name) ?? '';
  const data: ReceivedDatum[] = [];
  for (let number = 1; parameters.has(`MetricData.member.${number}.MetricName`); number++) {
    const member = `MetricData.member.${number}`;
    const list = (name: string): string[] => {
      const items: string[] = [];
      for (let item = 1; parameters.has(`${member}.${name.replace('*', String(item))}`); item++) {
        items.push(text(`${member}.${name.replace('*', String(item))}`));
      }
      return items;
    };
    const names = list('Dimensions.member.*.Name');
    const dimensionValues = list('Dimensions.member.*.Value');
    const counts = list('Counts.member.*');
    data.push({
      namespace: text('Namespace'),
      metricName: text(`${member}.MetricName`),
      timestamp: text(`${member}.Timestamp`),
      unit: text(`${member}.Unit`),
      dimensions: Object.fromEntries(names.map((name, index) => [name, dimensionValues[index]!])),
      values: Object.fromEntries(
        list('Values.member.*').map((value, index) => [value, Number(counts[index])]),
      ),
    });
  }
  return data;
}
