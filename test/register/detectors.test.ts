import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as resources from '@opentelemetry/resources';
import { expect } from 'chai';
import sinon from 'sinon';
import { Application } from '../../src/register/application.js';
import { boundInTime, DETECTION_MILLIS, findDetectors } from '../../src/register/detectors.js';
import { createResource, createSpanResource } from '../../src/register/resource.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

function applicationIn(directory: string): Application {
  const ownRequire = createRequire(join(directory, 'noop.js'));
  return new Application({ mainFile: undefined, workingDirectory: directory, ownRequire }, () => undefined);
}

describe('findDetectors', () => {
  let empty: string;
  before(() => {
    empty = mkdtempSync(join(tmpdir(), 'detectors-'));
  });
  after(() => {
    rmSync(empty, { recursive: true, force: true });
  });

  function found(environment: Record<string, string>, directory = root): { names: string[]; said: string[] } {
    const said: string[] = [];
    const all = findDetectors(applicationIn(directory), environment, resources, (text) => said.push(text));
    return { names: all.map((detector) => detector.constructor.name), said };
  }
  const named = (names: string, environment = {}, directory?: string) =>
    found({ OTEL_NODE_RESOURCE_DETECTORS: names, ...environment }, directory);

  it('takes none where nothing is asked for and no platform shows itself', () => {
    expect(found({})).to.deep.equal({ names: [], said: [] });
    const lambda = { AWS_LAMBDA_FUNCTION_NAME: 'f', KUBERNETES_SERVICE_HOST: 'x' };
    expect(found(lambda)).to.deep.equal({ names: [], said: [] });
  });

  it('takes those of the platform that the environment shows', () => {
    const ecs = { ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:1/v4' };
    expect(found(ecs)).to.deep.equal({ names: ['ContainerDetector', 'AwsEcsDetector'], said: [] });
    const kubernetes = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    expect(found(kubernetes)).to.deep.equal({ names: ['ContainerDetector', 'AwsEksDetector'], said: [] });
  });

  it('says nothing of packages that nobody asked for', () => {
    const ecs = { ECS_CONTAINER_METADATA_URI: 'http://127.0.0.1:1/v3' };
    expect(found(ecs, empty)).to.deep.equal({ names: [], said: [] });
    expect(named('all', {}, empty)).to.deep.equal({
      names: ['HostDetector', 'OSDetector', 'ProcessDetector'],
      said: [],
    });
  });

  it('takes those that are named', () => {
    const host = { names: ['HostDetector', 'ProcessDetector'], said: [] };
    expect(named('env, host ,serviceinstance,process,host')).to.deep.equal(host);
    expect(named('os,container')).to.deep.equal({ names: ['OSDetector', 'ContainerDetector'], said: [] });
    expect(named('none')).to.deep.equal({ names: [], said: [] });
    expect(named('all,none').names).to.include.members(['HostDetector', 'AwsEc2Detector', 'GcpDetector']);
    expect(named('azure,alibaba').names).to.have.lengthOf(4);
  });

  it('asks for no EC2 instance where there can be none to answer', () => {
    const OTHERS = ['AwsEcsDetector', 'AwsEksDetector', 'AwsBeanstalkDetector', 'AwsLambdaDetector'];
    expect(named('aws').names).to.deep.equal(['AwsEc2Detector', ...OTHERS]);
    for (const elsewhere of [{ AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE' }, { AWS_LAMBDA_FUNCTION_NAME: 'f' }]) {
      expect(named('aws', elsewhere).names).to.deep.equal(OTHERS);
    }
  });

  it('says in a line which package is missing, and which name is unknown', () => {
    expect(named('aws,host', {}, empty)).to.deep.equal({
      names: ['HostDetector'],
      said: [
        'OTEL_NODE_RESOURCE_DETECTORS names aws, but @opentelemetry/resource-detector-aws is not installed; run: npm install @opentelemetry/resource-detector-aws',
      ],
    });
    expect(named('AWS,os')).to.deep.equal({
      names: ['OSDetector'],
      said: [
        'OTEL_NODE_RESOURCE_DETECTORS names AWS, which is unknown (env, serviceinstance, host, os, process, container, alibaba, gcp, aws, azure, all, none); it is left out',
      ],
    });
  });
});

describe('boundInTime', () => {
  it('waits for late attributes no longer than that, and keeps what came', async () => {
    const clock = sinon.useFakeTimers();
    try {
      const detectors = boundInTime([
        { detect: () => ({ attributes: { never: new Promise<string>(() => undefined), now: 1 } }) },
        {
          detect: () => ({
            attributes: { soon: Promise.resolve('x'), fails: Promise.reject(new Error('no')) },
          }),
        },
        { detect: () => ({}) },
      ]);
      const resource = resources.detectResources({ detectors });
      const settled = resource.waitForAsyncAttributes!();
      await clock.tickAsync(DETECTION_MILLIS - 1);
      expect(resource.asyncAttributesPending).to.equal(true);
      await clock.tickAsync(1);
      await settled;
      expect(resource.attributes).to.deep.equal({ now: 1, soon: 'x' });
    } finally {
      clock.restore();
    }
  });

  it('leaves it to others to handle a detector that throws', () => {
    const [detector] = boundInTime([
      {
        detect() {
          throw new Error('broken');
        },
      },
    ]);
    expect(() => detector!.detect()).to.throw('broken');
    expect(resources.detectResources({ detectors: [detector!] }).attributes).to.deep.equal({});
  });
});

describe('createResource', () => {
  const TASK = 'arn:aws:ecs:eu-west-1:111122223333:task/shop/4d2f1c0b9a8e7d6c5b4a392817161514';
  const CONTAINER = 'arn:aws:ecs:eu-west-1:111122223333:container/shop/4d2f/0f9e8d7c';
  let metadata: Server;
  const outside = process.env.ECS_CONTAINER_METADATA_URI_V4;
  before(async () => {
    metadata = createServer((request, response) => {
      const ofTask = {
        TaskARN: TASK,
        Cluster: 'shop',
        Family: 'orders',
        Revision: '42',
        LaunchType: 'FARGATE',
      };
      const options = {
        'awslogs-group': '/ecs/orders',
        'awslogs-region': 'eu-west-1',
        'awslogs-stream': 's',
      };
      const ofContainer = { ContainerARN: CONTAINER, LogDriver: 'awslogs', LogOptions: options };
      response.end(JSON.stringify(request.url === '/v4/task' ? ofTask : ofContainer));
    });
    await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
    // The detector reads it itself.
    process.env.ECS_CONTAINER_METADATA_URI_V4 = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}/v4`;
  });
  after(() => {
    if (outside === undefined) delete process.env.ECS_CONTAINER_METADATA_URI_V4;
    else process.env.ECS_CONTAINER_METADATA_URI_V4 = outside;
    metadata.close();
  });

  function fail(message: string): never {
    throw new Error(message);
  }

  it('has what the platform says as soon as it has said it, and the rest at once', async () => {
    const { resource, known } = createResource(applicationIn(root), process.env, fail)!;
    expect(known.asyncAttributesPending).to.equal(false);
    expect(known.attributes).to.include.keys('host.name', 'service.name', 'service.instance.id');
    expect(resource.asyncAttributesPending).to.equal(true);
    await resource.waitForAsyncAttributes!();
    expect(resource.attributes).to.include({
      ...known.attributes,
      'cloud.platform': 'aws_ecs',
      'aws.ecs.task.arn': TASK,
    });
  });

  it('leaves spans the log group of the records, where the platform names that of standard output', async () => {
    const ofProcess = createResource(applicationIn(root), process.env, fail)!;
    const environment = { OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '/apps/orders' };
    const ofSpans = createSpanResource(applicationIn(root), ofProcess, environment)!;
    await ofSpans.waitForAsyncAttributes!();
    expect(ofSpans.attributes['aws.log.group.names']).to.deep.equal(['/apps/orders']);
    expect(ofSpans.attributes['aws.ecs.task.arn']).to.equal(TASK);
  });

  it('takes attributes of a file in the place of the variables', () => {
    const attributes = { 'service.name': 'from file', shards: 3 };
    const { known } = createResource(applicationIn(root), {}, fail, attributes)!;
    expect(known.attributes).to.include(attributes);
  });
});
