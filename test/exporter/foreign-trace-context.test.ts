import { type SpanContext } from '@opentelemetry/api';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { takeTraceContext } from '../../src/exporter/foreign-trace-context.js';
import { type TraceContextFunction } from '../../src/options/trace-context-option.js';

const OWN = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
const OTHER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

describe('takeTraceContext', () => {
  function take(from: () => unknown, spanContext?: SpanContext) {
    const record = { body: 'x', spanContext } as unknown as ReadableLogRecord;
    const problem = takeTraceContext(record, from as TraceContextFunction);
    return { problem, spanContext: record.spanContext };
  }

  it('gives it to a record that has none, or none that is valid', () => {
    const invalid = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };
    for (const before of [undefined, invalid]) {
      expect(take(() => OTHER, before)).to.deep.equal({
        problem: undefined,
        spanContext: { ...OTHER, traceFlags: 0 },
      });
    }
  });

  it("leaves OpenTelemetry's alone, and does not even ask", () => {
    let asked = 0;
    expect(take(() => asked++, OWN).spanContext).to.equal(OWN);
    expect(asked).to.equal(0);
  });

  it("takes X-Ray's form, capitals and flags", () => {
    const traceId = '1-0AF76519-16cd43dd8448eb211c80319c';
    const { spanContext } = take(() => ({ traceId, spanId: 'B7AD6B7169203331', traceFlags: 1 }));
    expect(spanContext).to.deep.equal({ ...OTHER, traceFlags: 1 });
  });

  it('has nothing to say where there is none', () => {
    for (const none of [undefined, null]) {
      expect(take(() => none)).to.deep.equal({ problem: undefined, spanContext: undefined });
    }
  });

  it('says what is wrong with the function, and breaks no record', () => {
    const everything: unknown = new Proxy(() => undefined, {
      get: () => everything,
      apply: () => everything,
    });
    for (const wrong of [
      { ...OTHER, traceId: '7' },
      { ...OTHER, spanId: '0'.repeat(16) },
      { ...OTHER, traceId: 'z'.repeat(32) },
      { ...OTHER, traceId: everything },
    ]) {
      expect(take(() => wrong)).to.deep.equal({
        problem: 'gave no ids',
        spanContext: undefined,
      });
    }
    for (const wrong of [
      {},
      { ...OTHER, spanId: 5 },
      { ...OTHER, traceId: Symbol('id') },
      { ...OTHER, traceId: BigInt(`0x${OTHER.traceId}`) },
      // As many decimal digits as an id has hex digits.
      { ...OTHER, traceId: 10n ** 31n },
      { ...OTHER, traceFlags: Object.create(null) as unknown },
      { ...OTHER, traceFlags: Symbol('sampled') },
      Promise.resolve(OTHER),
      Promise.reject(new Error('nobody waits for it')),
      'text',
      7,
    ]) {
      expect(take(() => wrong)).to.deep.equal({ problem: 'failed (TypeError)', spanContext: undefined });
    }
    const secret = take(() => {
      throw new RangeError('password 123');
    });
    expect(secret.problem).to.equal('failed (RangeError)');
  });

  it('takes ids whose flags are of another kind', () => {
    const spanContext = { ...OTHER, traceFlags: 0 };
    for (const traceFlags of [{}, Number.NaN, 'x', undefined, null]) {
      expect(take(() => ({ ...OTHER, traceFlags }))).to.deep.equal({ problem: undefined, spanContext });
    }
    for (const traceFlags of [1n, '01', 257]) {
      const taken = take(() => ({ ...OTHER, traceFlags }));
      expect(taken.spanContext).to.deep.equal({ ...OTHER, traceFlags: 1 });
    }
  });

  it('reads each member once', () => {
    const reads: PropertyKey[] = [];
    const proxy = new Proxy(OTHER, {
      get: (target, name) => {
        if (name !== 'then') reads.push(name);
        return Reflect.get(target, name) as unknown;
      },
    });
    expect(take(() => proxy).spanContext).to.deep.equal({ ...OTHER, traceFlags: 0 });
    expect(reads).to.deep.equal(['traceId', 'spanId', 'traceFlags']);
  });

  it('throws nothing, whatever is thrown', () => {
    const withName = (name: PropertyDescriptor): Error => Object.defineProperty(new Error('x'), 'name', name);
    const nameless = withName({
      get: () => {
        throw new Error('no name either');
      },
    });
    const never = new Proxy(new Error('x'), {
      get: () => {
        throw nameless;
      },
      getPrototypeOf: () => {
        throw nameless;
      },
    });
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const thrown of [
      nameless,
      never,
      revoked.proxy,
      withName({ value: Symbol('name') }),
      withName({ value: Object.create(null) as unknown }),
      withName({ value: 'a secret\nin lines' }),
      Symbol('thrown'),
      undefined,
      null,
      5n,
      'password 123',
    ]) {
      const { problem, spanContext } = take(() => {
        throw thrown as Error;
      });
      expect(problem).to.match(/^failed \((unknown|Error|a thrown \w+)\)$/);
      expect(spanContext).to.equal(undefined);
      const getter = Object.defineProperty({ ...OTHER }, 'traceId', {
        get: () => {
          throw thrown as Error;
        },
      });
      expect(take(() => getter).problem).to.equal(problem);
    }
    const proxy = new Proxy({ ...OTHER }, Object.create(null) as object);
    expect(take(() => proxy).problem).to.equal(undefined);
    expect(take(() => revoked.proxy).problem).to.equal('failed (TypeError)');
  });

  it('is not asked for what it logs itself, at once, by a getter, or later', async () => {
    let asked = 0;
    const inner: unknown[] = [];
    const record = () => ({ body: 'x' }) as unknown as ReadableLogRecord;
    const log = (): void => {
      const own = record();
      inner.push(takeTraceContext(own, from), own.spanContext);
    };
    const from = (): typeof OTHER => {
      asked++;
      log();
      setImmediate(log);
      void Promise.resolve().then(log);
      return {
        spanId: OTHER.spanId,
        get traceId() {
          log();
          return OTHER.traceId;
        },
      };
    };
    for (let n = 1; n <= 2; n++) {
      const outer = record();
      expect(takeTraceContext(outer, from)).to.equal(undefined);
      expect(outer.spanContext).to.include(OTHER);
      expect(asked).to.equal(n);
    }
    // After those that it has set, of which a timer on a busy machine may come first.
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).to.equal(2);
    expect(inner).to.deep.equal(new Array(16).fill(undefined));
  });

  it('is asked again after it has failed', () => {
    let asked = 0;
    for (let n = 0; n < 2; n++) {
      take(() => {
        asked++;
        throw new Error('x');
      });
    }
    expect(asked).to.equal(2);
  });
});
