import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type CommandIo } from '../../src/cli/command-io.js';
import { runCommandLine } from '../../src/cli/program.js';
import { createCloudWatchLogsClient } from '../../src/cloudwatch/client.js';

/** Runs `local` until `use` is through with what it printed. */
async function withLocal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  use: (printed: string) => Promise<void>,
): Promise<void> {
  let printed = '';
  const end = new AbortController();
  const io: CommandIo = {
    stdout: { write: (text: string) => (printed += text) },
    stderr: { write: (text: string) => (printed += text) },
    env,
    signal: end.signal,
    epochMillis: Date.now,
    setExitCode: () => undefined,
  };
  const running = runCommandLine(['local', '--port', '0', ...args], io, '1.2.3');
  while (!printed.includes('\n')) await sleep(5);
  try {
    await use(printed);
  } finally {
    end.abort();
    await running;
  }
}

async function groupsAt(endpoint: string, accessKeyId: string, secretAccessKey: string): Promise<number> {
  const client = createCloudWatchLogsClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
  });
  try {
    return (await client.send(new DescribeLogGroupsCommand())).logGroups?.length ?? -1;
  } finally {
    client.destroy();
  }
}

describe('otel-cwlogs local for others than this machine', () => {
  it('makes up keys where none are given, prints them, and takes them alone', async () => {
    const secrets = new Set<string>();
    for (let run = 0; run < 2; run++) {
      await withLocal(['--host', '0.0.0.0'], {}, async (printed) => {
        const endpoint = /AWS_ENDPOINT_URL=(\S+)/.exec(printed)![1]!;
        const [, key, secret] = /AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)/.exec(printed)!;
        expect(secret).to.match(/^[0-9a-f]{40}$/);
        secrets.add(secret!);
        expect(await groupsAt(endpoint, key!, secret!)).to.equal(0);
        const refused = await groupsAt(endpoint, key!, 'local').catch(
          (error: unknown) => (error as Error).name,
        );
        expect(refused).to.equal('InvalidSignatureException');
        expect(printed).not.to.contain('in the browser');
      });
    }
    expect(secrets.size).to.equal(2);
  });

  it('takes the keys of its environment, and prints no secret', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'mine', AWS_SECRET_ACCESS_KEY: 'hidden' };
    await withLocal(['--host', '127.0.0.1', '--verify-signatures', 'env'], env, async (printed) => {
      const endpoint = /AWS_ENDPOINT_URL=(\S+)/.exec(printed)![1]!;
      expect(await groupsAt(endpoint, 'mine', 'hidden')).to.equal(0);
      expect(printed).to.contain('AWS_ACCESS_KEY_ID=mine').and.not.contain('hidden');
    });
  });
});
