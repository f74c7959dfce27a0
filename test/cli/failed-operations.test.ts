import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Ending, runCommand } from './run-command.js';

const KEYS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

describe('a request that is refused', () => {
  let server: Server;
  let refused: string[];
  let type: string;
  const before = { ...process.env };

  beforeEach(async () => {
    Object.assign(process.env, KEYS);
    // As something between us and the service has it: the text says nothing.
    server = createServer((request, response) => {
      const operation = String(request.headers['x-amz-target']).split('.').pop()!;
      response.statusCode = refused.includes(operation) ? 400 : 200;
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(
        refused.includes(operation) ? JSON.stringify({ __type: type, message: 'no, told to 4711' }) : GROUPS,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    for (const name of Object.keys(KEYS)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
    server.closeAllConnections();
    server.close();
  });

  const GROUPS = JSON.stringify({ logGroups: [{ logGroupName: '/a', creationTime: 1 }] });
  const run = (...args: string[]): Promise<Ending> =>
    runCommand(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, args, { env: KEYS });

  it('for want of a permission names the permission', async () => {
    type = 'AccessDeniedException';
    refused = ['StartQuery'];
    expect((await run('query', 'fields a', '-g', '/a')).stderr).to.contain(
      'allow logs:StartQuery to the role',
    );
    refused = ['FilterLogEvents', 'StartLiveTail'];
    const { stderr, code } = await run('tail', '-g', '/a', '--poll');
    expect(stderr).to.contain('logs:FilterLogEvents').and.not.contain('4711');
    expect(code).to.equal(3);
  });

  it('for its filter pattern shows the pattern, and the option that shows the whole text', async () => {
    type = 'InvalidParameterException';
    refused = ['FilterLogEvents'];
    const { stderr, code } = await run('tail', '-g', '/a', '--filter', '[a, b');
    expect(stderr)
      .to.contain('--filter must be a filter pattern')
      .and.contain('[a, b')
      .and.contain('--error-details shows it')
      .and.not.contain('4711');
    expect(code).to.equal(2);
  });
});
