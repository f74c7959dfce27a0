import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeEvent } from '../../src/encoding/encode-event.js';
import { isInSegment } from '../../src/write-ahead/segment.js';
import { WrittenRecord } from '../../src/exporter/written-record.js';
import { messageOf, record } from '../encoding/records.js';
import { HERE, openLog } from '../write-ahead/open-log.js';

describe('WrittenRecord', () => {
  let parent: string;
  let directory: string;
  let opened: ReturnType<typeof openLog>;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'write-ahead-'));
    directory = join(parent, 'log');
    opened = openLog(directory, { hasRoom: false });
  });
  afterEach(async () => {
    await opened.log.close();
    rmSync(parent, { recursive: true, force: true });
  });

  const encoded = (...messages: string[]) => ({
    destination: HERE,
    entity: undefined,
    events: messages.map((message) => encodeEvent(1, message)),
  });
  const written = (of = record(), ...messages: string[]): WrittenRecord =>
    new WrittenRecord(opened.log, of, encoded(...messages));
  const never = (): never => expect.fail('it is encoded again');
  const early = () => record({ resource: { attributes: {}, asyncAttributesPending: true } });

  it('is in a file when it is made, and not encoded again', () => {
    const one = written(record(), 'a', 'b');
    const [file] = readdirSync(directory);
    expect(readFileSync(join(directory, file!), 'utf8'))
      .to.include('"m":"a"')
      .and.to.include('"m":"b"');
    const { events, destination } = one.take(never)!;
    expect(destination).to.equal(HERE);
    expect(events.map(messageOf)).to.deep.equal(['a', 'b']);
    expect(isInSegment(events[0]!)).to.equal(true);
    expect(opened.log.status()).to.include({ events: 2 });
  });

  it('takes as much memory as its events', () => {
    expect(written(record(), 'x'.repeat(1_000), 'y').bytes).to.be.within(1_100, 2_000);
  });

  it('knows its resource, which is looked for in queues', () => {
    const of = record();
    expect(written(of, 'a').resource).to.equal(of.resource);
  });

  it('leaves its events to the file', () => {
    expect(written(record(), 'a', 'b').leave()).to.equal(2);
  });

  it('is in memory alone where it can not be written', () => {
    writeFileSync(directory, 'a file');
    const [one, late] = [written(record(), 'a'), written(early(), 'b')];
    expect(one.take(never)!.events.map(messageOf)).to.deep.equal(['a']);
    expect(one.leave()).to.equal(0);
    expect(late.take(() => encoded('c'))!.events.map(messageOf)).to.deep.equal(['c']);
    expect(opened.log.status()).to.include({ unprotected: 2, events: 0 });
  });

  describe('of a resource that gets attributes later', () => {
    it('sends what the record is then, and lets the file go with it', () => {
      const late = early();
      const { events } = written(late, 'early', 'second').take((changed) => {
        expect(changed).to.equal(late);
        return encoded('later');
      })!;
      expect(events.map(messageOf)).to.deep.equal(['later']);
      expect(opened.log.status().events).to.equal(1);
      opened.log.release(events);
      expect(opened.log.status().events).to.equal(0);
    });

    it('has more events than it had before, of which the file has none', () => {
      const { events } = written(early(), 'early').take(() => encoded('one', 'two'))!;
      expect(events.map(isInSegment)).to.deep.equal([true, false]);
      expect(opened.log.giveBack(events)).to.equal(1);
    });

    it('is let go where it is lost then', () => {
      expect(written(early(), 'early').take(() => undefined)).to.equal(undefined);
      expect(opened.log.status().events).to.equal(0);
    });
  });
});
