import {
  CreateLogStreamCommand,
  DeleteLogStreamCommand,
  DescribeLogStreamsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { LocalService } from '../local-service.js';

const STREAM = { logGroupName: '/app', logStreamName: 'stream' };

describe('sequence tokens of an endpoint of before 2023', () => {
  let service: LocalService;
  let directory: string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tokens-'));
    service = await LocalService.start({ sequenceTokens: true, dataDirectory: directory });
    await service.createStream('/app');
  });
  afterEach(async () => {
    await service.stop();
    rmSync(directory, { recursive: true });
  });

  async function put(message: string, sequenceToken?: string): Promise<string> {
    const logEvents = [{ timestamp: service.time, message }];
    const answer = await service.client.send(
      new PutLogEventsCommand({ ...STREAM, logEvents, sequenceToken }),
    );
    return answer.nextSequenceToken!;
  }

  async function refused(put_: Promise<unknown>) {
    try {
      await put_;
    } catch (error) {
      const { name, message, expectedSequenceToken } = error as Error & { expectedSequenceToken?: string };
      return { name, message, expectedSequenceToken };
    }
    throw new Error('the put was accepted');
  }

  async function uploadSequenceToken(): Promise<string | undefined> {
    const { logStreams } = await service.client.send(new DescribeLogStreamsCommand({ logGroupName: '/app' }));
    return logStreams![0]!.uploadSequenceToken;
  }

  it('are not wanted for the first put to a stream, and then each for the next', async () => {
    expect(await uploadSequenceToken()).to.equal(undefined);
    const first = await put('a');
    expect(first).to.match(/^49\d{54}$/);
    expect(await uploadSequenceToken()).to.equal(first);
    const second = await put('b', first);
    expect(BigInt(second) > BigInt(first)).to.equal(true);
    await put('c', second);
    expect(service.local.statistics().eventCount).to.equal(3);
  });

  it('are refused where they are wrong, missing, or not wanted yet, with the one that is expected', async () => {
    expect(await refused(put('a', '4900'))).to.deep.equal({
      name: 'InvalidSequenceTokenException',
      message: 'The given sequenceToken is invalid. The next expected sequenceToken is: null',
      expectedSequenceToken: undefined,
    });
    const token = await put('a');
    for (const wrong of [undefined, '4900']) {
      expect(await refused(put('b', wrong))).to.deep.equal({
        name: 'InvalidSequenceTokenException',
        message: `The given sequenceToken is invalid. The next expected sequenceToken is: ${token}`,
        expectedSequenceToken: token,
      });
    }
    expect(service.local.statistics().eventCount).to.equal(1);
  });

  it('tell a batch that came already', async () => {
    const first = await put('a');
    const second = await put('b', first);
    expect(await refused(put('b', first))).to.deep.equal({
      name: 'DataAlreadyAcceptedException',
      message: `The given batch of log events has already been accepted. The next batch can be sent with sequenceToken: ${second}`,
      expectedSequenceToken: second,
    });
    // Another batch with the old token did not come already; nor did the same one with the new.
    expect((await refused(put('c', first))).name).to.equal('InvalidSequenceTokenException');
    await put('b', second);
    expect(service.local.statistics().eventCount).to.equal(3);
  });

  it('tell it of the first batch too, which had none', async () => {
    const token = await put('a');
    expect((await refused(put('a'))).name).to.equal('DataAlreadyAcceptedException');
    expect((await refused(put('b'))).expectedSequenceToken).to.equal(token);
  });

  it('outlive the service, and end with their stream', async () => {
    const token = await put('a');
    await service.stop();
    service = await LocalService.start({ sequenceTokens: true, dataDirectory: directory });
    expect((await refused(put('b'))).expectedSequenceToken).to.equal(token);
    await service.client.send(new DeleteLogStreamCommand(STREAM));
    await service.client.send(new CreateLogStreamCommand(STREAM));
    await put('b');
  });
});
