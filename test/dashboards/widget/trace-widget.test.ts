import { expect } from 'chai';
import {
  createTraceWidget,
  type LookUpEngine,
  type TraceWidgetHandler,
  type TraceWidgetOptions,
} from '../../../src/dashboards/index.js';
import { buildTraces, CorrelationEngine, type CorrelationResult } from '../../../src/insights/index.js';
import { toCorrelatedEvent } from '../../../src/insights/look-up/correlated-event.js';
import { lookUpOfTrace } from '../../../src/insights/look-up/look-up.js';
import { NO_STATISTICS } from '../../../src/insights/queries/query-statistics.js';
import { HOUR, type LocalService } from '../../simulation/local-service.js';
import { askJson, handlerFor } from '../handler-for.js';
import { slowService } from '../slow-service.js';
import {
  HEALTHY_TRACE_ID,
  ID_FORMS,
  LOG_COUNT,
  REQUEST_ID,
  SPAN_COUNT,
  startStory,
  TRACE_ID,
} from '../story.js';
import { actions, foreignMarkup, textOf } from './widget-html.js';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:traces';
const context = (millis = 30_000): object => ({
  getRemainingTimeInMillis: () => millis,
  invokedFunctionArn: ARN,
});

describe('createTraceWidget', () => {
  let service: LocalService;
  let widget: TraceWidgetHandler;

  const widgetContext = (more: object = {}): object => ({
    dashboardName: 'd',
    timezone: { label: 'Local', offsetISO: '+02:00', offsetInMinutes: 120 },
    timeRange: { mode: 'relative', start: service.time - HOUR, end: service.time },
    theme: 'light',
    width: 800,
    height: 400,
    forms: { all: {} },
    params: {},
    ...more,
  });
  const ask = async (parameters: object, more: object = {}): Promise<string> =>
    (await widget({ ...parameters, widgetContext: widgetContext(more) }, context())) as string;
  const make = (options: Partial<TraceWidgetOptions> = {}): TraceWidgetHandler => {
    const clock = (): number => service.time;
    const engine = new CorrelationEngine({
      client: service.client,
      logGroups: ['/apps/*', '/aws/lambda/*'],
      clock,
      firstPollMillis: 5,
    });
    return createTraceWidget({ engine, clock, ...options });
  };

  before(async () => {
    service = await startStory();
    widget = make();
  });
  after(() => service.stop());

  it('describes itself in Markdown, with example parameters', async () => {
    const answer = (await widget({ describe: true, widgetContext: widgetContext() }, context())) as {
      markdown: string;
    };
    expect(Object.keys(answer)).to.deep.equal(['markdown']);
    expect(answer.markdown).to.contain('### Example parameters').and.to.contain('``` yaml\ntraceId: ');
  });

  for (const id of ID_FORMS) {
    it(`shows the same events as engine and handler for ${JSON.stringify(id)}`, async () => {
      const handler = handlerFor(service);
      const { events } = await askJson<{ events: { logGroup: string; message: string }[] }>(
        handler,
        `/api/trace/${encodeURIComponent(id)}`,
      );
      expect(events).to.have.length(LOG_COUNT + SPAN_COUNT);
      const html = await ask({ traceId: id });
      expect(foreignMarkup(html)).to.deep.equal([]);
      const shown = actions(html, 'html').map((popup) => {
        const text = textOf(popup);
        const group = /\nlog group\n+(\S+)\n/.exec(text)![1]!;
        return `${group} ${text.split('As stored')[1]!.trim()}`;
      });
      const expected = events.map(({ logGroup, message }) => `${logGroup} ${message.trim()}`);
      expect(shown.sort()).to.deep.equal(expected.sort());
    });
  }

  it('draws lanes in the colours of the theme, with gaps, bars and dots', async () => {
    const light = await ask({ traceId: TRACE_ID });
    const dark = await ask({ traceId: TRACE_ID }, { theme: 'dark' });
    for (const html of [light, dark]) {
      expect(html)
        .to.match(/<svg [^>]*width="760"/)
        .and.to.contain('stroke-dasharray');
      expect(html.match(/<circle /g)!.length).to.be.within(5, LOG_COUNT);
      expect(html).to.contain('POST /checkout').and.to.contain('<title>card declined</title>');
    }
    expect(light).to.contain('#b3121d').and.to.not.contain('#ff858a');
    expect(dark).to.contain('#ff858a').and.to.not.contain('#b3121d');
  });

  it('takes the id from its form before its parameters, and from a choice before both', async () => {
    const typed = { forms: { all: { search: ` ${TRACE_ID} ` } } };
    expect(await ask({ traceId: HEALTHY_TRACE_ID }, typed)).to.contain('checkout failed');
    const picked = await ask({ pick: HEALTHY_TRACE_ID }, typed);
    expect(picked).to.contain('checkout done').and.to.not.contain('checkout failed');
    expect(await ask({ pick: '' }, typed)).to.contain('first error, or record');
  });

  it('finds by request and field, and goes on with each trace', async () => {
    for (const search of [REQUEST_ID, 'customer=c-7']) {
      const html = await ask({ search });
      const picks = actions(html, 'call').map((body) => (JSON.parse(body) as { pick?: string }).pick);
      expect(picks, search).to.include.members([TRACE_ID, HEALTHY_TRACE_ID]);
    }
  });

  it('lists the newest traces where nothing is asked for, without a query', async () => {
    const html = await ask({});
    expect(foreignMarkup(html)).to.deep.equal([]);
    const picks = actions(html, 'call').map((body) => (JSON.parse(body) as { pick?: string }).pick);
    expect(picks).to.include.members([TRACE_ID, HEALTHY_TRACE_ID]);
    expect(html).to.contain(`endpoint="${ARN}"`);
    const none = await ask({}, { timeRange: { start: 1, end: 2 } });
    expect(none).to.contain('No record with a trace id');
  });

  it('lists the newest traces by the time that it shows', async () => {
    const at = (offset: number, traceId: string): CorrelationResult['events'][number] =>
      toCorrelatedEvent({
        timestampMillis: Date.UTC(2026, 10, 26) + offset,
        logGroup: '/apps/a',
        logStream: 's',
        message: JSON.stringify({ body: `at ${offset}`, trace_id: traceId }),
      });
    const [older, newer] = ['b'.repeat(32), 'c'.repeat(32)];
    // The older one goes on when the newer is over.
    const events = [at(1000, older), at(2000, newer), at(9000, older)];
    const engine = {
      logGroups: ['*'],
      correlateByTrace: () => undefined,
      newestEvents: () => Promise.resolve({ events, leftOut: [] }),
    } as unknown as LookUpEngine;
    const list = (await createTraceWidget({ engine })(
      { widgetContext: widgetContext({ timezone: { offsetISO: '+00:00' } }) },
      context(),
    )) as string;
    const times = [...list.matchAll(/<td>(2026-[^<]*)<\/td>/g)].map(([, time]) => time);
    expect(times).to.deep.equal(['2026-11-26 00:00:02.000', '2026-11-26 00:00:01.000']);
  });

  it('keeps to the range that is zoomed to, and to the log groups that are named', async () => {
    const zoom = { start: service.time - 130_000, end: service.time - 100_000 };
    const timeRange = { start: 0, end: service.time, zoom };
    expect(await ask({ traceId: TRACE_ID }, { timeRange })).to.contain('Nothing was found');
    const html = await ask({ traceId: TRACE_ID, logGroups: ['/apps/orders'] });
    expect(html).to.contain('order not placed').and.to.not.contain('checkout failed');
    for (const body of actions(html, 'call')) {
      expect((JSON.parse(body) as { logGroups: string[] }).logGroups).to.deep.equal(['/apps/orders']);
    }
    const outside = await ask({ traceId: TRACE_ID, logGroups: '/etc/passwd' });
    expect(outside).to.contain('is none of those searched here').and.to.not.contain('checkout');
    const future = { start: service.time + HOUR, end: service.time + 2 * HOUR };
    expect(await ask({ traceId: TRACE_ID }, { timeRange: future })).to.contain('lies in the future');
  });

  it('shows times in the zone of the dashboard', async () => {
    const html = await ask({ traceId: TRACE_ID });
    const at = new Date(service.time - 60_000 + 2 + 2 * HOUR).toISOString().slice(0, 23).replace('T', ' ');
    expect(html).to.contain(`title="${at}"`);
    const west = await ask({ traceId: TRACE_ID }, { timezone: { offsetISO: '-05:30' } });
    const there = new Date(service.time - 60_000 + 2 - 5.5 * HOUR).toISOString().slice(11, 23);
    expect(west).to.contain(`${there}"`);
  });

  it('links to the console of its region', async () => {
    const html = await ask({ traceId: TRACE_ID });
    expect(html).to.contain(
      'href="https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:',
    );
    expect(html).to.contain('#xray:traces/1-4bf92f35-77b34da6a3ce929d0e0e4736"');
    const local = (await widget({ traceId: TRACE_ID, widgetContext: widgetContext() })) as string;
    expect(local).to.not.contain('href=');
  });

  it('shows so many rows, errors among them, and counts the others', async () => {
    widget = make({ maxRows: 5 });
    const html = await ask({ traceId: TRACE_ID });
    widget = make();
    expect(html).to.contain(`${LOG_COUNT + SPAN_COUNT - 5} further records not shown`);
    expect(html.match(/<tr class="otel-failed">/g)).to.have.length(3);
  });

  it('stops its queries before the deadline of its function, and says so', async () => {
    const scripted = slowService();
    const engine = new CorrelationEngine({ client: scripted.client, logGroups: ['*'], firstPollMillis: 5 });
    const slow = createTraceWidget({ engine });
    const html = (await slow(
      { traceId: TRACE_ID, widgetContext: widgetContext() },
      context(2_100),
    )) as string;
    expect(html).to.contain('It took too long and was stopped');
    expect(scripted.calls.filter(({ operation }) => operation === 'StopQuery')).to.have.length(1);
  });

  it('says what failed without the text of the service, which its owner hears', async () => {
    const heard: unknown[] = [];
    widget = make({ onError: (error) => heard.push(error) });
    service.local.faults.add({
      kind: 'deny',
      operations: ['StartQuery', 'DescribeLogGroups', 'FilterLogEvents'],
    });
    const html = await ask({ traceId: TRACE_ID });
    service.local.faults.clear();
    widget = make();
    expect(html).to.contain('No log group may be read. Remedy: allow').and.to.not.contain('arn:aws:iam');
    expect(heard).to.have.length(1);
  });

  it('refuses options that are wrong', () => {
    const engine = { correlateByTrace: () => undefined } as unknown as LookUpEngine;
    for (const [options, message] of [
      [{}, /^engine must be a CorrelationEngine/],
      [{ engine, maxRows: 0 }, /^maxRows must be a whole number from 1/],
      [{ engine, timeoutMillis: 1.5 }, /^timeoutMillis must be/],
      [{ engine, maxBytesScanned: -1 }, /^maxBytesScanned must be/],
      [{ engine, onError: 'x' }, /^onError must be a function/],
      [{ engine, logGroups: [] }, /logGroups/],
    ] as const) {
      expect(() => createTraceWidget(options as never)).to.throw(message);
    }
  });

  describe('with hostile values', () => {
    const EVIL = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '</svg></title><iframe src="javascript:alert(1)">',
      '</cwdb-action><cwdb-action action="call" endpoint="arn:evil">{}',
      '&lt;b&gt; ${x} {{y}} `z`',
      '\u202e\u0000\u001b[31m\u2028\ud800',
      ']]><!--',
    ];
    const START = Date.UTC(2026, 2, 1);

    function messages(evil: string): (string | object)[] {
      const attributes = { [evil]: evil, nested: { [evil]: [evil, { [evil]: evil }] } };
      const exception = {
        'exception.type': evil,
        'exception.message': evil,
        'exception.stacktrace': `${evil}\n    at ${evil} (${evil}:1:1)`,
      };
      const ids = { trace_id: evil, span_id: evil, parent_span_id: `p${evil}`, request_id: evil };
      return [
        {
          ...ids,
          body: evil,
          severity_text: evil,
          event_name: evil,
          attributes: { ...attributes, ...exception },
          resource: { 'service.name': evil, [evil]: evil },
          scope: { name: evil },
        },
        {
          traceId: evil,
          spanId: evil,
          body: evil,
          severityText: evil,
          attributes,
          resource: { attributes: { 'service.name': evil } },
        },
        {
          traceId: evil,
          spanId: `${evil}2`,
          parentSpanId: `gone${evil}`,
          name: evil,
          kind: evil,
          startTimeUnixNano: START * 1e6,
          durationNano: 5e6,
          status: { code: 2, message: evil },
          attributes,
          resource: { attributes: { 'service.name': evil } },
        },
        {
          level: 'ERROR',
          message: evil,
          service: evil,
          function_request_id: evil,
          xray_trace_id: evil,
          exception: evil,
          exception_name: evil,
        },
        { level: evil, msg: evil, err: { type: evil, message: evil, stack: evil } },
        `2026-03-01T00:00:00.000Z\t${evil}\tERROR\t${evil}`,
        `ERROR ${evil} traceId=${evil}`,
        evil,
      ];
    }

    function engineOf(evil: string): LookUpEngine {
      const events = messages(evil).map((message, index) =>
        toCorrelatedEvent({
          timestampMillis: START + index,
          logGroup: evil,
          logStream: evil,
          message: typeof message === 'string' ? message : JSON.stringify(message),
        }),
      );
      const leftOut = [{ logGroup: evil, reason: 'failed', detail: evil }] as const;
      const result: CorrelationResult = {
        lookUp: lookUpOfTrace(evil),
        range: { fromMillis: START, toMillis: START + 1000 },
        events,
        traces: buildTraces(events),
        steps: [],
        statistics: NO_STATISTICS,
        estimatedCostUsd: 0,
        logGroups: [evil],
        leftOut,
        notes: [evil],
        isComplete: true,
      };
      const found = (): Promise<CorrelationResult> => Promise.resolve(result);
      return {
        logGroups: ['*'],
        correlateByTrace: found,
        correlateBySpan: found,
        correlateByRequest: found,
        correlateBy: found,
        newestEvents: () => Promise.resolve({ events, range: result.range, leftOut }),
        listLogGroups: () => Promise.resolve({ groups: [], leftOut: [] }),
      } as unknown as LookUpEngine;
    }

    for (const evil of EVIL) {
      it(`shows ${JSON.stringify(evil)} as text in every field of every layout`, async () => {
        const hostile = createTraceWidget({ engine: engineOf(evil) });
        const all = { search: evil, [evil]: evil };
        for (const parameters of [
          { search: evil },
          { pick: '' },
          { traceId: TRACE_ID },
          { logGroups: [evil] },
        ]) {
          const event = {
            ...parameters,
            widgetContext: widgetContext({ forms: { all }, theme: evil, locale: evil }),
          };
          const html = (await hostile(event, { invokedFunctionArn: ARN })) as string;
          expect(foreignMarkup(html), JSON.stringify(parameters)).to.deep.equal([]);
          for (const body of actions(html, 'call')) expect(() => JSON.parse(body) as unknown).to.not.throw();
        }
      });
    }

    it('survives events of any shape', async () => {
      const hostile = createTraceWidget({ engine: engineOf('x') });
      for (const event of [
        undefined,
        null,
        1,
        'x',
        [],
        { widgetContext: null },
        { widgetContext: { width: 'wide', timeRange: { start: NaN }, timezone: { offsetISO: 'x' } } },
      ]) {
        expect(foreignMarkup((await hostile(event)) as string)).to.deep.equal([]);
      }
    });
  });

  it('answers less than a megabyte, however much was found', async () => {
    const message = JSON.stringify({
      trace_id: TRACE_ID,
      body: '"<'.repeat(20_000),
      attributes: { a: '<'.repeat(50_000) },
    });
    const events = Array.from({ length: 3_000 }, (_, index) =>
      toCorrelatedEvent({ timestampMillis: index, logGroup: '/a', logStream: 's', message }),
    );
    const result = {
      lookUp: lookUpOfTrace(TRACE_ID),
      range: { fromMillis: 0, toMillis: 1 },
      events,
      traces: [],
      steps: [],
      statistics: NO_STATISTICS,
      estimatedCostUsd: 0,
      logGroups: ['/a'],
      leftOut: [],
      notes: [],
      isComplete: true,
    };
    const engine = {
      logGroups: ['*'],
      correlateByTrace: () => Promise.resolve(result),
    } as unknown as LookUpEngine;
    const html = (await createTraceWidget({ engine, maxRows: 3_000 })({ traceId: TRACE_ID })) as string;
    expect(Buffer.byteLength(html)).to.be.below(1_000_000);
    expect(html).to.contain('further records not shown');
  });
});
