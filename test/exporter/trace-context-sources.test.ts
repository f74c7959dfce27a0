import { createRequire } from 'node:module';
import { expect } from 'chai';
import { traceContextOf } from '../../src/exporter/trace-context-sources.js';
import { type TraceContextSource } from '../../src/options/trace-context-option.js';

const { cache } = createRequire(process.execPath) as { cache: Record<string, unknown> };
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

/** Stand-ins have the shapes of the versions that the module's comments name. */
describe('traceContextOf', () => {
  const undo: (() => void)[] = [];
  afterEach(() => {
    for (const step of undo.splice(0).reverse()) step();
  });

  /** Sets a member for a test. */
  function set(owner: object, name: string, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    // Of the globals mocha takes one that can be enumerated for a leak.
    const enumerable = owner !== globalThis;
    Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable });
    undo.push(() => {
      if (before) Object.defineProperty(owner, name, before);
      else Reflect.deleteProperty(owner, name);
    });
  }
  const ask = (...names: TraceContextSource[]) => traceContextOf(names)();

  it('finds nothing where nothing is loaded', () => {
    expect(ask('xray', 'sentry', 'datadog', 'newrelic', 'elastic', 'request')).to.equal(undefined);
    expect(ask()).to.equal(undefined);
  });

  describe('xray', () => {
    const id = `1-${TRACE_ID.slice(0, 8)}-${TRACE_ID.slice(8)}`;
    const inNamespace = (segment: object | undefined): void => {
      set(process, 'namespaces', {
        AWSXRay: { get: (name: string) => (name === 'segment' ? segment : undefined) },
      });
    };

    it('takes segment and subsegment', () => {
      inNamespace({ trace_id: id, id: SPAN_ID });
      expect(ask('xray')).to.deep.equal({ traceId: id, spanId: SPAN_ID, traceFlags: 1 });
      inNamespace({ id: 'aaaaaaaaaaaaaaaa', segment: { trace_id: id, id: SPAN_ID }, notTraced: true });
      expect(ask('xray')).to.deep.equal({ traceId: id, spanId: 'aaaaaaaaaaaaaaaa', traceFlags: 0 });
    });

    it("takes Lambda's variable, also for the SDK's stand-in of its segment", () => {
      set(process.env, '_X_AMZN_TRACE_ID', `Root=${id};Parent=${SPAN_ID};Sampled=0;Lineage=1:a:0`);
      const expected = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 };
      inNamespace(undefined);
      expect(ask('xray')).to.deep.equal(expected);
      inNamespace({ trace_id: '1-00000001-000000000000000000000001', id: 'x', facade: true });
      expect(ask('xray')).to.deep.equal(expected);
    });

    it('leaves a broken variable alone', () => {
      for (const text of [
        'Root=1-5759e988;Parent=x',
        'x'.repeat(5000),
        'Root=1-00000000-000000000000000000000000',
      ]) {
        set(process.env, '_X_AMZN_TRACE_ID', text);
        expect(ask('xray')).to.equal(undefined);
      }
    });
  });

  describe('sentry', () => {
    const spanContext = () => ({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 });
    const span = { spanContext };
    function withScope(scope: object, rest: object = {}): void {
      const acs = { getCurrentScope: () => scope, ...rest };
      set(globalThis, '__SENTRY__', { version: '11.12.0', '11.12.0': { acs, defaultCurrentScope: 'none' } });
    }

    it('takes the active span, wherever a version keeps it', () => {
      withScope({ refs: { span: new WeakRef(span) } });
      expect(ask('sentry')).to.deep.equal(spanContext());
      withScope({ _sentrySpan: span });
      expect(ask('sentry')).to.deep.equal(spanContext());
      withScope({}, { getActiveSpan: () => span });
      expect(ask('sentry')).to.deep.equal(spanContext());
    });

    it("takes a request's trace without spans, and makes one span id for it", () => {
      const scope = { getPropagationContext: () => ({ traceId: TRACE_ID, sampled: true }) };
      withScope(scope);
      const first = ask('sentry');
      expect(first).to.include({ traceId: TRACE_ID, traceFlags: 1 });
      expect(first!.spanId).to.match(/^[0-9a-f]{16}$/);
      expect(ask('sentry')).to.deep.equal(first);
      withScope({ getPropagationContext: () => ({ traceId: TRACE_ID, parentSpanId: SPAN_ID }) });
      expect(ask('sentry')).to.deep.equal({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 });
      withScope({ getPropagationContext: () => ({}) });
      expect(ask('sentry')).to.equal(undefined);
    });

    it('leaves the trace of the process alone', () => {
      const scope = { getPropagationContext: () => ({ traceId: TRACE_ID }) };
      set(globalThis, '__SENTRY__', {
        version: '11',
        '11': { acs: { getCurrentScope: () => scope }, defaultCurrentScope: scope },
      });
      expect(ask('sentry')).to.equal(undefined);
      set(globalThis, '__SENTRY__', { version: '11' });
      expect(ask('sentry')).to.equal(undefined);
    });
  });

  it('takes ids of Datadog in hex digits, also of versions that give decimal numbers', () => {
    const active = (toTraceId: () => string, toSpanId: () => string): void => {
      set(globalThis, '_ddtrace', {
        scope: () => ({ active: () => ({ context: () => ({ toTraceId, toSpanId }) }) }),
      });
    };
    active(
      () => TRACE_ID,
      () => SPAN_ID,
    );
    expect(ask('datadog')).to.deep.equal({ traceId: TRACE_ID, spanId: SPAN_ID });
    active(
      () => '9019168602620634678',
      () => '255',
    );
    expect(ask('datadog')).to.deep.equal({
      traceId: '00000000000000007d2a860ef88f2636',
      spanId: '00000000000000ff',
    });
    set(globalThis, '_ddtrace', { scope: () => ({ active: () => null }) });
    expect(ask('datadog')).to.equal(undefined);
  });

  it('takes the metadata of New Relic, where it has both ids', () => {
    set(cache, '__NR_cache', { getTraceMetadata: () => ({ traceId: TRACE_ID, spanId: SPAN_ID }) });
    expect(ask('newrelic')).to.deep.equal({ traceId: TRACE_ID, spanId: SPAN_ID });
    set(cache, '__NR_cache', { getTraceMetadata: () => ({ traceId: TRACE_ID }) });
    expect(ask('newrelic')).to.equal(undefined);
    set(cache, '__NR_cache', {});
    expect(ask('newrelic')).to.equal(undefined);
  });

  it('takes the ids of Elastic, of the span before the transaction, once it is loaded', async () => {
    expect(ask('elastic')).to.equal(undefined);
    const ids: Record<string, string> = { 'trace.id': TRACE_ID, 'transaction.id': SPAN_ID };
    const agent = { currentTraceIds: ids, currentTransaction: { sampled: true } };
    set(cache, '/app/node_modules/elastic-apm-node/index.js', { exports: agent });
    // Modules are looked through a few times a second at the most.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ask('elastic')).to.deep.equal({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 });
    ids['span.id'] = 'cccccccccccccccc';
    agent.currentTransaction.sampled = false;
    expect(ask('elastic')).to.deep.equal({ traceId: TRACE_ID, spanId: 'cccccccccccccccc', traceFlags: 0 });
    agent.currentTraceIds = {};
    expect(ask('elastic')).to.equal(undefined);
  });

  it('asks in the order that is given', () => {
    set(cache, '__NR_cache', { getTraceMetadata: () => ({ traceId: TRACE_ID, spanId: SPAN_ID }) });
    set(
      process.env,
      '_X_AMZN_TRACE_ID',
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    );
    expect(ask('newrelic', 'xray')).to.include({ traceId: TRACE_ID });
    expect(ask('xray', 'newrelic')).to.include({ traceId: '5759e988bd862e3fe1be46a994272793' });
  });

  describe('of which one is broken', () => {
    const fine = { traceId: TRACE_ID, spanId: SPAN_ID };
    const failure = new RangeError('out of order');
    const fail = (): never => {
      throw failure;
    };
    const behind = (name: TraceContextSource) => {
      set(cache, '__NR_cache', { getTraceMetadata: () => fine });
      return ask(name, 'newrelic');
    };

    it('asks the next where one throws, wherever it does', () => {
      set(process, 'namespaces', { AWSXRay: { get: fail } });
      expect(behind('xray')).to.deep.equal(fine);
      set(globalThis, '__SENTRY__', new Proxy({}, { get: fail }));
      expect(behind('sentry')).to.deep.equal(fine);
      const context = () => ({ toTraceId: () => 'no number', toSpanId: () => '1' });
      set(globalThis, '_ddtrace', { scope: () => ({ active: () => ({ context }) }) });
      expect(behind('datadog')).to.deep.equal(fine);
    });

    it('asks the next where ids are zeros, cut off or of another kind', () => {
      const span = (spanContext: object): void => {
        const acs = {
          getCurrentScope: () => ({}),
          getActiveSpan: () => ({ spanContext: () => spanContext }),
        };
        set(globalThis, '__SENTRY__', { version: '11', '11': { acs } });
      };
      for (const wrong of [
        { traceId: '0'.repeat(32), spanId: '0'.repeat(16) },
        { traceId: TRACE_ID, spanId: '0'.repeat(16) },
        { traceId: TRACE_ID },
        { traceId: TRACE_ID.slice(1), spanId: SPAN_ID },
        { traceId: 5n, spanId: SPAN_ID },
        {
          get traceId(): never {
            return fail();
          },
        },
      ]) {
        span(wrong);
        expect(behind('sentry')).to.deep.equal(fine);
      }
      const zero = () => '0';
      set(globalThis, '_ddtrace', {
        scope: () => ({ active: () => ({ context: () => ({ toTraceId: zero, toSpanId: zero }) }) }),
      });
      expect(behind('datadog')).to.deep.equal(fine);
      expect(ask('datadog')).to.equal(undefined);
    });

    it('lets it be said where no other has a trace', () => {
      set(process, 'namespaces', { AWSXRay: { get: fail } });
      expect(() => ask('xray', 'newrelic', 'datadog')).to.throw(failure);
      const cut = { traceId: TRACE_ID.slice(1), spanId: SPAN_ID };
      set(cache, '__NR_cache', { getTraceMetadata: () => cut });
      expect(ask('datadog', 'newrelic')).to.deep.equal(cut);
      expect(() => ask('xray', 'newrelic')).to.throw(failure);
    });
  });
});
