import { expect } from 'chai';
import { LocalService } from '../simulation/local-service.js';
import { runCommand, type Surroundings } from './run-command.js';

describe('otel-cwlogs complete-log-groups', () => {
  let service: LocalService;
  before(async () => {
    service = await LocalService.start();
    for (const name of ['/apps/orders', '/apps/payments', '/aws/lambda/x#1']) {
      await service.createStream(name);
    }
    for (let index = 0; index < 120; index++)
      await service.createStream(`/many/${String(index).padStart(3, '0')}`);
  });
  after(() => service.stop());

  const ask = async (
    args: readonly string[],
    { endpoint = service.local.endpoint, ...around }: Surroundings & { endpoint?: string } = {},
  ): Promise<string[]> => {
    const credentials = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1' };
    const { stdout, stderr, code } = await runCommand(endpoint, ['complete-log-groups', '--', ...args], {
      ...around,
      env: { ...credentials, ...around.env },
    });
    expect([stderr, code]).to.deep.equal(['', 0]);
    return stdout.split('\n').filter((line) => line !== '');
  };

  it('prints the log groups that begin so, one a line, over all pages', async () => {
    expect(await ask(['--log-group', '/apps/'])).to.deep.equal(['/apps/orders', '/apps/payments']);
    expect(await ask(['--log-group', "'/apps/o"])).to.deep.equal(['/apps/orders']);
    expect(await ask(['argument', '/many/'])).to.have.length(120);
    expect(await ask(['--log-group', ''])).to.include.members(['/aws/lambda/x#1', '/apps/orders']);
  });

  it('prints ARNs where one is typed', async () => {
    const arn = 'arn:aws:logs:us-east-1:000000000000:log-group:/apps/orders';
    expect(await ask(['--log-group', arn.slice(0, -2)])).to.deep.equal([arn]);
    expect(await ask(['--log-group', 'arn:aws:logs:us-east-1:'])).to.include(arn);
    expect(await ask(['--log-group', 'arn:aws:logs:eu-west-1:'])).to.deep.equal([]);
  });

  it('asks where the command would ask', async () => {
    const elsewhere = 'http://127.0.0.1:1';
    for (const words of [
      ['trace', 'x', '--endpoint', service.local.endpoint],
      ['trace', `--endpoint='${service.local.endpoint}'`],
    ]) {
      expect(await ask(['--log-group', '/apps/o', ...words], { endpoint: elsewhere })).to.deep.equal([
        '/apps/orders',
      ]);
    }
    const from = ['--from-group', '/apps/o', 'replay', '--from-endpoint', service.local.endpoint];
    expect(await ask(from, { endpoint: elsewhere })).to.deep.equal(['/apps/orders']);
    expect(await ask(['--log-group', '/apps/o', '--region', 'eu-west-1'])).to.deep.equal([]);
  });

  it('says nothing where there is nothing to say', async () => {
    expect(await ask(['--log-group', '/apps/*'])).to.deep.equal([]);
    expect(await ask(['--log-group', '$(date)'])).to.deep.equal([]);
    const signal = AbortSignal.timeout(50);
    expect(await ask(['--log-group', '/'], { endpoint: 'http://127.0.0.1:1', signal })).to.deep.equal([]);
  });

  it('is named by no help', async () => {
    const { stdout } = await runCommand(service.local.endpoint, ['--help']);
    expect(stdout).not.to.contain('complete-log-groups');
  });
});
