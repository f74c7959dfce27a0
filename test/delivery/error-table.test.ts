import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import {
  classifyError,
  type ErrorKind,
  KIND_BY_ERROR_NAME,
  KIND_BY_NETWORK_CODE,
} from '../../src/cloudwatch/classify-error.js';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { createDelivery } from '../../src/delivery/create-delivery.js';
import { errorTable } from '../../src/delivery/error-table.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { Losses, type LossReason } from '../../src/observability/losses.js';
import { batch } from './builders.js';
import { type Answer, StubService } from './stub-service.js';

/** Every exception of the service's model (2014-03-28) and what it means for a request. */
const OF_THE_MODEL: Readonly<Record<string, ErrorKind>> = {
  AccessDeniedException: 'denied',
  ConflictException: 'retry',
  DataAlreadyAcceptedException: 'already_accepted',
  InternalServerException: 'retry',
  InternalStreamingException: 'retry',
  InvalidOperationException: 'refused',
  InvalidParameterException: 'invalid',
  InvalidSequenceTokenException: 'sequence_token',
  LimitExceededException: 'throttled',
  MalformedQueryException: 'refused',
  OperationAbortedException: 'retry',
  ResourceAlreadyExistsException: 'exists',
  ResourceNotFoundException: 'missing',
  ServiceQuotaExceededException: 'throttled',
  ServiceUnavailableException: 'retry',
  SessionStreamingException: 'retry',
  SessionTimeoutException: 'retry',
  ThrottlingException: 'throttled',
  TooManyTagsException: 'refused',
  UnrecognizedClientException: 'credentials',
  ValidationException: 'invalid',
};

/** What becomes of a batch of one event that meets an error of a kind once: delivered, or lost for a reason. */
const OUTCOME: Readonly<Record<ErrorKind, { requests: number; lost?: LossReason; makes?: boolean }>> = {
  retry: { requests: 2 },
  throttled: { requests: 2 },
  credentials: { requests: 2 },
  denied: { requests: 2 },
  missing: { requests: 2, makes: true },
  exists: { requests: 1, lost: 'delivery_failed' },
  invalid: { requests: 1, lost: 'rejected' },
  unreadable: { requests: 1, lost: 'rejected' },
  sequence_token: { requests: 2 },
  already_accepted: { requests: 1 },
  configuration: { requests: 2 },
  unexpected: { requests: 2 },
  refused: { requests: 1, lost: 'delivery_failed' },
};

type ExceptionClass = new (options: { message: string; $metadata: object }) => Error;

/** The exceptions that the installed SDK knows. */
function modelledExceptions(): [string, ExceptionClass][] {
  return Object.entries(sdk).filter(
    ([name, value]) =>
      typeof value === 'function' &&
      value.prototype instanceof sdk.CloudWatchLogsServiceException &&
      name !== 'CloudWatchLogsServiceException',
  ) as unknown as [string, ExceptionClass][];
}

describe('the table of errors', () => {
  let service: StubService;
  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());
  beforeEach(() => {
    service.reset();
  });

  it("has every exception of the SDK's model, each as the kind that it is", () => {
    const modelled = modelledExceptions();
    expect(modelled.map(([name]) => name).sort()).to.deep.equal(Object.keys(OF_THE_MODEL));
    for (const [name, Exception] of modelled) {
      const error = new Exception({ message: 'no', $metadata: { httpStatusCode: 418 } });
      expect(error.name).to.equal(name);
      expect(classifyError(error), name).to.equal(OF_THE_MODEL[name]);
    }
  });

  /** Sends one event to a service that answers the first PutLogEvents so. */
  async function meet(
    answer: Answer | { throws: Error },
  ): Promise<{ requests: number; delivered: number; lost: object; made: string[] }> {
    let isFirst = true;
    const first = (): boolean => {
      const was = isFirst;
      isFirst = false;
      return was;
    };
    service.answer = ({ operation }) =>
      operation === 'PutLogEvents' && !('throws' in Object(answer)) && first() ? (answer as Answer) : {};
    const client = createCloudWatchLogsClient({
      endpoint: service.endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    });
    if (typeof answer === 'object' && 'throws' in answer) {
      client.middlewareStack.add(
        (next) => (args) => {
          if (first()) throw answer.throws;
          return next(args);
        },
        { step: 'finalizeRequest', name: 'fails', priority: 'low' },
      );
    }
    const losses = new Losses();
    const delivery = createDelivery(
      { client, losses, diagnostics: new Diagnostics() },
      { compression: 'none', retry: { initialDelayMillis: 1, maxDelayMillis: 1 } },
    );
    const { delivered } = await delivery.deliver([batch(['an event'])]);
    const { requests } = delivery.status();
    await delivery.shutdown();
    client.destroy();
    const made = service.received.map(({ operation }) => operation).filter((name) => name !== 'PutLogEvents');
    return { requests, delivered, lost: losses.byReason(), made };
  }

  for (const [name, kind] of Object.entries(KIND_BY_ERROR_NAME)) {
    it(`decides what becomes of a batch that meets ${name}: ${kind}`, async () => {
      const { requests, lost, makes } = OUTCOME[kind];
      const met = await meet({ status: 400, json: { __type: name, message: 'no' } });
      expect(met.requests).to.equal(requests);
      expect(met.lost).to.deep.equal(lost === undefined ? {} : { [lost]: 1 });
      expect(met.delivered).to.equal(lost === undefined ? 1 : 0);
      expect(met.made.length > 0).to.equal(makes === true);
    });
  }

  for (const code of Object.keys(KIND_BY_NETWORK_CODE)) {
    it(`delivers a batch that meets ${code}`, async () => {
      const met = await meet({ throws: Object.assign(new Error('no'), { code }) });
      expect(met).to.deep.include({ requests: 2, delivered: 1, lost: {} });
    });
  }

  for (const status of [400, 402, 405, 407, 409, 418, 421, 423, 426, 451, 499]) {
    it(`sends a batch again that meets HTTP ${status} without a known name`, async () => {
      for (const json of [{}, { __type: 'SomethingNewException', message: 'no' }]) {
        expect(await meet({ status, json })).to.deep.include({ requests: 2, delivered: 1, lost: {} });
      }
    });
  }

  it('sends a batch again of which an answer rejects events that it does not have', async () => {
    for (const rejectedLogEventsInfo of [
      { tooOldLogEventEndIndex: 2 },
      { expiredLogEventEndIndex: -1 },
      { tooNewLogEventStartIndex: 0.5 },
    ]) {
      const met = await meet({ json: { rejectedLogEventsInfo } });
      expect(met).to.deep.include({ requests: 2, delivered: 1, lost: {} });
    }
  });

  it('is shown whole: each error once, each kind with what happens', () => {
    const text = errorTable();
    for (const name of [...Object.keys(KIND_BY_ERROR_NAME), ...Object.keys(KIND_BY_NETWORK_CODE)]) {
      expect(text.split(`\`${name}\``), name).to.have.length(2);
    }
    for (const kind of [...Object.keys(OUTCOME), 'implausible'])
      expect(text).to.match(new RegExp(`^\\| \`${kind}\` \\| [A-Z]`, 'm'));
    expect(text).to.contain('HTTP 401').and.to.contain('HTTP 500 to 599');
  });
});
