import { expect } from 'chai';
import sinon from 'sinon';
import { buildTraces, CorrelationEngine, parseMessage } from '../../../src/insights/index.js';
import {
  FAILURE_STORIES,
  GENERATED_KINDS,
  LocalCloudWatchLogs,
  LogEventGenerator,
} from '../../../src/simulation/index.js';

const START = Date.UTC(2026, 10, 1, 12);

describe('LogEventGenerator', () => {
  const make = (seed = 1): LogEventGenerator => new LogEventGenerator({ seed, startMillis: START });

  for (const kind of GENERATED_KINDS) {
    it(`makes the same ${kind} events for the same seed, and others for another`, () => {
      const [first, again, other] = [make(), make(), make(2)].map((one) => [...one.events(kind, 50)]);
      expect(first).to.deep.equal(again);
      expect(first).not.to.deep.equal(other);
      expect(first!.length).to.be.at.least(50);
    });
  }

  it('goes on in time from call to call', () => {
    const generator = make();
    const times = [
      ...generator.random(20),
      ...generator.structured(20),
      ...generator.error(20),
      ...generator.sequence('none').events,
    ].map(({ timestamp }) => timestamp);
    expect(times[0]).to.equal(START);
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
  });

  describe('without a start', () => {
    const end = { seed: 3, endMillis: START };
    const lastOf = (events: readonly { timestamp: number }[]): number =>
      Math.max(...events.map(({ timestamp }) => timestamp));

    for (const kind of GENERATED_KINDS) {
      it(`ends ${kind} events at the given time, and makes the same for the same seed`, () => {
        const events = [...new LogEventGenerator(end).events(kind, 60)];
        expect(lastOf(events)).to.equal(START);
        const startMillis = Math.min(...events.map(({ timestamp }) => timestamp));
        const started = new LogEventGenerator({ seed: 3, startMillis });
        expect([...started.events(kind, 60)]).to.deep.equal(events);
      });
    }

    for (const kind of GENERATED_KINDS) {
      it(`writes the messages of ${kind} events one by one, as they are read`, () => {
        const written = sinon.spy(JSON, 'stringify');
        try {
          const events = new LogEventGenerator(end).events(kind, 1_000);
          const first = [events.next(), events.next(), events.next()];
          expect(first.every(({ done }) => done === false)).to.equal(true);
          expect(written.callCount).to.be.at.most(3);
        } finally {
          written.restore();
        }
      });
    }

    it('ends what each call makes at that time', () => {
      const generator = new LogEventGenerator(end);
      expect(lastOf(generator.random(9))).to.equal(START);
      expect(lastOf(generator.structured(5))).to.equal(START);
      expect(lastOf(generator.error())).to.equal(START);
      const { events, spans } = generator.sequence();
      expect(lastOf([...events, ...spans])).to.equal(START);
    });

    it('ends now by default, so that a look-up finds all', async () => {
      const local = await LocalCloudWatchLogs.start();
      try {
        const { traceId, events, spans } = new LogEventGenerator().sequence('payment-timeout');
        await local.put([...events, ...spans]);
        const engine = new CorrelationEngine({ endpoint: local.endpoint, logGroups: ['*'] });
        const result = await engine.correlateByTrace(traceId);
        expect(result.events).to.have.length(events.length + spans.length);
      } finally {
        await local.stop();
      }
    });

    it('takes no end beside a start', () => {
      expect(() => new LogEventGenerator({ startMillis: 1, endMillis: 2 })).to.throw(
        'endMillis must be left out where startMillis is given',
      );
      expect(() => new LogEventGenerator({ endMillis: 0.5 })).to.throw(
        'endMillis must be whole milliseconds',
      );
    });
  });

  it('writes records that look-ups read', () => {
    for (const { message } of make().structured(50)) {
      const { layout, traceId, severityNumber, service } = parseMessage(message);
      expect({ layout, hasTrace: /^[0-9a-f]{32}$/.test(traceId ?? '') }).to.deep.equal({
        layout: 'collector',
        hasTrace: true,
      });
      expect(severityNumber).to.be.lessThan(17);
      expect(service).to.be.a('string');
    }
  });

  it('writes errors with type, message and stack', () => {
    for (const { message } of make().error(30)) {
      const { exception, severityNumber } = parseMessage(message);
      expect(severityNumber).to.equal(17);
      expect(exception?.stacktrace).to.match(/^\w+: .+\n {4}at /);
      expect(exception?.stacktrace).to.contain(exception?.message);
    }
  });

  it('writes random lines of many sorts', () => {
    const layouts = new Set(
      make()
        .random(200)
        .map(({ message }) => parseMessage(message).layout),
    );
    expect([...layouts].sort()).to.include.members(['json', 'text']);
  });

  for (const story of FAILURE_STORIES) {
    it(`tells the story ${story} in records and in the spans of one trace`, () => {
      const { traceId, requestId, events, spans } = make(5).sequence(story);
      const records = events.map(({ message }) => parseMessage(message));
      expect(new Set(records.map((record) => record.traceId))).to.deep.equal(new Set([traceId]));
      expect(new Set(records.map((record) => record.requestId))).to.deep.equal(new Set([requestId]));
      const read = spans.map(({ message }) => parseMessage(message));
      expect(new Set(read.map((span) => span.traceId))).to.deep.equal(new Set([traceId]));
      const ids = new Set(read.map((span) => span.spanId));
      // Every parent and every record's span is there, and one span is the root.
      expect(read.filter((span) => span.parentSpanId === undefined)).to.have.length(1);
      for (const { parentSpanId } of read) if (parentSpanId) expect(ids).to.include(parentSpanId);
      for (const { spanId } of records) expect(ids).to.include(spanId);
      const failed = read.filter(({ span }) => span?.hasError);
      const hasErrors = records.some(({ severityNumber = 0 }) => severityNumber >= 17);
      const isBroken = story === 'payment-timeout' || story === 'database-down';
      expect([failed.length > 0, hasErrors]).to.deep.equal([isBroken, isBroken]);
      for (const { span } of read) expect(span!.startMillis).to.be.at.most(span!.endMillis!);
    });
  }

  it('makes sequences that a look-up finds whole, as one tree', async () => {
    const local = await LocalCloudWatchLogs.start();
    try {
      const { traceId, events, spans } = make().sequence('payment-timeout');
      expect(await local.put([...events, ...spans])).to.equal(events.length + spans.length);
      const engine = new CorrelationEngine({
        endpoint: local.endpoint,
        logGroups: ['*'],
        clock: () => START + 60_000,
      });
      const result = await engine.correlateByTrace(traceId);
      expect(result.events).to.have.length(events.length + spans.length);
      const trees = buildTraces(result.events);
      expect(trees).to.have.length(1);
    } finally {
      await local.stop();
    }
  });

  it('refuses what is wrong, and says what is right', () => {
    expect(() => new LogEventGenerator({ seed: 0.5 })).to.throw('seed must be a whole number');
    expect(() => new LogEventGenerator({ startMillis: -1 })).to.throw('startMillis must');
    expect(() => new LogEventGenerator({ betweenMillis: Number.NaN })).to.throw('betweenMillis must');
    expect(() => new LogEventGenerator({ logStreamName: 5 as never })).to.throw('logStreamName must');
    expect(() => new LogEventGenerator({ seeed: 1 } as never)).to.throw('did you mean seed?');
    expect(() => make().random(-1)).to.throw('count must');
    expect(() => make().sequence('fire' as never)).to.throw('story must be one of none');
    expect(() => [...make().events('noise' as never, 1)]).to.throw('kind must be one of random');
    expect([...make().events('error', 0)]).to.deep.equal([]);
  });
});
