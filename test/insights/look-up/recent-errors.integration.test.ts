import { CreateLogGroupCommand, CreateLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { CorrelationEngine, type CorrelationResult, LogEventBuilder } from '../../../src/insights/index.js';
import { itNeeds } from '../../endpoint/it-needs.js';
import { ServiceUnderTest } from '../../endpoint/service-under-test.js';

const HOUR = 3_600_000;

/** Errors, as their writers write them; each has the word that finds it among the texts. */
const ERRORS: readonly (object | string)[] = [
  { body: 'otel-text', severity_text: 'error', severity_number: 17 },
  { body: 'otel-number', severity_number: 21 },
  { body: 'otlp', severityNumber: 18, severityText: 'Error2', timeUnixNano: 1 },
  { level: 50, msg: 'pino-raw', time: 1, pid: 1 },
  { level: 'error', message: 'winston' },
  { level: 'ERROR', message: 'powertools', service: 'a', timestamp: 'x' },
  { levelname: 'CRITICAL', message: 'python-json' },
  { 'log.level': 'fatal', message: 'ecs' },
  { lvl: 'Error', message: 'go-kit' },
  { errorType: 'TypeError', errorMessage: 'lambda-unhandled', stackTrace: ['at a (b.js:1:2)'] },
  { message: 'semantic', attributes: { 'exception.type': 'RangeError', 'exception.message': 'x' } },
  {
    name: 'span-failed',
    traceId: 't',
    spanId: 's',
    startTimeUnixNano: 1,
    endTimeUnixNano: 2,
    status: { code: 2 },
  },
  '2026-03-01T12:00:00.000Z\t8f507cfc-8f2b-4c3b-9d1e-6a1f5b0c9d7e\tERROR\tlambda-node',
  '[ERROR]\t2026-03-01T12:00:00.000Z\t8f507cfc-8f2b-4c3b-9d1e-6a1f5b0c9d7e\tlambda-python',
  '2026-03-01 12:00:00 error: plain-line',
  'FATAL postgres-line',
];

const OTHERS: readonly (object | string)[] = [
  { body: 'no error at all', severity_text: 'info', severity_number: 9 },
  { level: 30, msg: 'error count is 0' },
  { level: 'warn', message: 'almost an Error' },
  {
    name: 'span-fine',
    traceId: 't',
    spanId: 's',
    startTimeUnixNano: 1,
    endTimeUnixNano: 2,
    status: { code: 0 },
  },
  'INFO retries after ERROR of before',
  'GET /error 200',
];

describe('CorrelationEngine.recentErrors', () => {
  let service: ServiceUnderTest;
  const textOf = (message: object | string): string =>
    typeof message === 'string' ? message : JSON.stringify(message);

  beforeEach(async () => {
    service = await ServiceUnderTest.start({ ownClock: true });
  });
  afterEach(() => service.stop());

  async function group(path: string, messages: readonly string[], logGroupClass?: 'INFREQUENT_ACCESS') {
    const logGroupName = service.name(path);
    service.time -= 2 * HOUR;
    await service.client.send(new CreateLogGroupCommand({ logGroupName, logGroupClass }));
    await service.client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'stream' }));
    service.time += 2 * HOUR;
    await service.put(
      path,
      messages.map((message, index): [number, string] => [index - HOUR, message]),
    );
  }
  const engineOf = (more: object = {}): CorrelationEngine =>
    new CorrelationEngine({
      client: service.client,
      logGroups: [service.name('/apps/*')],
      spans: !service.isShared,
      clock: () => service.time,
      ...more,
    });
  const messages = ({ events }: CorrelationResult): string[] => events.map(({ message }) => message);

  it('finds errors of every writer, and nothing else', async () => {
    const errors = ERRORS.map(textOf);
    await group('/apps/a', [...errors, ...OTHERS.map(textOf)]);
    expect(messages(await engineOf().recentErrors()).sort()).to.deep.equal([...errors].sort());
  });

  it('finds them in groups without field discovery', async () => {
    const errors = ERRORS.map(textOf);
    await group('/apps/ia', [...errors, ...OTHERS.map(textOf)], 'INFREQUENT_ACCESS');
    expect(messages(await engineOf({ freshMillis: 0 }).recentErrors()).sort()).to.deep.equal(
      [...errors].sort(),
    );
  });

  itNeeds('clock', 'finds them while queries do not answer them yet', async () => {
    const errors = ERRORS.map(textOf);
    // All are older than their group, which stands for fresh events: FilterLogEvents alone shows them.
    await service.createStream('/apps/fresh');
    await service.put(
      '/apps/fresh',
      [...errors, ...OTHERS.map(textOf)].map((message, index): [number, string] => [index - 60_000, message]),
    );
    const result = await engineOf().recentErrors();
    expect(messages(result).sort()).to.deep.equal([...errors].sort());
    expect(result.steps.find(({ step }) => step === 'fresh')?.events).to.equal(errors.length);
  });

  it('gives the newest, as many as asked for', async () => {
    const error = new LogEventBuilder().severity('ERROR');
    await group(
      '/apps/a',
      ['1', '2', '3'].map((body) => error.body(body).build().message),
    );
    await group(
      '/apps/b',
      ['4', '5'].map((body) => error.body(body).build().message),
    );
    const result = await engineOf().recentErrors({ limit: 2 });
    expect(result.events).to.have.lengthOf(2);
    expect(result.events.map(({ text }) => text)).to.include('3');
    expect(result.lookUp.kind).to.equal('errors');
  });
});
