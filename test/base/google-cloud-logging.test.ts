import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type BackEnd, createLogDelivery, type LogDelivery } from '../../src/base/index.js';
import { sampleRecord } from '../../src/base/conformance/sample-record.js';
import { conformanceOf } from './conformance-of.js';

const folder = fileURLToPath(new URL('../../../examples/google-cloud-logging/', import.meta.url));

interface Entry {
  readonly logName: string;
  readonly resource: object;
  readonly insertId: string;
  readonly timestamp: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly trace?: string;
  readonly spanId?: string;
  readonly traceSampled?: boolean;
  readonly jsonPayload: Readonly<Record<string, unknown>>;
}

interface Google {
  readonly url: string;
  readonly entries: () => Entry[];
  readonly tokenRequests: () => number;
  readonly expireCredentials: () => void;
  readonly refuse: (text: string) => void;
  readonly stop: () => Promise<void>;
}

interface Account {
  readonly key: Readonly<Record<string, string>>;
}

interface Example {
  readonly googleCloudLoggingBackEnd: (options: object) => BackEnd<never, string>;
}

interface StandInFile {
  readonly makeServiceAccount: () => Account;
  readonly startGoogle: (settings: object) => Promise<Google>;
}

const load = async <T>(file: string): Promise<T> =>
  (await import(pathToFileURL(join(folder, file)).href)) as T;

describe('examples/google-cloud-logging', function () {
  this.timeout(120_000);

  let googleCloudLoggingBackEnd: Example['googleCloudLoggingBackEnd'];
  let standIn: StandInFile;
  let account: Account;
  let google: Google | undefined;
  let delivery: LogDelivery | undefined;

  before(async () => {
    ({ googleCloudLoggingBackEnd } = await load<Example>('google-cloud-logging-back-end.mjs'));
    standIn = await load<StandInFile>('stand-in.mjs');
    account = standIn.makeServiceAccount();
  });
  afterEach(async () => {
    await delivery?.shutdown();
    await google?.stop();
    delivery = google = undefined;
  });

  const start = async (options: object = {}, settings: object = {}): Promise<Google> => {
    google = await standIn.startGoogle({ account, ...settings });
    const { url } = google;
    delivery = createLogDelivery({
      ...googleCloudLoggingBackEnd({
        url,
        serviceAccount: { ...account.key, token_uri: `${url}/token` },
        ...options,
      }),
      shutdownTimeoutMillis: 500,
      deliveryTimeoutMillis: 2_000,
    } as never);
    return google;
  };

  it('stands what a back end must', async () => {
    const stdout = await conformanceOf(folder);
    const [, emitted, delivered] =
      /^emitted (\d+) delivered (\d+) duplicates 0 dropped 3 lost 0\n$/.exec(stdout) ?? [];
    expect(Number(emitted), stdout).to.equal(Number(delivered) + 3);
  });

  it('makes an entry of a record', async () => {
    const { entries } = await start({
      projectId: 'demo-project',
      logId: 'shop/orders',
      resource: { type: 'generic_node', labels: { node_id: 'n1' } },
      labels: { env: 'demo' },
    });
    const record = sampleRecord('a line');
    const seconds = Math.floor(Date.now() / 1000);
    Object.assign(record, {
      hrTime: [seconds, 123_456_789],
      severityNumber: 17,
      attributes: { 'order.id': 7 },
    });
    await delivery!.deliver([record, { ...record, body: { list: [1, true] } }]);
    const [entry, other] = entries() as [Entry, Entry];
    const { insertId, ...rest } = entry;
    expect(insertId).to.be.a('string').and.not.equal(other.insertId);
    expect(rest).to.deep.equal({
      logName: 'projects/demo-project/logs/shop%2Forders',
      resource: { type: 'generic_node', labels: { project_id: 'demo-project', node_id: 'n1' } },
      timestamp: new Date(seconds * 1000).toISOString().replace('.000Z', '.123456789Z'),
      severity: 'ERROR',
      labels: {
        env: 'demo',
        'service.name': 'conformance',
        'deployment.environment.name': 'test',
        'otel.scope.name': 'conformance',
      },
      trace: `projects/demo-project/traces/${record.spanContext!.traceId}`,
      spanId: record.spanContext!.spanId,
      traceSampled: true,
      jsonPayload: { 'order.id': 7, message: 'a line' },
    });
    expect(other.jsonPayload).to.deep.equal({ 'order.id': 7, body: { list: [1, true] } });
  });

  it('has a severity for each of OpenTelemetry', async () => {
    const { entries } = await start();
    const numbers = [undefined, 1, 8, 9, 10, 11, 13, 17, 20, 21, 22, 23, 24];
    const records = numbers.map((severityNumber) => ({ ...sampleRecord('x'), severityNumber }));
    await delivery!.deliver(records as never);
    expect(entries().map(({ severity }) => severity)).to.have.members([
      'DEFAULT',
      'DEBUG',
      'DEBUG',
      'INFO',
      'INFO',
      'NOTICE',
      'WARNING',
      'ERROR',
      'ERROR',
      'CRITICAL',
      'CRITICAL',
      'ALERT',
      'EMERGENCY',
    ]);
  });

  it('keeps a token, and asks for another before it expires or when it is refused', async () => {
    const { tokenRequests, expireCredentials } = await start({}, { tokenSeconds: 1 });
    await delivery!.deliver([sampleRecord('one')]);
    await delivery!.deliver([sampleRecord('two')]);
    const before = tokenRequests();
    expect(before).to.be.at.least(1);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await delivery!.deliver([sampleRecord('three')]);
    expect(tokenRequests()).to.be.greaterThan(before);
    expireCredentials();
    await delivery!.deliver([sampleRecord('four')]);
    expect(delivery!.status()).to.include({ delivered: 4, kept: 0, dropped: 0 });
  });

  it('delivers what is valid beside what is not, in the same request', async () => {
    const { entries } = await start();
    const tomorrow = { ...sampleRecord('too new'), hrTime: [Math.floor(Date.now() / 1000) + 2 * 86_400, 0] };
    await delivery!.deliver([sampleRecord('one'), tomorrow as never, sampleRecord('two')]);
    expect(entries().map(({ jsonPayload }) => jsonPayload.message)).to.have.members(['one', 'two']);
    expect(delivery!.status().droppedByReason).to.deep.equal({ rejected: 1 });
  });

  it('cuts what is longer than Cloud Logging takes', async () => {
    const { entries } = await start({ labels: { env: 'demo' } });
    const attributes = { large: 'x'.repeat(500_000) };
    const resource = {
      attributes: Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`a${index}`, index])),
    };
    await delivery!.deliver([
      sampleRecord('ü'.repeat(300_000)),
      sampleRecord('\u0001'.repeat(300_000)),
      { ...sampleRecord('beside large attributes'), attributes },
      { ...sampleRecord('many labels'), resource } as never,
    ]);
    expect(delivery!.status()).to.include({ delivered: 4, dropped: 0 });
    const byMessage = (message: string): Entry =>
      entries().find(({ jsonPayload }) => jsonPayload.message === message)!;
    expect(byMessage('beside large attributes').jsonPayload).to.have.keys('message');
    expect(Object.keys(byMessage('many labels').labels)).to.have.length(64);
  });

  it('takes as many labels of every entry as Cloud Logging', async () => {
    const labels = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'x']));
    const { entries } = await start({ labels: labels(64) });
    await delivery!.deliver([sampleRecord('one')]);
    expect(entries()[0]!.labels).to.have.all.keys(labels(64));
    const wrong = { serviceAccount: account.key, labels: labels(65) };
    expect(() => googleCloudLoggingBackEnd(wrong)).to.throw('labels must be at most 64; it is 65');
  });

  it("is ill with a key that is not the account's, and keeps the records", async () => {
    const other = standIn.makeServiceAccount();
    const { url } = await standIn.startGoogle({ account }).then((started) => (google = started));
    delivery = createLogDelivery({
      ...googleCloudLoggingBackEnd({
        url,
        serviceAccount: { ...account.key, private_key: other.key.private_key, token_uri: `${url}/token` },
      }),
      shutdownTimeoutMillis: 500,
      deliveryTimeoutMillis: 2_000,
    } as never);
    const { healthy, problems } = await delivery.health();
    expect(healthy).to.equal(false);
    expect(problems.join()).to.match(/HTTP 400/);
    await delivery.deliver([sampleRecord('x')]);
    expect(delivery.status()).to.include({ kept: 1, delivered: 0 });
    expect(delivery.status().lastError?.message).to.match(/HTTP 400 for a token/);
  });

  it('knows what the statuses of Google mean', () => {
    const { classify } = googleCloudLoggingBackEnd({ serviceAccount: account.key });
    const of = (status: number, body = ''): unknown =>
      classify({ response: { status, body, retryAfterMillis: undefined } });
    const statuses = [200, 400, 401, 403, 429, 500, 503];
    expect(statuses.map((status) => (of(status) as { kind: string }).kind)).to.deep.equal([
      'accepted',
      'split',
      'unauthenticated',
      'denied',
      'throttled',
      'retry',
      'retry',
    ]);
    const details = [{ '@type': 'x' }, { logEntryErrors: { 0: { code: 3 }, 7: { code: 7 } } }];
    const partial = JSON.stringify({ error: { code: 403, details } });
    expect(of(403, partial)).to.deep.equal({ kind: 'partially_rejected', rejected: 2, detail: 'HTTP 403' });
    // What is read of an answer may end in its midst.
    expect(of(400, partial.slice(0, -3))).to.include({ kind: 'split' });
  });

  const { privateKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  for (const [title, options, message] of [
    ['no account', { serviceAccount: undefined }, /^serviceAccount must be what the key file/],
    ['no key', { serviceAccount: { client_email: 'a@b' } }, /^serviceAccount.private_key must be an RSA key/],
    [
      'a key of another kind',
      { serviceAccount: { client_email: 'a@b', private_key: privateKey } },
      /^serviceAccount.private_key must be an RSA key as PEM/,
    ],
    ['a wrong project', { projectId: 'My Project' }, /^projectId must be the id of a project/],
    ['a wrong log', { logId: 'my log' }, /^logId must be 1 to 511/],
    ['a wrong resource', { resource: {} }, /^resource must have a type/],
  ] as const) {
    it(`refuses ${title}`, () => {
      expect(() => googleCloudLoggingBackEnd({ serviceAccount: account.key, ...options })).to.throw(message);
    });
  }
});
