import {
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  GetLogRecordCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FolderRecovery } from '../../src/simulation/index.js';
import { LocalService } from './local-service.js';

const GROUP = '/apps/orders';

describe('a local service whose folder was damaged', () => {
  let directory: string;
  let service: LocalService | undefined;
  let lines: string[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'damaged-'));
    lines = [];
  });
  afterEach(async () => {
    await service?.stop();
    rmSync(directory, { recursive: true });
  });

  async function start(): Promise<LocalService> {
    service = await LocalService.start({
      dataDirectory: directory,
      fsync: 'never',
      onWarning: (line) => lines.push(line),
    });
    return service;
  }

  /** Three requests of a hundred events each, and an orderly end. */
  async function fill(): Promise<void> {
    const filled = await start();
    await filled.createStream(GROUP);
    await filled.client.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 'empty' }));
    for (let round = 0; round < 3; round++) {
      await filled.put(
        GROUP,
        Array.from({ length: 100 }, (_, index) => [
          round * 100 + index,
          `message ${round} ${index} ${'.'.repeat(300)}`,
        ]),
      );
    }
    await filled.stop();
    service = undefined;
  }

  function file(ending: string): string {
    const group = join(directory, 'groups', '1');
    return join(
      group,
      readdirSync(group).find((name) => name.endsWith(ending))!,
    );
  }

  /** Writes over a text in a file, at its own length. */
  function overwrite(path: string, text: string, by: string): void {
    const bytes = readFileSync(path);
    bytes.write(by, bytes.indexOf(text));
    writeFileSync(path, bytes);
  }

  async function messages(): Promise<string[]> {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await service!.client.send(new FilterLogEventsCommand({ logGroupName: GROUP, nextToken }));
      found.push(...page.events!.map(({ message }) => message!.slice(0, 14).trim()));
      ({ nextToken } = page);
    } while (nextToken);
    return found;
  }

  async function told(): Promise<FolderRecovery> {
    const response = await fetch(`${service!.local.endpoint}/_control/store`);
    const { recovery } = (await response.json()) as { recovery: FolderRecovery };
    expect(recovery).to.deep.equal(service!.local.recovery);
    return recovery;
  }

  it('gives back no message whose bytes were changed, and says so when they are read first', async () => {
    await fill();
    overwrite(file('.log'), 'message 1 50', 'MESSAGE 1 50');
    const { client, local } = await start();
    expect(lines).to.deep.equal([]);
    const found = await messages();
    // A request is stored and checked as one.
    expect(found).to.have.length(200);
    expect(found.filter((message) => /^message [02] \d+ /.test(`${message} `))).to.have.length(200);
    expect(await told()).to.include({ missingEvents: 100 });
    expect((await told()).harmedBytes).to.be.above(30_000);
    expect(lines).to.deep.equal([
      `${directory}: ${local.recovery.harmedBytes} bytes of events are harmed and were passed over`,
      `${directory}: 100 events are lost`,
    ]);
    const page = await client.send(
      new GetLogEventsCommand({ logGroupName: GROUP, logStreamName: 'stream', startFromHead: true }),
    );
    expect(page.events).to.have.length(200);
    const counted = await service!.raw('DescribeLogGroups', '{}');
    expect((counted.body.logGroups as { storedBytes: number }[])[0]!.storedBytes).to.be.within(
      64_000,
      70_000,
    );
  });

  it('says it of an event that is asked for by its pointer, and of those that a query reads', async () => {
    await fill();
    await start();
    const query = await service!.raw(
      'StartQuery',
      JSON.stringify({
        logGroupName: GROUP,
        queryString: 'filter @message like "message 1 50 "',
        startTime: service!.time / 1000 - 60,
        endTime: service!.time / 1000 + 60,
      }),
    );
    let results: { body: Record<string, unknown> };
    do results = await service!.raw('GetQueryResults', JSON.stringify(query.body));
    while (results.body.status === 'Running' || results.body.status === 'Scheduled');
    const [row] = results.body.results as { field: string; value: string }[][];
    const logRecordPointer = row!.find(({ field }) => field === '@ptr')!.value;
    await service!.stop();
    overwrite(file('.log'), 'message 1 51', 'message 1 5X');
    await start();
    const failed = await service!.client
      .send(new GetLogRecordCommand({ logRecordPointer }))
      .catch((error: unknown) => error);
    expect(failed).to.be.instanceOf(Error);
    expect(await told()).to.include({ missingEvents: 100 });
  });

  it('says how much is gone with a log that somebody removed', async () => {
    await fill();
    rmSync(file('.log'));
    await start();
    expect(lines).to.deep.equal([
      `${directory}: 1 files or folders are missing`,
      `${directory}: 300 events are lost`,
    ]);
    expect(await messages()).to.deep.equal([]);
    await service!.put(GROUP, [[0, 'after']]);
    expect(await messages()).to.deep.equal(['after']);
  });

  it('says it too where the index went with the log, and where the folder of the group did', async () => {
    await fill();
    rmSync(file('.log'));
    rmSync(file('.idx'));
    await start();
    expect(await told()).to.include({ missingFiles: 1, missingEvents: 300 });
    await service!.stop();
    rmSync(join(directory, 'groups', '1'), { recursive: true });
    await start();
    expect(await told()).to.include({ missingFiles: 1 });
  });

  it('says how much is gone where a log was cut between two requests', async () => {
    await fill();
    const log = file('.log');
    const bytes = readFileSync(log);
    // Before the messages: length and checksum, a head of 24 bytes, the stream's name, and 12 bytes an event.
    const head = 8 + 24 + 'stream'.length + 100 * 12;
    writeFileSync(log, bytes.subarray(0, bytes.indexOf('message 2 0') - head));
    rmSync(file('.idx'));
    await start();
    expect(await told()).to.include({ tornBytes: 0, harmedBytes: 0, missingEvents: 100 });
    expect(await messages()).to.have.length(200);
  });

  it('says that a catalogue was cut at the end of a line', async () => {
    await fill();
    const catalog = join(directory, 'catalog.journal');
    const all = readFileSync(catalog, 'utf8').split('\n');
    writeFileSync(catalog, `${all.slice(0, 1).join('\n')}\n`);
    await start();
    expect((await told()).harmedEntries).to.equal(all.length - 2);
    expect(lines[0]).to.equal(
      `${directory}: ${all.length - 2} entries about log groups, streams or settings are harmed and were left out`,
    );
  });

  it('says that a group is gone from the catalogue, also after kill -9', async () => {
    const copy = `${directory}-copy`;
    const filled = await start();
    await filled.createStream(GROUP);
    await filled.put(GROUP, [[0, 'message']]);
    cpSync(directory, copy, { recursive: true });
    await filled.stop();
    service = undefined;
    rmSync(directory, { recursive: true });
    cpSync(copy, directory, { recursive: true });
    rmSync(copy, { recursive: true });
    rmSync(join(directory, 'LOCK'));
    writeFileSync(join(directory, 'catalog.journal'), '');
    await start();
    // The group and its stream.
    expect(await told()).to.include({ unknownNames: 2 });
    expect(lines.join()).to.contain('2 log groups or streams have events, and nothing else is known of them');
    await service!.createStream(GROUP);
    expect(await messages()).to.deep.equal(['message']);
  });

  it('says nothing of a folder that is whole', async () => {
    await fill();
    await start();
    expect(await messages()).to.have.length(300);
    await service!.stop();
    await start();
    expect(Object.values(await told())).to.deep.equal([0, 0, 0, 0, 0, 0, 0]);
    expect(lines).to.deep.equal([]);
  });
});
