import { EventEmitter } from 'node:events';

import { expect } from 'chai';
import sinon from 'sinon';

import { type LogGroupDocument, LOG_GROUPS } from '../../../src/simulation/operations/collections.js';
import { EventFeed } from '../../../src/simulation/operations/event-feed.js';
import { answerLiveTail } from '../../../src/simulation/operations/live-tail.js';
import type { ServiceContext } from '../../../src/simulation/operations/service-context.js';
import type { Exchange } from '../../../src/simulation/protocol/http-server.js';
import { MemoryCatalog } from '../../../src/simulation/store/memory-catalog.js';

/** An answer to a client that reads when the test says so. */
class SlowResponse extends EventEmitter {
  writableNeedDrain = false;
  readonly written: string[] = [];

  writeHead(): void {
    // Its head is of no interest.
  }

  write(bytes: Buffer): void {
    this.written.push(bytes.toString('utf8'));
  }

  /** Messages of the updates that were written so far. */
  get messages(): string[] {
    return this.written.flatMap((text) => /"message":"([^"]*)"/.exec(text)?.[1] ?? []);
  }
}

describe('a live tail that is read slowly', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => (clock = sinon.useFakeTimers()));
  afterEach(() => clock.restore());

  const group: LogGroupDocument = {
    logGroupName: '/app',
    creationTime: 0,
    logGroupClass: 'STANDARD',
    tags: {},
    deletionProtectionEnabled: false,
  };

  /** A tail of the group, and what publishes events in it. */
  function tail() {
    const catalog = new MemoryCatalog();
    catalog.put(LOG_GROUPS, '/app', group);
    const feed = new EventFeed();
    const context = { feed, catalog, accountId: '000000000000', region: 'us-east-1' };
    const response = new SlowResponse();
    const exchange = { request: { socket: {} }, response, requestId: 'id' };
    answerLiveTail(
      context as unknown as ServiceContext,
      exchange as unknown as Exchange,
      { logGroupIdentifiers: ['arn:aws:logs:us-east-1:000000000000:log-group:/app'] },
      undefined,
    );
    const publish = (...messages: string[]): void => {
      feed.publish({
        group,
        logStreamName: 's',
        events: messages.map((message) => ({ timestamp: 0, message })),
        appended: { count: messages.length, eventId: String, ptr: String },
        ingestionTime: 0,
      });
    };
    return { response, publish };
  }

  it('holds ten updates, then lets the oldest go', () => {
    const { response, publish } = tail();
    response.writableNeedDrain = true;
    for (let second = 0; second < 13; second++) {
      publish(`m${second}`);
      clock.tick(1000);
    }
    expect(response.messages).to.deep.equal([]);
    response.writableNeedDrain = false;
    response.emit('drain');
    expect(response.messages).to.deep.equal(['m3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9', 'm10', 'm11', 'm12']);
    response.emit('close');
  });

  it('samples what is more than two million characters a second, but shows a single event whole', () => {
    const { response, publish } = tail();
    const large = 'x'.repeat(900_000);
    publish(`${large}1`, `${large}2`, `${large}3`);
    publish('small');
    clock.tick(1000);
    expect(response.messages.map((message) => message.slice(-1))).to.deep.equal(['1']);
    expect(response.written.at(-1)).to.contain('"sampled":true').and.to.contain(`${large}2`);
    expect(response.written.at(-1)).to.not.contain(`${large}3`);
    publish('x'.repeat(3_000_000));
    clock.tick(1000);
    expect(response.messages.at(-1)).to.have.length(3_000_000);
    expect(response.written.at(-1)).to.contain('"sampled":false');
    response.emit('close');
  });
});
