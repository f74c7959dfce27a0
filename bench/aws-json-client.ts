import { Agent, request } from 'node:http';

/** Sends requests of the AWS JSON protocol with as little of its own as can be: the service is measured. */
export class AwsJsonClient {
  readonly #endpoint: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /** @throws Error with the service's answer when that is none of success */
  async send<T>(operation: string, input: object): Promise<T> {
    const body = JSON.stringify(input);
    const answer = await this.#post(operation, body);
    if (answer.status !== 200) throw new Error(`${operation}: ${answer.status} ${answer.text}`);
    return (answer.text === '' ? {} : JSON.parse(answer.text)) as T;
  }

  async #post(operation: string, body: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(this.#endpoint, {
        method: 'POST',
        agent: this.#agent,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'content-length': Buffer.byteLength(body),
          'x-amz-target': `Logs_20140328.${operation}`,
        },
      });
      sent.on('error', (error) => {
        // The service closed the connection while this process stood still for a peer's run.
        if (sent.reusedSocket) resolve(this.#post(operation, body));
        else reject(error);
      });
      sent.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
        });
        response.once('error', reject);
      });
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
