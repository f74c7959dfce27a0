import { expect } from 'chai';
import { logs } from '@opentelemetry/api-logs';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { bridgeLogsApis } from '../src/index.js';

describe('bridgeLogsApis', () => {
  afterEach(() => logs.disable());

  it('sets the provider in the logs APIs that are there, and says which', () => {
    const provider = new LoggerProvider();
    // @opentelemetry/api 1.9 has no logs API of its own.
    expect(bridgeLogsApis(provider)).to.deep.equal({ api: false, apiLogs: true });
    expect(logs.getLogger('x').constructor.name).to.equal(provider.getLogger('x').constructor.name);
  });

  it('replaces nothing that was set before', () => {
    bridgeLogsApis(new LoggerProvider());
    expect(bridgeLogsApis(new LoggerProvider()).apiLogs).to.equal(false);
  });
});
