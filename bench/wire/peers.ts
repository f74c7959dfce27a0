import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is compared with and is no dependency of the project, as published on a day, so that runs can be compared. */
const PEERS = {
  '@logtape/cloudwatch-logs': '2.3.7',
  '@logtape/logtape': '2.4.2',
  '@serdnam/pino-cloudwatch-transport': '1.0.4',
  pino: '10.4.0',
  winston: '3.19.0',
  'winston-cloudwatch': '6.3.0',
};

/** Installs the peers in a folder of their own, once. @returns the file from which they are required */
export function installPeers(): string {
  const folder = join(tmpdir(), 'opentelemetry-cloudwatch-logs-bench-peers');
  const manifest = JSON.stringify({ private: true, dependencies: PEERS });
  const isThere = existsSync(join(folder, 'node_modules', 'winston-cloudwatch', 'package.json'));
  if (!isThere) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), manifest);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return join(folder, 'package.json');
}
