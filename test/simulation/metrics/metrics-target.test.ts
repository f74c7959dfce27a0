import { expect } from 'chai';

import { metricsTarget } from '../../../src/simulation/metrics/metrics-target.js';

describe('metricsTarget', () => {
  const keysFor = (
    metricsEndpoint: string,
    metricsCredentials?: Parameters<typeof metricsTarget>[0]['metricsCredentials'],
  ) => metricsTarget({ metricsEndpoint, metricsCredentials })!.credentials();
  const own = { accessKeyId: 'own', secretAccessKey: 'secret' };

  it('is nowhere without an address', () => {
    expect(metricsTarget({})).to.equal(undefined);
  });

  it('has keys of any kind for what is not AWS', async () => {
    const any = { accessKeyId: 'test', secretAccessKey: 'test' };
    for (const url of [
      'http://127.0.0.1:4566',
      'http://localstack:4566/',
      'https://amazonaws.com.example.com',
    ]) {
      expect(await keysFor(url), url).to.deep.equal(any);
    }
  });

  it('has the keys that it is given, or that are fetched', async () => {
    for (const url of ['http://127.0.0.1:4566', 'https://monitoring.us-east-1.amazonaws.com']) {
      expect(await keysFor(url, own)).to.equal(own);
      expect(await keysFor(url, () => Promise.resolve(own))).to.equal(own);
    }
  });

  it('has the keys that the AWS SDK finds for AWS', async () => {
    const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE'] as const;
    const before = names.map((name) => process.env[name]);
    process.env.AWS_ACCESS_KEY_ID = 'of-the-environment';
    process.env.AWS_SECRET_ACCESS_KEY = 'its-secret';
    process.env.AWS_SESSION_TOKEN = 'its-token';
    delete process.env.AWS_PROFILE;
    try {
      expect(await keysFor('https://monitoring.eu-west-1.amazonaws.com')).to.deep.include({
        accessKeyId: 'of-the-environment',
        secretAccessKey: 'its-secret',
        sessionToken: 'its-token',
      });
    } finally {
      for (const [index, name] of names.entries()) {
        if (before[index] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[index];
      }
    }
  });
});
