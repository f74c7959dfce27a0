import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeEvent } from '../../src/encoding/encode-event.js';
import { JournaledEvent } from '../../src/write-ahead/segment.js';
import { WriteAheadRecords } from '../../src/exporter/write-ahead-records.js';
import { messageOf, record } from '../encoding/records.js';
import { HERE, openLog } from '../write-ahead/open-log.js';

describe('WriteAheadRecords', () => {
  let parent: string;
  let directory: string;
  let opened: ReturnType<typeof openLog>;
  let records: WriteAheadRecords;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'write-ahead-'));
    directory = join(parent, 'log');
    opened = openLog(directory, { hasRoom: false });
    records = new WriteAheadRecords(opened.log);
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
  const never = (): never => expect.fail('it is encoded again');
  const early = () => record({ resource: { attributes: {}, asyncAttributesPending: true } });

  it('encodes a record once, and what was never written when it is exported', () => {
    const [written, other] = [record(), record()];
    expect(records.write(written, () => encoded('a'))).to.equal('written');
    expect(records.take(written, never)!.events[0]).to.be.an.instanceOf(JournaledEvent);
    const now = encoded('b');
    expect(records.take(other, () => now)).to.equal(now);
    // The second time it is another export's.
    expect(records.take(written, () => now)).to.equal(now);
    expect(records.write(other, () => undefined)).to.equal('lost');
    expect(opened.log.status()).to.include({ events: 1 });
  });

  it('leaves to its file what has one, and nothing else', () => {
    const [written, other] = [record(), record()];
    records.write(written, () => encoded('a', 'b'));
    expect(records.leave(written)).to.equal(2);
    expect(records.leave(other)).to.equal(0);
  });

  it('has in memory alone what can not be written', () => {
    writeFileSync(directory, 'a file');
    const [one, late] = [record(), early()];
    expect(records.write(one, () => encoded('a'))).to.equal('unprotected');
    expect(records.write(late, () => encoded('b'))).to.equal('unprotected');
    expect(records.take(one, never)!.events.map(messageOf)).to.deep.equal(['a']);
    records.write(one, () => encoded('a'));
    expect(records.leave(one)).to.equal(0);
    expect(records.take(late, () => encoded('c'))!.events.map(messageOf)).to.deep.equal(['c']);
    expect(opened.log.status()).to.include({ unprotected: 3, events: 0 });
  });

  describe('of a resource that gets attributes later', () => {
    it('sends what the record is then, and lets the file go with it', () => {
      const late = early();
      records.write(late, () => encoded('early', 'second'));
      const { events } = records.take(late, () => encoded('later'))!;
      expect(events.map(messageOf)).to.deep.equal(['later']);
      expect(opened.log.status()).to.include({ events: 1 });
      opened.log.release(events);
      expect(opened.log.status()).to.include({ events: 0 });
    });

    it('has in memory alone the events that come to be more', () => {
      const late = early();
      records.write(late, () => encoded('early'));
      const { events } = records.take(late, () => encoded('later', 'more'))!;
      expect(events.map(messageOf)).to.deep.equal(['later', 'more']);
      expect(events.map((event) => event instanceof JournaledEvent)).to.deep.equal([true, false]);
    });

    it('releases a record that is lost then', () => {
      const late = early();
      records.write(late, () => encoded('early'));
      expect(records.take(late, () => undefined)).to.equal(undefined);
      expect(opened.log.status()).to.include({ events: 0 });
    });
  });
});
