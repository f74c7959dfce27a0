import { expect } from 'chai';
import { type LogsApis, refusedSentence } from '../../src/register/logs-apis.js';

const API_GLOBAL = Symbol.for('opentelemetry.js.api.1');

describe('refusedSentence', () => {
  const globals = globalThis as { [API_GLOBAL]?: object };
  const before = globals[API_GLOBAL];
  const logs = {} as NonNullable<LogsApis['api']['logs']>;

  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(globals, API_GLOBAL);
    else globals[API_GLOBAL] = before;
  });

  it('names the version that was first, where the API has taken no logger provider', () => {
    globals[API_GLOBAL] = { version: '1.9.1', trace: {} };
    expect(refusedSentence({ api: { logs }, apiLogs: undefined })).to.match(
      /^another package's @opentelemetry\/api 1\.9\.1 has been set up first/,
    );
  });

  it('says nothing where it has, or has no logs', () => {
    globals[API_GLOBAL] = { version: '1.9.1', trace: {} };
    expect(refusedSentence({ api: {}, apiLogs: undefined })).to.equal(undefined);
    globals[API_GLOBAL] = { version: '1.10.0', logs: {} };
    expect(refusedSentence({ api: { logs }, apiLogs: undefined })).to.equal(undefined);
  });
});
