import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type CommandIo } from '../../src/cli/command-io.js';
import { withSourceClient, type SourceArguments } from '../../src/cli/replay-source.js';

const GIVEN = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 'b',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: 'http://127.0.0.1:2',
};

describe('withSourceClient', () => {
  const before = { ...process.env };
  // The AWS SDK reads the process's own.
  const io = { env: process.env } as unknown as CommandIo;

  beforeEach(() => {
    Object.assign(process.env, GIVEN);
  });
  afterEach(() => {
    for (const name of Object.keys(GIVEN)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  });

  /** The host that a request of the client would go to. */
  function hostOf(options: SourceArguments): Promise<string | undefined> {
    return withSourceClient(options, io, async (client) => {
      let host: string | undefined;
      client.config.requestHandler = {
        ...client.config.requestHandler,
        handle: (request: { readonly hostname: string }) => {
          host = request.hostname;
          throw new Error('asked');
        },
      } as typeof client.config.requestHandler;
      await client.send(new FilterLogEventsCommand({ logGroupName: '/g' })).catch(() => undefined);
      return host;
    });
  }

  it('reads from AWS, though the environment names an endpoint, which is there again afterwards', async () => {
    expect(await hostOf({})).to.equal('logs.eu-west-1.amazonaws.com');
    expect(
      await hostOf({ fromRegion: 'ap-south-1', region: 'us-east-2', endpoint: 'http://127.0.0.1:3' }),
    ).to.equal('logs.ap-south-1.amazonaws.com');
    expect(process.env).to.include(GIVEN);
  });

  it('reads from the endpoint that it was told', async () => {
    expect(await hostOf({ fromEndpoint: 'https://logs.example.com' })).to.equal('logs.example.com');
  });

  it('leaves the environment as it was where a reader fails, or cannot be made', async () => {
    for (const options of [{}, { fromEndpoint: 'nowhere' }]) {
      const ended = await withSourceClient(options, io, () => Promise.reject(new Error('failed'))).catch(
        (error: unknown) => (error as Error).name,
      );
      expect(ended).to.match(/Error$/);
      expect(process.env).to.include(GIVEN);
    }
  });
});
