import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { checkClient, createCloudWatchLogsClient, isLoopbackHost } from '../../src/cloudwatch/client.js';
import { OptionError } from '../../src/cloudwatch/errors.js';

const nothing = { HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };

describe('createCloudWatchLogsClient', () => {
  let server: Server;
  let endpoint: string;
  let seen: IncomingMessage | undefined;

  before((done) => {
    server = createServer((request, response) => {
      seen = request;
      request.resume().on('end', () => response.end('{"logGroups":[]}'));
    }).listen(0, '127.0.0.1', () => {
      endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('reaches a service on this machine without region and credentials', async () => {
    const saved = process.env;
    process.env = { ...nothing };
    try {
      const client = createCloudWatchLogsClient({ endpoint });
      await client.send(new DescribeLogGroupsCommand({}));
      client.destroy();
      expect(seen?.headers.authorization).to.match(/Credential=test\/\d+\/us-east-1\/logs\//);
      expect(client.config.disableHostPrefix).to.equal(true);
    } finally {
      process.env = saved;
    }
  });

  it('signs with the region and credentials that it is given', async () => {
    const client = createCloudWatchLogsClient(
      { endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'AKIDX', secretAccessKey: 's' } },
      nothing,
    );
    await client.send(new DescribeLogGroupsCommand({}));
    client.destroy();
    expect(seen?.headers.authorization).to.match(/Credential=AKIDX\/\d+\/eu-central-1\/logs\//);
  });

  it('refuses to start without any source of a region', () => {
    expect(() => createCloudWatchLogsClient({}, nothing)).to.throw(
      OptionError,
      /region must be set.*AWS_REGION/,
    );
    expect(() => createCloudWatchLogsClient({ endpoint: 'https://logs.example.com' }, nothing)).to.throw(
      OptionError,
      /region/,
    );
  });

  it('leaves the region to a profile file where there is one', () => {
    const home = mkdtempSync(join(tmpdir(), 'aws-'));
    const file = join(home, 'config');
    writeFileSync(file, '[default]\nregion = eu-west-3\n');
    try {
      expect(() => createCloudWatchLogsClient({}, { ...nothing, AWS_CONFIG_FILE: file })).not.to.throw();
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it('reads the region from an AWS endpoint and from AWS_DEFAULT_REGION', async () => {
    const byHost = createCloudWatchLogsClient({ endpoint: 'https://logs.eu-west-1.amazonaws.com' }, nothing);
    expect(await byHost.config.region()).to.equal('eu-west-1');
    expect(byHost.config.disableHostPrefix).not.to.equal(true);
    const byVariable = createCloudWatchLogsClient({}, { ...nothing, AWS_DEFAULT_REGION: 'sa-east-1' });
    expect(await byVariable.config.region()).to.equal('sa-east-1');
  });

  it('refuses a password in an endpoint and shows none, in option and variable alike', () => {
    const variables = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'];
    for (const url of ['http://user:hunter2@127.0.0.1:9', 'https://hunter2@h/', 'ftp://user:hunter2@h/x']) {
      const attempts = [
        () => createCloudWatchLogsClient({ endpoint: url }, nothing),
        ...variables.map((name) => () => createCloudWatchLogsClient({}, { ...nothing, [name]: url })),
      ];
      for (const attempt of attempts) {
        expect(attempt).to.throw(OptionError, /^(endpoint|AWS_ENDPOINT_URL\w*) must (not hold|be a URL)/);
        expect(attempt).to.not.throw(/hunter2/);
      }
    }
    for (const url of ['user:hunter2@h', 'http://user:hunter/2@h:x']) {
      expect(() => createCloudWatchLogsClient({ endpoint: url }, nothing)).to.not.throw(/hunter/);
      expect(() => createCloudWatchLogsClient({ endpoint: url }, nothing)).to.throw(/must be a URL.*h/);
    }
  });

  it('names the option or variable that holds a wrong endpoint', () => {
    expect(() => createCloudWatchLogsClient({ endpoint: 'localhost:4566' }, nothing)).to.throw(
      OptionError,
      /^endpoint must be a URL.*localhost:4566/,
    );
    expect(() => createCloudWatchLogsClient({}, { ...nothing, AWS_ENDPOINT_URL: 'nowhere' })).to.throw(
      OptionError,
      /^AWS_ENDPOINT_URL must be a URL/,
    );
    expect(() =>
      createCloudWatchLogsClient(
        { region: 'us-east-1' },
        { ...nothing, AWS_ENDPOINT_URL: 'nowhere', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      ),
    ).not.to.throw();
  });

  it('refuses what is no region', () => {
    for (const region of ['', 'eu west', '-eu', 'eu/1']) {
      expect(() => createCloudWatchLogsClient({ region }, nothing), region).to.throw(
        OptionError,
        /^region must/,
      );
    }
  });

  it('passes retry options on', async () => {
    const client = createCloudWatchLogsClient(
      { region: 'us-east-1', maxAttempts: 7, retryMode: 'adaptive' },
      nothing,
    );
    expect(await client.config.maxAttempts()).to.equal(7);
    expect(client.config.retryMode).to.equal('adaptive');
  });
});

describe('isLoopbackHost', () => {
  it('knows the names of this machine', () => {
    for (const host of [
      'localhost',
      'LOCALHOST',
      'logs.localhost',
      '127.0.0.1',
      '127.1.2.3',
      '::1',
      '[::1]',
      '0.0.0.0',
    ]) {
      expect(isLoopbackHost(host), host).to.equal(true);
    }
    for (const host of [
      '127.example.com',
      'localhost.example.com',
      '10.0.0.1',
      'logs.eu-west-1.amazonaws.com',
    ]) {
      expect(isLoopbackHost(host), host).to.equal(false);
    }
  });
});

describe('checkClient', () => {
  it('takes a client of the same SDK and a test stand-in', () => {
    const client = new CloudWatchLogsClient({ region: 'us-east-1' });
    expect(() => {
      checkClient(client);
    }).not.to.throw();
    expect(() => {
      checkClient({ send: () => undefined });
    }).not.to.throw();
  });

  it('refuses what is no client', () => {
    for (const client of [undefined, null, 'client', {}, { send: 'now' }]) {
      expect(() => {
        checkClient(client);
      }).to.throw(OptionError, /^client must be a CloudWatchLogsClient/);
    }
  });

  it('names the version of ours when a client cannot resolve our command', () => {
    const older = {
      send: () => undefined,
      config: {},
      middlewareStack: {
        concat: () => {
          throw new Error('serializerMiddleware is not found');
        },
      },
    };
    expect(() => {
      checkClient(older);
    }).to.throw(OptionError, /takes the commands of 3\.\d+\.\d+.*the client given is of an unknown version/);
  });
});
