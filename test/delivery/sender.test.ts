import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';
import { createSender, readRejections, type Sender } from '../../src/delivery/sender.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { batch, messages } from './builders.js';
import { type Outcome } from '../../src/delivery/outcome.js';
import { type Answer, StubService } from './stub-service.js';

const awkward = ['plain', 'with "quotes" and \\', 'line\nbreak\u0000', 'ünï→😀', '\ud800 lone', '{"a":1}'];

describe('createSender', () => {
  let service: StubService;
  let client: CloudWatchLogsClient;
  let sender: Sender;
  let said: string[];
  const never = new AbortController().signal;

  before(async () => {
    service = await StubService.start();
  });
  after(() => service.stop());
  beforeEach(() => {
    service.reset();
    said = [];
    const note = (message: string): void => void said.push(message);
    const diagnostics = new Diagnostics({
      logger: { error: note, warn: note, info: note, debug: () => undefined },
    });
    client = createCloudWatchLogsClient({
      endpoint: service.endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    });
    sender = createSender({ client, diagnostics }, { compression: 'gzip', requestTimeoutMillis: 5_000 });
  });
  afterEach(() => {
    client.destroy();
  });

  const fail = (status: number, type: string, members: object = {}): void => {
    service.answer = () => ({ status, json: { __type: type, message: 'no', ...members } });
  };

  it('sends every message as it is, gzipped and plain', async () => {
    for (const texts of [awkward, [...awkward, ...messages(500)]]) {
      service.reset();
      expect(await sender.send(batch(texts), never)).to.deep.include({ kind: 'accepted', rejected: [] });
      const { body, operation, headers, wireBytes } = service.received[0]!;
      expect(operation).to.equal('PutLogEvents');
      expect(body.logGroupName).to.equal('/apps/orders');
      expect(body.logStreamName).to.equal('one');
      expect(body.logEvents.map(({ message }) => message)).to.deep.equal(texts);
      expect(body.logEvents[1]!.timestamp).to.equal(1_700_000_000_001);
      expect(headers['content-length']).to.equal(String(wireBytes));
      expect(headers['content-encoding']).to.equal(texts.length > 100 ? 'gzip' : undefined);
      expect(headers.authorization).to.match(/^AWS4-HMAC-SHA256 Credential=a\/\d+\/eu-central-1\/logs/);
    }
  });

  it('sends plain where compression is off', async () => {
    sender = createSender(
      { client, diagnostics: new Diagnostics() },
      { compression: 'none', requestTimeoutMillis: 5_000 },
    );
    await sender.send(batch(messages(500)), never);
    expect(service.received[0]!.headers['content-encoding']).to.equal(undefined);
  });

  it('sends the entity', async () => {
    const entity = { keyAttributes: { Type: 'Service', Name: 'orders' }, attributes: { a: 'b' } };
    await sender.send(batch(['x'], { entity }), never);
    expect(service.received[0]!.body.entity).to.deep.equal(entity);
  });

  it('shows the events to a stand-in of the client', async () => {
    const inputs: unknown[] = [];
    const standIn = {
      send(command: { input: { logEvents: unknown } }) {
        inputs.push({ ...command.input });
        return Promise.resolve({});
      },
    };
    sender = createSender(
      { client: standIn as unknown as CloudWatchLogsClient, diagnostics: new Diagnostics() },
      { compression: 'gzip', requestTimeoutMillis: 5_000 },
    );
    const entity = { keyAttributes: { Name: 'orders' }, attributes: {} };
    expect((await sender.send(batch(['a "b"'], { entity }), never)).kind).to.equal('accepted');
    expect(inputs).to.deep.equal([
      {
        logGroupName: '/apps/orders',
        logStreamName: 'one',
        logEvents: [{ timestamp: 1_700_000_000_000, message: 'a "b"' }],
        entity,
      },
    ]);
  });

  for (const length of [1, 2_000]) {
    it(`shows a stand-in events of ${length} characters that are over by then`, async () => {
      const commands: { input: { logEvents: unknown } }[] = [];
      const standIn = {
        send(command: { input: { logEvents: unknown } }) {
          commands.push(command);
          return Promise.resolve({});
        },
      };
      sender = createSender(
        { client: standIn as unknown as CloudWatchLogsClient, diagnostics: new Diagnostics() },
        { compression: 'gzip', requestTimeoutMillis: 5_000 },
      );
      const message = 'é'.repeat(length);
      const one = batch([message]);
      let isOver = false;
      const events = one.events.map(({ timestamp, messageBytes, messageJson }) => ({
        timestamp,
        messageBytes,
        get messageJson() {
          return isOver ? expect.fail('it is read later') : messageJson;
        },
      }));
      await sender.send({ ...one, events }, never);
      isOver = true;
      expect(commands[0]!.input.logEvents).to.deep.equal([{ timestamp: 1_700_000_000_000, message }]);
    });
  }

  it('sends the same body again when the SDK retries', async () => {
    const retrying = createCloudWatchLogsClient({
      endpoint: service.endpoint,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    sender = createSender(
      { client: retrying, diagnostics: new Diagnostics() },
      { compression: 'gzip', requestTimeoutMillis: 5_000 },
    );
    service.answer = () => (service.received.length < 2 ? 'reset' : {});
    let repeats = 0;
    const outcome = await sender.send(batch(messages(500)), never, undefined, () => repeats++);
    expect(outcome.kind).to.equal('accepted');
    retrying.destroy();
    expect(repeats).to.equal(1);
    expect(service.received).to.have.lengthOf(2);
    expect(service.received[1]!.body).to.deep.equal(service.received[0]!.body);
    expect(service.received[1]!.headers['content-encoding']).to.equal('gzip');
  });

  it('tells of each request on the wire, also after the last of the SDK', async () => {
    const heard: string[] = [];
    const silent = () => undefined;
    const debug = (line: string): void => void heard.push(line);
    const retrying = createCloudWatchLogsClient({
      endpoint: service.endpoint,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 3,
    });
    const diagnostics = new Diagnostics({ logger: { error: silent, warn: silent, info: silent, debug } });
    sender = createSender(
      { client: retrying, diagnostics },
      { compression: 'none', requestTimeoutMillis: 5_000 },
    );
    fail(500, 'InternalFailure');
    let repeats = 0;
    expect(await sender.send(batch(['a']), never, undefined, () => repeats++)).to.include({ kind: 'retry' });
    retrying.destroy();
    expect(service.received).to.have.lengthOf(3);
    expect(repeats).to.equal(2);
    expect(heard.join()).to.match(/a request to log group \/apps\/orders, stream one is made again$/);
  });

  it('counts rejected events and passes on why an entity was not taken', async () => {
    service.answer = () => ({
      json: {
        rejectedLogEventsInfo: { tooOldLogEventEndIndex: 2, tooNewLogEventStartIndex: 9 },
        rejectedEntityInfo: { errorType: 'InvalidAttributes' },
      },
    });
    expect(await sender.send(batch(messages(10)), never)).to.deep.include({
      rejected: [
        { reason: 'too_old', count: 2 },
        { reason: 'too_new', count: 1 },
      ],
      entityError: 'InvalidAttributes',
    });
  });

  it('tells errors apart', async () => {
    const outcomeOf = async (): Promise<unknown> => {
      const { kind, ...rest } = await sender.send(batch(['x']), never);
      return 'cause' in rest ? `${kind} ${rest.cause}` : kind;
    };
    const expected: [number, string, string][] = [
      [400, 'ThrottlingException', 'retry throttled'],
      [500, 'InternalFailure', 'retry retry'],
      [503, 'ServiceUnavailableException', 'retry retry'],
      [400, 'ResourceNotFoundException', 'retry missing'],
      [400, 'AccessDeniedException', 'retry denied'],
      [400, 'ExpiredTokenException', 'retry credentials'],
      [400, 'UnrecognizedClientException', 'retry credentials'],
      [400, 'InvalidParameterException', 'split'],
      [400, 'SerializationException', 'split'],
      [400, 'InvalidOperationException', 'refused'],
      [400, 'ResourceAlreadyExistsException', 'refused'],
      [400, 'SomethingNewException', 'retry unexpected'],
    ];
    for (const [status, type, outcome] of expected) {
      fail(status, type);
      expect(await outcomeOf(), type).to.equal(outcome);
    }
    service.answer = () => 'reset';
    expect(await outcomeOf(), 'reset').to.equal('retry retry');
    service.answer = () => ({ status: 502, text: '<html>' });
    expect(await outcomeOf(), '502').to.equal('retry retry');
    service.answer = () => ({ status: 404, text: '<html>' });
    expect(await outcomeOf(), '404').to.equal('retry retry');
    service.answer = () => ({ text: '<html>' });
    expect(await outcomeOf(), 'an answer that is no JSON').to.equal('retry retry');
  });

  it('reads Retry-After', async () => {
    service.answer = () => ({
      status: 503,
      headers: { 'retry-after': '7' },
      json: { __type: 'ServiceUnavailableException' },
    });
    expect(await sender.send(batch(['x']), never)).to.include({ kind: 'retry', afterMillis: 7_000 });
  });

  it('gives up a request without an answer', async () => {
    service.answer = () => 'hang';
    sender = createSender(
      { client, diagnostics: new Diagnostics() },
      { compression: 'none', requestTimeoutMillis: 20 },
    );
    const outcome = await sender.send(batch(['x']), never);
    expect(outcome).to.include({ kind: 'retry', cause: 'retry' });
    expect((outcome as { error: Error }).error.message).to.equal('no answer within 20 ms');
  });

  it('gives up at once when it is aborted, before and while sending', async () => {
    service.answer = () => 'hang';
    const early = new AbortController();
    early.abort();
    expect((await sender.send(batch(['x']), early.signal)).kind).to.equal('retry');
    const late = new AbortController();
    const sent = sender.send(batch(['x']), late.signal);
    setImmediate(() => {
      late.abort();
    });
    expect((await sent).kind).to.equal('retry');
  });

  it('never throws', async () => {
    const bad = {
      ...batch(['x']),
      events: [
        {
          timestamp: 1,
          messageBytes: 1,
          get messageJson(): string {
            throw new Error('broken');
          },
        },
      ],
    };
    expect(await sender.send(bad, never)).to.include({ kind: 'retry' });
    // A client that breaks the rule of throwing errors.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const standIn = { send: () => Promise.reject('text') } as unknown as CloudWatchLogsClient;
    sender = createSender(
      { client: standIn, diagnostics: new Diagnostics() },
      { compression: 'none', requestTimeoutMillis: 5_000 },
    );
    const outcome = await sender.send(batch(['x']), never);
    expect((outcome as { error: Error }).error.message).to.match(/^Error/);
  });

  describe('against something that is not the service', () => {
    const noAnswers: Answer[] = [
      { status: 204, text: '' },
      { status: 200, text: '' },
      { status: 201, json: {} },
      { status: 202, json: { nextSequenceToken: '1' } },
      { status: 200, headers: { 'content-type': 'text/html' }, text: '{"error":"maintenance"}' },
      { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, text: '{}' },
      { status: 200, headers: { 'content-type': 'text/html' }, text: '<h1>Down for maintenance</h1>' },
      { status: 200, json: { error: 'maintenance' } },
      { status: 200, json: { message: 'ok', logEvents: [] } },
      { status: 200, json: [] },
      { status: 200, text: 'null' },
      { status: 200, json: 'nextSequenceToken' },
      { status: 200, text: '{"nextSequenceToken":"1"' },
      { status: 200, json: { rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1.5 } } },
      { status: 200, json: { rejectedLogEventsInfo: { tooNewLogEventStartIndex: 99 } } },
    ];
    for (const answer of noAnswers) {
      it(`counts nothing as delivered after ${JSON.stringify(answer)}`, async () => {
        service.answer = () => answer;
        const outcome = await sender.send(batch(['a', 'b']), never);
        const isOwn = JSON.stringify(answer).includes('rejectedLogEventsInfo');
        expect(outcome).to.include({ kind: 'retry', cause: isOwn ? 'implausible' : 'retry' });
        expect(service.received).to.have.length(1);
        const { error } = outcome as { error: Error };
        expect(error.message).not.to.match(/maintenance|h1/);
      });
    }

    it('takes an answer of today, of yesterday, and one with members that are not known yet', async () => {
      for (const json of [{}, { nextSequenceToken: '49' }, { nextSequenceToken: '1', whatComes: {} }]) {
        service.answer = () => ({ json });
        expect(await sender.send(batch(['a']), never), JSON.stringify(json)).to.include({ kind: 'accepted' });
      }
    });

    /** Answers with as much as is taken. @returns bytes that were written */
    const endless = async (
      status: number,
      pauseMillis?: number,
    ): Promise<{ bytes: number; outcome: Outcome }> => {
      let bytes = 0;
      const server = createServer((_request, response) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
        const chunk = Buffer.alloc(64 * 1024, ' ');
        const write = (): void => {
          if (response.destroyed) return;
          bytes += chunk.length;
          if (pauseMillis !== undefined) setTimeout(write, pauseMillis);
          if (response.write(chunk) && pauseMillis === undefined) setImmediate(write);
        };
        response.on('drain', write);
        write();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const endlessClient = createCloudWatchLogsClient({
        endpoint: `http://127.0.0.1:${port}`,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        maxAttempts: 1,
      });
      const closed = new Promise<void>((resolve) => {
        server.on('connection', (socket) => socket.on('close', () => resolve()));
      });
      try {
        const outcome = await createSender(
          { client: endlessClient, diagnostics: new Diagnostics() },
          { compression: 'none', requestTimeoutMillis: pauseMillis === undefined ? 20_000 : 300 },
        ).send(batch(['a']), never);
        // The connection does not stay.
        await closed;
        return { bytes, outcome };
      } finally {
        endlessClient.destroy();
        server.close();
      }
    };

    it('reads no more of an endless answer than there is room for', async () => {
      for (const [status, kind] of [
        [200, 'retry'],
        [503, 'retry'],
        [400, 'retry'],
      ] as const) {
        const { bytes, outcome } = await endless(status);
        expect(outcome.kind, String(status)).to.equal(kind);
        // What it read, and what is on its way in the system.
        expect(bytes).to.be.lessThan(32 * 1024 ** 2);
      }
    });

    it('does not go on to read when its time is over', async () => {
      const { outcome } = await endless(200, 50);
      expect(outcome).to.deep.include({ kind: 'retry', cause: 'retry' });
    });
  });

  describe('against an endpoint that does not know gzip', () => {
    const refusals = [
      { status: 400, json: { __type: 'SerializationException' } },
      { status: 404, text: 'not found' },
      { status: 415, text: '' },
      { status: 400, json: { __type: 'InvalidParameterException' } },
      { status: 500, text: 'Internal Server Error' },
    ];
    for (const refusal of refusals) {
      it(`sends the batch once more plain after ${refusal.status} ${JSON.stringify(refusal.json ?? refusal.text)}`, async () => {
        service.answer = ({ headers }) => (headers['content-encoding'] === 'gzip' ? refusal : {});
        expect((await sender.send(batch(messages(500)), never)).kind).to.equal('accepted');
        expect((await sender.send(batch(messages(500)), never)).kind).to.equal('accepted');
        expect(service.received.map(({ headers }) => headers['content-encoding'])).to.deep.equal([
          'gzip',
          undefined,
          undefined,
        ]);
        expect(said).to.have.lengthOf(1);
        expect(said[0]).to.include('does not take gzipped requests');
      });
    }

    it('does not blame gzip when the plain request fails as well', async () => {
      fail(400, 'InvalidParameterException');
      expect((await sender.send(batch(messages(500)), never)).kind).to.equal('split');
      service.answer = () => ({});
      await sender.send(batch(messages(500)), never);
      expect(service.received.at(-1)!.headers['content-encoding']).to.equal('gzip');
      expect(said).to.deep.equal([]);
    });

    it('does not blame gzip at an endpoint of AWS', async () => {
      const requests: { headers: Record<string, string> }[] = [];
      const aws = new CloudWatchLogsClient({
        region: 'eu-central-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        maxAttempts: 1,
        requestHandler: {
          handle: (request: { headers: Record<string, string> }) => {
            requests.push(request);
            const body = Readable.from([Buffer.from('{"__type":"SerializationException"}')]);
            return Promise.resolve({ response: { statusCode: 400, headers: {}, body } });
          },
        } as never,
      });
      sender = createSender(
        { client: aws, diagnostics: new Diagnostics() },
        { compression: 'gzip', requestTimeoutMillis: 5_000 },
      );
      expect((await sender.send(batch(messages(500)), never)).kind).to.equal('split');
      expect(requests.map(({ headers }) => headers['content-encoding'])).to.deep.equal(['gzip']);
    });

    it('does not blame gzip for passing errors', async () => {
      fail(400, 'ThrottlingException');
      await sender.send(batch(messages(500)), never);
      expect(service.received).to.have.lengthOf(1);
    });

    it('does not blame gzip when there is no answer', async () => {
      service.answer = () => 'reset';
      expect((await sender.send(batch(messages(500)), never)).kind).to.equal('retry');
      expect(service.received).to.have.lengthOf(1);
    });

    it('does not blame gzip where the tokens are wrong', async () => {
      fail(400, 'InvalidSequenceTokenException', { expectedSequenceToken: '49' });
      expect((await sender.send(batch(messages(500)), never)).kind).to.equal('sequence_token');
      expect(service.received).to.have.lengthOf(1);
    });

    it('does not blame gzip where it was taken before', async () => {
      await sender.send(batch(messages(500)), never);
      fail(400, 'InvalidParameterException');
      await sender.send(batch(messages(500)), never);
      expect(service.received).to.have.lengthOf(2);
    });
  });

  describe('against an endpoint that wants sequence tokens', () => {
    it('says which token is expected, from the member or the message', async () => {
      fail(400, 'InvalidSequenceTokenException', { expectedSequenceToken: '49' });
      expect(await sender.send(batch(['x']), never)).to.include({ kind: 'sequence_token', expected: '49' });
      fail(400, 'InvalidSequenceTokenException', { message: 'The next expected sequenceToken is: 50' });
      expect(await sender.send(batch(['x']), never)).to.include({ kind: 'sequence_token', expected: '50' });
      fail(400, 'InvalidSequenceTokenException', { message: 'The next expected sequenceToken is: null' });
      expect(await sender.send(batch(['x']), never)).to.include({
        kind: 'sequence_token',
        expected: undefined,
      });
    });

    it('sends the token it is given', async () => {
      await sender.send(batch(['x']), never, '49');
      expect(service.received[0]!.body.sequenceToken).to.equal('49');
    });

    it('takes DataAlreadyAccepted as success', async () => {
      fail(400, 'DataAlreadyAcceptedException', { expectedSequenceToken: '51' });
      expect(await sender.send(batch(['x']), never)).to.deep.include({
        kind: 'accepted',
        rejected: [],
        nextSequenceToken: '51',
      });
    });
  });
});

describe('readRejections', () => {
  it('counts no event twice and none that is not there', () => {
    const cases: [Parameters<typeof readRejections>[0], number, string][] = [
      [{}, 10, ''],
      [{ tooOldLogEventEndIndex: 3 }, 10, 'too_old 3'],
      [{ expiredLogEventEndIndex: 4 }, 10, 'expired 4'],
      [{ tooOldLogEventEndIndex: 3, expiredLogEventEndIndex: 4 }, 10, 'too_old 3, expired 1'],
      [{ tooOldLogEventEndIndex: 4, expiredLogEventEndIndex: 3 }, 10, 'too_old 4'],
      [{ tooNewLogEventStartIndex: 0 }, 10, 'too_new 10'],
      [{ tooNewLogEventStartIndex: 9 }, 10, 'too_new 1'],
      [{ tooNewLogEventStartIndex: 10 }, 10, ''],
      [{ tooOldLogEventEndIndex: 10 }, 10, 'too_old 10'],
      [{ tooOldLogEventEndIndex: null as never, tooNewLogEventStartIndex: 0 }, 10, 'too_new 10'],
      [{ tooOldLogEventEndIndex: 8, tooNewLogEventStartIndex: 5 }, 10, 'too_old 8, too_new 2'],
    ];
    for (const [indexes, count, expected] of cases) {
      const found = readRejections(indexes, count)!.map(
        (rejection) => `${rejection.reason} ${rejection.count}`,
      );
      expect(found.join(', '), JSON.stringify(indexes)).to.equal(expected);
    }
  });

  it('takes no index that is no whole number within the batch', () => {
    for (const index of [-1, 11, 99, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', true, {}]) {
      for (const name of ['tooOldLogEventEndIndex', 'expiredLogEventEndIndex', 'tooNewLogEventStartIndex']) {
        expect(readRejections({ [name]: index }, 10), `${name} ${JSON.stringify(index)}`).to.equal(undefined);
      }
    }
  });
});
