import { expect } from 'chai';
import fc from 'fast-check';
import { parseMessage } from '../../../src/insights/messages/message-parser.js';

const W3C = '5b8efff798038103d269b633813fc60c';
const XRAY = '1-5b8efff7-98038103d269b633813fc60c';

describe('parseMessage', () => {
  it('reads the default layout', () => {
    const parsed = parseMessage(
      JSON.stringify({
        body: 'payment failed',
        severity_number: 17,
        severity_text: 'ERROR',
        trace_id: W3C,
        span_id: 'eee19b7ec3c1b174',
        attributes: {
          'exception.type': 'CardError',
          'exception.message': 'declined',
          'exception.stacktrace': 'CardError: declined\n  at pay',
          'request.id': 'r-1',
        },
        resource: { 'service.name': 'orders' },
      }),
    );
    expect(parsed).to.include({
      layout: 'collector',
      text: 'payment failed',
      traceId: W3C,
      spanId: 'eee19b7ec3c1b174',
      requestId: 'r-1',
      severityNumber: 17,
      severityText: 'ERROR',
      service: 'orders',
    });
    expect(parsed.exception).to.deep.equal({
      type: 'CardError',
      message: 'declined',
      stacktrace: 'CardError: declined\n  at pay',
    });
  });

  it("reads the layout of CloudWatch's OTLP endpoint", () => {
    const parsed = parseMessage(
      JSON.stringify({
        resource: { attributes: { 'service.name': 'gateway' } },
        scope: { name: 'pino' },
        timeUnixNano: 1,
        severityNumber: 13,
        body: { stringValue: 'slow' },
        attributes: {},
        traceId: W3C,
        spanId: 'aaaaaaaaaaaaaaaa',
      }),
    );
    expect(parsed).to.include({
      layout: 'otlp',
      text: 'slow',
      service: 'gateway',
      severityText: 'WARN',
      traceId: W3C,
    });
  });

  it('reads spans, times as numbers or strings', () => {
    const parsed = parseMessage(
      JSON.stringify({
        name: 'GET /orders',
        traceId: W3C,
        spanId: 'b'.repeat(16),
        parentSpanId: 'a'.repeat(16),
        kind: 'SPAN_KIND_SERVER',
        startTimeUnixNano: '1700000000000500000',
        durationNano: 2_500_000,
        status: { code: 'STATUS_CODE_ERROR', message: 'bad' },
      }),
    );
    expect(parsed).to.include({ layout: 'span', text: 'GET /orders', parentSpanId: 'a'.repeat(16) });
    expect(parsed.span).to.deep.equal({
      name: 'GET /orders',
      kind: 'SERVER',
      startMillis: 1700000000000.5,
      endMillis: 1700000000003,
      durationMillis: 2.5,
      hasError: true,
      statusMessage: 'bad',
    });
  });

  it('shows a span of a bare HTTP method with its path, as timelines do', () => {
    const text = (name: string, attributes: object): string =>
      parseMessage(JSON.stringify({ name, spanId: '1', endTimeUnixNano: '5000000', attributes })).text;
    expect(text('DELETE', { 'http.route': '/carts/:id', 'url.path': '/carts/7' })).to.equal(
      'DELETE /carts/:id',
    );
    expect(text('HTTP PUT', { 'http.url': 'https://shop.example/a/b?token=1#c' })).to.equal('HTTP PUT /a/b');
    expect(text('PATCH', { 'url.path': 7 })).to.equal('PATCH');
    expect(text('charge card', { 'url.path': '/x' })).to.equal('charge card');
  });

  it('reads spans that tell their end only, numeric kinds and codes', () => {
    const span = (extra: object): unknown =>
      parseMessage(JSON.stringify({ name: 'x', span_id: '1', end_time_unix_nano: 5e6, ...extra })).span;
    expect(span({ duration_nano: 2e6, kind: 3, status: { code: 2 } })).to.deep.equal({
      name: 'x',
      kind: 'CLIENT',
      startMillis: 3,
      endMillis: 5,
      durationMillis: 2,
      hasError: true,
    });
    expect(span({ start_time_unix_nano: 1e6, status: 'OK' })).to.deep.include({
      durationMillis: 4,
      hasError: false,
    });
    expect(parseMessage('{"name":"x","spanId":"1"}').span).to.equal(undefined);
    expect(parseMessage('{"name":"x","spanId":"1","durationNano":"soon"}').span).to.equal(undefined);
  });

  it("reads Lambda's JSON and text", () => {
    const requestId = 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef';
    expect(
      parseMessage(
        JSON.stringify({ timestamp: '2026', level: 'WARN', requestId, xray_TraceId: XRAY, message: 'm' }),
      ),
    ).to.include({ layout: 'lambda', requestId, traceId: W3C, severityNumber: 13, text: 'm' });
    expect(parseMessage(`2026-11-21T07:00:00.000Z\t${requestId}\tERROR\tboom\n`)).to.include({
      layout: 'lambda',
      requestId,
      severityText: 'ERROR',
      severityNumber: 17,
      text: 'boom',
    });
    expect(parseMessage(`[WARNING]\t2026-11-21T07:00:00.000Z\t${requestId}\tslow`)).to.include({
      requestId,
      severityNumber: 13,
      text: 'slow',
    });
    expect(
      parseMessage(
        `REPORT RequestId: ${requestId}\tDuration: 15.00 ms\nXRAY TraceId: ${XRAY}\tSampled: true`,
      ),
    ).to.include({ layout: 'lambda', requestId, traceId: W3C });
    expect(parseMessage('{"time":"2026","type":"platform.report","record":{}}')).to.include({
      layout: 'lambda',
      text: 'platform.report',
    });
  });

  it('reads Powertools', () => {
    const message = {
      level: 'INFO',
      message: 'hi',
      service: 'pay',
      function_request_id: 'f-1',
      xray_trace_id: XRAY,
    };
    expect(parseMessage(JSON.stringify(message))).to.include({
      layout: 'powertools',
      requestId: 'f-1',
      traceId: W3C,
      service: 'pay',
    });
  });

  it("reads pino's and bunyan's levels and errors", () => {
    const parsed = parseMessage(
      '{"level":50,"msg":"no","name":"api","err":{"type":"TypeError","message":"x","stack":"s"}}',
    );
    expect(parsed).to.include({
      layout: 'json',
      severityNumber: 17,
      severityText: 'ERROR',
      text: 'no',
      service: 'api',
    });
    expect(parsed.exception).to.deep.equal({ type: 'TypeError', message: 'x', stacktrace: 's' });
  });

  it('finds ids and a severity in plain text', () => {
    expect(
      parseMessage(`ERROR [trace_id=${W3C} span_id=eee19b7ec3c1b174] request-id: r.1 failed`),
    ).to.include({
      layout: 'text',
      traceId: W3C,
      spanId: 'eee19b7ec3c1b174',
      severityNumber: 17,
    });
    expect(parseMessage('nothing special').severityText).to.equal(undefined);
    expect(parseMessage(`traceId: ${XRAY}`).traceId).to.equal(W3C);
    expect(parseMessage('{broken json').layout).to.equal('text');
    expect(parseMessage('[1,2]').layout).to.equal('text');
  });

  it('shows a body that is no text as JSON', () => {
    expect(parseMessage('{"body":{"a":[1]},"trace_id":"x"}').text).to.equal('{"a":[1]}');
    expect(parseMessage('{"a":1}').text).to.equal('{"a":1}');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (message) => {
        expect(parseMessage(message).text).to.be.a('string');
      }),
      { seed: 3, numRuns: 500 },
    );
    const keys = [
      'name',
      'spanId',
      'durationNano',
      'status',
      'body',
      'attributes',
      'resource',
      'level',
      'err',
      'kind',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()), (json) => {
        parseMessage(JSON.stringify(json));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('takes no inherited property for a field of the log', () => {
    expect(parseMessage('{"__proto__":{"trace_id":"x"}}').traceId).to.equal(undefined);
  });

  describe('of JSON that somebody made by hand', () => {
    it('keeps all that a person would read', () => {
      const parsed = parseMessage(
        JSON.stringify({
          level: 'error',
          time: '2026-11-26T10:00:00Z',
          message: 'charge failed',
          error: {
            type: 'CardError',
            message: 'declined',
            stack_trace: 'CardError: declined\n  at pay',
            code: 'E42',
          },
          tenant_id: 't-7',
          component: 'billing',
          context: { order: { id: 17 }, retries: [1, 2] },
          empty: '',
          nothing: null,
        }),
      );
      expect(parsed).to.include({ text: 'charge failed', severityNumber: 17, severityText: 'error' });
      expect(parsed.exception).to.deep.equal({
        type: 'CardError',
        message: 'declined',
        stacktrace: 'CardError: declined\n  at pay',
      });
      expect(parsed.attributes).to.deep.equal({
        tenant_id: 't-7',
        component: 'billing',
        context: { order: { id: 17 }, retries: [1, 2] },
        'error.code': 'E42',
      });
    });

    it('reads the error of Elastic’s schema, of pino and of a bare stack', () => {
      const exceptionOf = (json: object) => parseMessage(JSON.stringify(json)).exception;
      expect(
        exceptionOf({ 'error.type': 'T', 'error.message': 'm', 'error.stack_trace': 's', message: 'x' }),
      ).to.deep.equal({ type: 'T', message: 'm', stacktrace: 's' });
      expect(exceptionOf({ err: { name: 'T', msg: 'm', traceback: ['a', 'b'] }, msg: 'x' })).to.deep.equal({
        type: 'T',
        message: 'm',
        stacktrace: 'a\nb',
      });
      expect(exceptionOf({ message: 'x', stack: 'T: m\n  at y' })).to.deep.equal({
        stacktrace: 'T: m\n  at y',
      });
      expect(exceptionOf({ body: 'x', attributes: { error: { name: 'T' } } })).to.deep.equal({ type: 'T' });
    });

    it('takes an object under a known key for news, unless it stands for a text', () => {
      const { attributes, text } = parseMessage(
        JSON.stringify({
          event: { id: 1 },
          level: { deep: true },
          message: { a: 1 },
          service: { name: 'orders' },
        }),
      );
      expect(attributes).to.deep.equal({ event: { id: 1 }, level: { deep: true } });
      expect(text).to.equal('{"a":1}');
    });

    it('lets attributes win over members of their name', () => {
      const { attributes } = parseMessage(
        JSON.stringify({ tenant: 'a', attributes: { tenant: 'b', user: 'c' } }),
      );
      expect(attributes).to.deep.equal({ tenant: 'b', user: 'c' });
    });

    it('reads the JSON of a line of a Lambda function, whose own words win', () => {
      const id = '79104EXAMPLEB723'.padEnd(8, '0');
      const uuid = '8f5f1a2c-1111-4222-8333-123456789abc';
      const line = `2026-11-26T10:00:00.000Z\t${uuid}\tERROR\t${JSON.stringify({ msg: 'x', tenant: id })}`;
      expect(parseMessage(line)).to.deep.include({
        layout: 'lambda',
        requestId: uuid,
        severityText: 'ERROR',
        attributes: { tenant: id },
        text: 'x',
      });
    });
  });

  it('reads the ids of every known writer', () => {
    const idsOf = (json: object) => {
      const { traceId, spanId } = parseMessage(JSON.stringify({ message: 'x', ...json }));
      return [traceId, spanId];
    };
    const SPAN = 'eee19b7ec3c1b174';
    for (const ids of [
      { 'trace.id': W3C, 'span.id': SPAN },
      { trace: { id: W3C }, span: { id: SPAN } },
      { otelTraceID: W3C, otelSpanID: SPAN },
      { TraceId: W3C, SpanId: SPAN },
      { traceID: W3C, spanID: SPAN },
      { 'dd.trace_id': W3C, 'dd.span_id': SPAN },
      { dd: { trace_id: W3C, span_id: SPAN } },
      { mdc: { trace_id: W3C, span_id: SPAN } },
      { trace_id: W3C.toUpperCase(), span_id: SPAN },
      { traceparent: `00-${W3C}-${SPAN}-01` },
      { 'X-Amzn-Trace-Id': `Root=${XRAY};Parent=${SPAN};Sampled=1` },
      { headers: { traceparent: `00-${W3C}-${SPAN}-01` } },
    ]) {
      expect(idsOf(ids)).to.deep.equal([W3C, SPAN], JSON.stringify(ids));
    }
  });

  it('reads the name of an event', () => {
    expect(parseMessage('{"body":"x","event_name":"order.placed"}').eventName).to.equal('order.placed');
    expect(parseMessage('{"body":"x","eventName":"order.placed"}').eventName).to.equal('order.placed');
  });
});
