import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { RecordQueue } from '../../src/exporter/record-queue.js';
import { record } from '../encoding/records.js';

describe('RecordQueue', () => {
  const bodies = (queue: RecordQueue): unknown[][] => {
    const batches: unknown[][] = [];
    for (let batch = queue.first; batch; batch = queue.first) {
      batches.push(batch.records.map((one) => (one as ReadableLogRecord).body));
      queue.take();
    }
    return batches;
  };

  it('fills a batch to the record', () => {
    const queue = new RecordQueue(3, 1_000);
    const full = ['a', 'b', 'c', 'd'].map((body) => queue.push(record({ body }), 1));
    expect(full).to.deep.equal([false, false, true, false]);
    expect(queue.length).to.equal(4);
    expect(bodies(queue)).to.deep.equal([['a', 'b', 'c']]);
    expect(queue.length).to.equal(1);
    queue.close();
    expect(bodies(queue)).to.deep.equal([['d']]);
    expect(queue.length).to.equal(0);
  });

  it('fills a batch to the byte, also where that is changed', () => {
    const queue = new RecordQueue(100, 10);
    expect([9, 1, 11, 4].map((bytes) => queue.push(record(), bytes))).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
    queue.maxBatchBytes = 5;
    expect(queue.push(record(), 1)).to.equal(true);
  });

  it('has a last batch, where there is one', async () => {
    const queue = new RecordQueue(2, 1_000);
    expect(queue.close()).to.equal(undefined);
    expect(queue.first).to.equal(undefined);
    queue.push(record(), 7);
    const last = queue.close();
    expect(last).to.equal(queue.first);
    expect(last!.bytes).to.equal(7);
    expect(queue.close()).to.equal(last);
    queue.take();
    last!.end();
    await last!.handedOver;
  });
});
