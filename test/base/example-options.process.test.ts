import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));

/** What whoever tries an example sees when a variable is wrong. */
describe('the options of examples', function () {
  this.timeout(60_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'example-options-'));
    writeFileSync(join(directory, 'empty.json'), '{}');
    writeFileSync(join(directory, 'broken.json'), '{"private_key":"-----BEGIN hunter2');
    const key = { client_email: 'a@b', private_key: 'hunter2' };
    writeFileSync(join(directory, 'other.json'), JSON.stringify(key));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  const run = (
    example: string,
    variables: Readonly<Record<string, string>>,
  ): Promise<{ code: unknown; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const ours = Object.entries(process.env).filter(
        ([name]) => !/^(?:AWS|OTEL|DD|LOKI|GOOGLE)_/.test(name),
      );
      const env = { ...Object.fromEntries(ours), ...variables, NODE_NO_WARNINGS: '1' };
      execFile(process.execPath, [join(examples, example, 'main.mjs')], { env }, (error, stdout, stderr) => {
        resolve({ code: error?.code ?? 0, stdout, stderr });
      });
    });

  const key = (file: string): Readonly<Record<string, string>> => ({
    GOOGLE_APPLICATION_CREDENTIALS: `${directory}/${file}`,
  });

  for (const [example, variables, line] of [
    [
      'loki',
      { LOKI_URL: 'nonsense' },
      /^LOKI_URL must be an address like https:\/\/logs\.example; it is "nonsense"$/,
    ],
    ['loki', { LOKI_TENANT: 'a b' }, /^LOKI_TENANT must be 1 to 150 letters, .*; it is "a b"$/],
    ['loki', { LOKI_USERNAME: 'ann' }, /^LOKI_PASSWORD must stand with username$/],
    ['datadog', { DD_API_KEY: 'a hunter2' }, /^DD_API_KEY must be an API key of Datadog$/],
    ['datadog', { DD_API_KEY: 'a', DD_SITE: 'x' }, /^DD_SITE must be a site of Datadog, .*; it is "x"$/],
    ['basic', { AWS_ENDPOINT_URL: 'nonsense' }, /^AWS_ENDPOINT_URL must be a URL .*; it is "nonsense"$/],
  ] as const) {
    it(`are named in one line where they are wrong: ${Object.keys(variables).join(', ')}`, async () => {
      const { code, stdout, stderr } = await run(example, variables);
      expect(stderr.trimEnd()).to.match(line);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    });
  }

  for (const [file, line] of [
    [
      'missing.json',
      /^GOOGLE_APPLICATION_CREDENTIALS must be the JSON file of a service account's key \(ENOENT\); it is ".*missing\.json"$/,
    ],
    [
      'broken.json',
      /^GOOGLE_APPLICATION_CREDENTIALS must be the JSON file of a service account's key; it is ".*broken\.json"$/,
    ],
    [
      'empty.json',
      /^GOOGLE_APPLICATION_CREDENTIALS must be what the key file of a service account holds, .*; it is undefined$/,
    ],
    ['other.json', /^private_key in the file of GOOGLE_APPLICATION_CREDENTIALS must be .*$/],
  ] as const) {
    it(`are named where a file is no key, without what it holds: ${file}`, async () => {
      const { code, stdout, stderr } = await run('google-cloud-logging', key(file));
      expect(stderr.trimEnd()).to.match(line);
      expect(stderr).not.to.contain('hunter2');
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    });
  }

  it('lead to a reason in one line where nothing could be delivered by them', async () => {
    const prefix = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_';
    const { code, stderr } = await run('basic', {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'a',
      // Long enough for a first request on a busy machine.
      [`${prefix}FLUSH_TIMEOUT_MILLIS`]: '2000',
      [`${prefix}SHUTDOWN_TIMEOUT_MILLIS`]: '2000',
    });
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/^no record was delivered: .*ECONNREFUSED/m)
      .and.not.match(/^ {4}at /m);
  });
});
