import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCloudWatchLogsClient } from '../../../src/cloudwatch/client.js';
import { createDelivery } from '../../../src/delivery/create-delivery.js';
import { type LogEventBatch } from '../../../src/delivery/encoded-event.js';
import { checksummedLine } from '../../../src/delivery/spool/checksummed-lines.js';
import {
  parseSpoolFileName,
  readSpoolFile,
  spoolFileName,
  writeSpoolFile,
} from '../../../src/delivery/spool/spool-file.js';
import { DEFAULT_SPOOL_SETTINGS } from '../../../src/delivery/spool/spool.js';
import { Diagnostics } from '../../../src/observability/diagnostics.js';
import { Losses } from '../../../src/observability/losses.js';
import { batch } from '../builders.js';
import { StubService } from '../stub-service.js';

const header = (more: object = {}): string =>
  checksummedLine(
    JSON.stringify({
      format: 'otel-cwlogs-spool',
      version: 1,
      logGroupName: '/g',
      logStreamName: 's',
      events: 1,
      ...more,
    }),
  );
const good = checksummedLine('1 4 "good"');
/** What is read of a file with a good event and another line. */
const textsOf = (line: string): unknown[] | string => {
  const content = readSpoolFile(Buffer.from(header() + good + line));
  return content.kind === 'batch'
    ? [...content.batch.events].map(({ messageJson }) => JSON.parse(messageJson) as unknown)
    : content.kind;
};

describe('files of the spool that were forged, with right checksums', () => {
  it('say nothing in a request but messages', () => {
    const messages = [
      '"a"}],"logGroupName":"/other","x":[{"message":"b"',
      '"a","timestamp":5',
      '"a" "b"',
      '"a',
      '"a\u0001"',
      '"\\x"',
    ];
    for (const message of messages) {
      for (const bytes of [1, Buffer.byteLength(message), Buffer.byteLength(message) - 2]) {
        expect(textsOf(checksummedLine(`1 ${bytes} ${message}`)), message).to.deep.equal(['good']);
      }
    }
  });

  it('have no sizes and times but those of events', () => {
    const long = 'x'.repeat(32 * 1024 ** 2 + 1);
    const lines = [
      '1 5 "good"',
      '1 0 "good"',
      '1 99999 "good"',
      '9999999999999999 4 "good"',
      '1 04 "x"',
      '-1 4 "good"',
    ];
    for (const line of [...lines, `1 ${long.length} "${long}"`]) {
      expect(textsOf(checksummedLine(line)), line.slice(0, 40)).to.deep.equal(['good']);
    }
    expect(textsOf(checksummedLine('0 8 "ünï→"')), 'a good one').to.deep.equal(['ünï→', 'good']);
  });

  it('go to no name that the service does not take', () => {
    const names = [
      { logGroupName: 'arn:aws:logs:eu-central-1:123456789012:log-group:other' },
      { logGroupName: '' },
      { logGroupName: 'g'.repeat(513) },
      { logGroupName: 'aws/other' },
      { logGroupName: ['/g'] },
      { logGroupName: null },
      { logStreamName: 'a:b' },
      { logStreamName: '*' },
      { logStreamName: 5 },
      { logStreamName: undefined },
    ];
    for (const name of names) {
      expect(readSpoolFile(Buffer.from(header(name) + good)).kind, JSON.stringify(name)).to.equal('damaged');
    }
  });

  it('have no count and no entity but what a batch can have', () => {
    for (const events of [-1, 1.5, 10_001, 1e300, '1', null, {}]) {
      expect(readSpoolFile(Buffer.from(header({ events }) + good)).kind, JSON.stringify(events)).to.equal(
        'damaged',
      );
    }
    const entities: unknown[] = [5, [], { keyAttributes: {} }, { keyAttributes: { a: 1 }, attributes: {} }];
    for (const entity of entities) {
      const content = readSpoolFile(Buffer.from(header({ entity }) + good));
      expect((content as { batch: LogEventBatch }).batch.entity, JSON.stringify(entity)).to.equal(undefined);
    }
    const entity = { keyAttributes: { Type: 'Service' }, attributes: { a: 'b' } };
    const whole = readSpoolFile(Buffer.from(writeSpoolFile(batch(['a'], { entity }))));
    expect((whole as { batch: LogEventBatch }).batch.entity).to.deep.equal(entity);
  });

  it('are damaged where they have more lines, or more bytes, than a batch', () => {
    expect(readSpoolFile(Buffer.from('\n'.repeat(16 * 1024 ** 2))).kind).to.equal('damaged');
    // Each event counts 26 bytes more.
    const half = 'x'.repeat(16 * 1024 ** 2);
    const line = checksummedLine(`1 ${half.length} "${half}"`);
    expect(readSpoolFile(Buffer.from(header() + line)).kind).to.equal('batch');
    expect(readSpoolFile(Buffer.from(header() + line + line)).kind).to.equal('damaged');
  });

  it('are no files of the spool where the name says so', () => {
    const whole = {
      sequence: 1,
      createdMillis: 1,
      events: 10_000,
      bytes: 32 * 1024 ** 2,
      fileBytes: 40 * 1024 ** 2,
    };
    expect(parseSpoolFileName(spoolFileName(whole))).to.deep.equal(whole);
    for (const name of ['events', 'bytes', 'fileBytes'] as const) {
      expect(parseSpoolFileName(spoolFileName({ ...whole, [name]: whole[name] + 1 })), name).to.equal(
        undefined,
      );
    }
  });

  describe('in a folder', () => {
    let directory: string;
    let service: StubService;
    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), 'forged-'));
      service = await StubService.start();
    });
    afterEach(async () => {
      await service.stop();
      rmSync(directory, { recursive: true, force: true });
    });

    const forge = (sequence: number, content: string | Buffer, fileBytes = content.length): string => {
      const folder = join(directory, `batches-${'1'.padStart(13, '0')}-00000000~free`);
      mkdirSync(folder, { recursive: true });
      const path = join(
        folder,
        spoolFileName({ sequence, createdMillis: Date.now(), events: 1, bytes: 30, fileBytes }),
      );
      writeFileSync(path, content);
      return path;
    };
    const create = () => {
      const client = createCloudWatchLogsClient({
        endpoint: service.endpoint,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        maxAttempts: 1,
      });
      const losses = new Losses();
      const delivery = createDelivery(
        { client, losses, diagnostics: new Diagnostics() },
        {
          flushTimeoutMillis: 10_000,
          retry: { initialDelayMillis: 5, maxDelayMillis: 20 },
          spool: { ...DEFAULT_SPOOL_SETTINGS, directory },
        },
      );
      return { delivery, losses, client };
    };

    it('are counted as damaged; the others are sent to where they go', async () => {
      forge(
        1,
        header() + checksummedLine('1 1 "a"}],"logGroupName":"/other","x":[{"message":"b"') + header(),
      );
      forge(2, Buffer.alloc(100 * 1024 ** 2, '\n'), 1000);
      forge(3, header({ logGroupName: 'arn:aws:x' }) + good);
      forge(4, header() + good);
      const { delivery, losses, client } = create();
      await delivery.forceFlush();
      await delivery.shutdown();
      client.destroy();
      const bodies = service.received.map(({ body }) => body);
      expect(bodies).to.deep.equal([
        { logGroupName: '/g', logStreamName: 's', logEvents: [{ timestamp: 1, message: 'good' }] },
      ]);
      expect(losses.byReason()).to.deep.equal({ spool_corrupt: 3 });
      expect(readdirSync(directory)).to.deep.equal([]);
    });

    it('are not sent where they go elsewhere than when they were found', async () => {
      const path = forge(2, header() + good);
      // Before it, so that it waits.
      forge(1, header() + good);
      service.answer = () => {
        for (const folder of readdirSync(directory)) {
          writeFileSync(path.replace(/batches-[^/\\]*/, folder), header({ logGroupName: '/other' }) + good);
        }
        return {};
      };
      const { delivery, losses, client } = create();
      await delivery.forceFlush();
      await delivery.shutdown();
      client.destroy();
      expect(service.received.map(({ body }) => body.logGroupName)).to.deep.equal(['/g']);
      expect(losses.byReason()).to.deep.equal({ spool_corrupt: 1 });
    });
  });
});
