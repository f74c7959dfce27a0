import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { CloudWatchLogsClient, StartLiveTailCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { crc32 } from '../../../src/simulation/event-stream/crc32.js';
import {
  encodeEventStreamMessage,
  encodeStreamEvent,
  encodeStreamException,
  EVENT_STREAM_CONTENT_TYPE,
} from '../../../src/simulation/event-stream/event-stream-message.js';

describe('crc32', () => {
  it('is that of zlib', () => {
    expect(crc32(Buffer.from('123456789'))).to.equal(0xcbf43926);
    expect(crc32(Buffer.alloc(0))).to.equal(0);
  });
});

describe('encodeEventStreamMessage', () => {
  it('writes prelude, headers, payload and checksums', () => {
    const message = encodeEventStreamMessage({ a: 'é' }, Buffer.from('{}'));
    expect(message.readUInt32BE(0)).to.equal(message.length);
    expect(message.readUInt32BE(4)).to.equal(7);
    expect(message.readUInt32BE(8)).to.equal(crc32(message.subarray(0, 8)));
    expect(message.subarray(12, 21).toString('hex')).to.equal('0161070002c3a97b7d');
    expect(message.readUInt32BE(21)).to.equal(crc32(message.subarray(0, 21)));
  });

  it('writes the empty message of the specification', () => {
    expect(encodeEventStreamMessage({}, Buffer.alloc(0)).toString('hex')).to.equal(
      '000000100000000005c248eb7d98c8ff',
    );
  });
});

describe('a stream of StartLiveTail', () => {
  let server: Server;
  let client: CloudWatchLogsClient;
  let body: Buffer;

  before(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.setHeader('content-type', EVENT_STREAM_CONTENT_TYPE).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new CloudWatchLogsClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
      disableHostPrefix: true,
      maxAttempts: 1,
    });
  });
  after(async () => {
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const tail = () =>
    client.send(
      new StartLiveTailCommand({ logGroupIdentifiers: ['arn:aws:logs:us-east-1:000000000000:log-group:g'] }),
    );

  it("is read by the AWS SDK's client", async () => {
    const event = { message: 'héllo', logStreamName: 's', timestamp: 5 };
    body = Buffer.concat([
      encodeStreamEvent('initial-response', {}),
      encodeStreamEvent('sessionStart', { sessionId: 'id' }),
      encodeStreamEvent('sessionUpdate', { sessionMetadata: { sampled: false }, sessionResults: [event] }),
    ]);
    const seen = [];
    for await (const part of (await tail()).responseStream!) seen.push(part);
    expect(
      seen.map((part) => part.sessionStart?.sessionId ?? part.sessionUpdate?.sessionResults?.[0]),
    ).to.deep.equal(['id', event]);
  });

  it('ends in the error of an exception', async () => {
    body = Buffer.concat([
      encodeStreamEvent('initial-response', {}),
      encodeStreamException('SessionTimeoutException', 'The session ended.'),
    ]);
    let caught: unknown;
    try {
      for await (const part of (await tail()).responseStream!) expect(part).to.equal(undefined);
    } catch (error) {
      caught = error;
    }
    expect(caught).to.include({ name: 'SessionTimeoutException', message: 'The session ended.' });
  });
});
