import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createCloudWatchLogsClient } from '../../../src/cloudwatch/client.js';
import { drainSpool } from '../../../src/drain/drain-spool.js';
import { listSpool } from '../../../src/delivery/spool/inspect-spool.js';
import { StubService } from '../stub-service.js';

const program = fileURLToPath(new URL('../../fixtures/delivery/spool-until-killed.js', import.meta.url));

describe('processes that share a spool and are killed', () => {
  let service: StubService;
  let directory: string;
  before(async () => {
    service = await StubService.start();
    directory = await mkdtemp(join(tmpdir(), 'spool-'));
  });
  after(async () => {
    await service.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs a child until it has reported so many events, kills it, and gives what it reported. */
  const runAndKill = async (name: string, count: number): Promise<string[]> => {
    const child: ChildProcess = spawn(process.execPath, [
      '--no-warnings',
      program,
      service.endpoint,
      directory,
      name,
    ]);
    let output = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('\n').length > count) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    return output.split('\n').slice(0, -1);
  };

  it('lose nothing that was reported, and send nothing twice that was answered', async () => {
    let isDown = true;
    const accepted = new Set<string>();
    // Requests of which some came before: a batch is sent again as it is, whatever the disk made one of.
    let twice = 0;
    service.answer = ({ operation, body }) => {
      if (isDown) return { status: 503, json: { __type: 'ServiceUnavailableException' } };
      if (operation !== 'PutLogEvents') return {};
      const messages = body.logEvents.map(({ message }) => message);
      if (messages.some((message) => accepted.has(message))) twice++;
      for (const message of messages) accepted.add(message);
      return {};
    };
    const reported = (
      await Promise.all([runAndKill('a', 12), runAndKill('b', 7), runAndKill('c', 9)])
    ).flat();
    isDown = false;
    // The next generation sends what the first left, and is killed while it does.
    reported.push(...(await Promise.all([runAndKill('d', 3), runAndKill('e', 5)])).flat());
    const client = createCloudWatchLogsClient({
      endpoint: service.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    });
    const { lost, left } = await drainSpool(directory, client);
    client.destroy();
    expect({ lost, left }).to.deep.equal({ lost: 0, left: 0 });
    expect((await listSpool(directory)).entries).to.deep.equal([]);
    expect([...accepted]).to.include.members(reported);
    // Each of the two that were killed while it answered had at the most four batches in flight, or answered and on disk.
    expect(twice).to.be.at.most(2 * 4);
  }).timeout(180_000);
});
