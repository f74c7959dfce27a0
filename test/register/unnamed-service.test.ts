import { resourceFromAttributes, type DetectedResourceAttributes } from '@opentelemetry/resources';
import { expect } from 'chai';
import { remarkOnUnnamedService } from '../../src/register/unnamed-service.js';

describe('remarkOnUnnamedService', () => {
  /** What is said once all is detected. */
  async function said(
    attributes: DetectedResourceAttributes,
    { said = {}, file, mainFile }: { said?: object; file?: string; mainFile?: string } = {},
  ): Promise<string[]> {
    const lines: string[] = [];
    const resource = resourceFromAttributes(attributes);
    const ofUser = resourceFromAttributes(said as DetectedResourceAttributes);
    remarkOnUnnamedService(
      { resource, known: resource, said: ofUser },
      {
        environment: { OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '/apps/{service.name}' },
        file,
        mainFile,
      },
      (line) => lines.push(line),
    );
    await resource.waitForAsyncAttributes?.();
    await Promise.resolve();
    return lines;
  }
  const unknown = { 'service.name': 'unknown_service:node' };
  const rest =
    'the service is called unknown_service:node, and its records go to the log group /apps/unknown_service_node';

  it('names what to set, the service and the log group', async () => {
    expect(await said(unknown)).to.deep.equal([`OTEL_SERVICE_NAME is not set: ${rest}`]);
    expect(await said(unknown, { file: 'otel.yaml' })).to.deep.equal([
      `otel.yaml: resource.attributes has no service.name: ${rest}`,
    ]);
  });

  it('waits for detectors, which may name it', async () => {
    expect(await said({ 'service.name': Promise.resolve('aws_elastic_beanstalk') })).to.deep.equal([]);
    expect(await said({ ...unknown, 'cloud.provider': Promise.resolve('aws') })).to.have.length(1);
  });

  it('says nothing where the user or the platform names it, and in what only starts the application', async () => {
    expect(await said(unknown, { said: unknown })).to.deep.equal([]);
    expect(await said({ 'service.name': 'orders' })).to.deep.equal([]);
    expect(await said({})).to.deep.equal([]);
    for (const mainFile of ['npm/bin/npm-cli.js', 'pm2/bin/pm2', 'pm2/lib/Daemon.js']) {
      expect(await said(unknown, { mainFile: `/usr/lib/node_modules/${mainFile}` }), mainFile).to.deep.equal(
        [],
      );
    }
  });

  it('takes what pm2 starts an application with for the application', async () => {
    for (const file of ['ProcessContainer.js', 'ProcessContainerFork.js', 'ProcessContainerBun.js']) {
      expect(await said(unknown, { mainFile: `/usr/lib/node_modules/pm2/lib/${file}` }), file).to.have.length(
        1,
      );
    }
  });
});
