import { expect } from 'chai';
import { createLookupHandler } from '../../src/dashboards/index.js';
import { CorrelationEngine, LogEventBuilder } from '../../src/insights/index.js';
import { serviceError, ScriptedClient } from '../insights/scripted-client.js';
import { LocalService } from '../simulation/local-service.js';
import { buildPage } from './browser.js';
import { ask, askJson, handlerFor } from './handler-for.js';
import { slowService } from './slow-service.js';
import {
  GROUPS,
  HEALTHY_TRACE_ID,
  ID_FORMS,
  LOG_COUNT,
  REQUEST_ID,
  SPAN_COUNT,
  startStory,
  TRACE_ID,
} from './story.js';

interface FoundEvent {
  readonly logGroup: string;
  readonly message: string;
  readonly text: string;
  readonly timestampMillis: number;
  readonly attributes: object;
}

interface FoundDocument {
  readonly events: readonly FoundEvent[];
  readonly traces: readonly {
    readonly traceId: string;
    readonly missingSpans: number;
    readonly spans: readonly { readonly spanId: string; readonly depth: number; readonly events: number[] }[];
    readonly looseEvents: readonly number[];
  }[];
  readonly isComplete: boolean;
  readonly query: string;
  readonly logGroups: readonly string[];
  readonly leftOut: readonly {
    readonly logGroup: string;
    readonly reason: string;
    readonly detail: string;
  }[];
  readonly notes: readonly string[];
  readonly statistics: { readonly bytesScanned: number };
}

interface Refusal {
  readonly error: { readonly code: string; readonly message: string };
}

type Line = Record<string, unknown> & { readonly type: string };

async function lines(response: Response): Promise<Line[]> {
  const text = await response.text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

async function refusal(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { error } = (await response.json()) as Refusal;
  return { status: response.status, ...error };
}

describe('createLookupHandler', () => {
  let service: LocalService;
  let asStored: string[];

  before(async () => {
    service = await startStory();
    const { events } = await askJson<FoundDocument>(handlerFor(service), `/api/trace/${TRACE_ID}`);
    asStored = events.map(({ logGroup, message }) => `${logGroup} ${message}`).sort();
  });
  after(() => service.stop());

  describe('look-ups', () => {
    it('finds a trace over four groups in four layouts, and its spans, whole', async () => {
      const found = await askJson<FoundDocument>(handlerFor(service), `/api/trace/${TRACE_ID}`);
      expect(found.events).to.have.length(LOG_COUNT + SPAN_COUNT);
      expect(new Set(found.events.map(({ logGroup }) => logGroup))).to.deep.equal(
        new Set([...GROUPS, 'aws/spans']),
      );
      expect(found.isComplete).to.equal(true);
      expect(found.leftOut).to.deep.equal([]);
      expect(found.statistics.bytesScanned).to.be.greaterThan(0);
    });

    for (const form of ID_FORMS) {
      it(`finds the same by ${JSON.stringify(form)}, in every shape`, async () => {
        const handler = handlerFor(service);
        const path = `/api/trace/${encodeURIComponent(form)}`;
        const { events } = await askJson<FoundDocument>(handler, path);
        expect(events.map(({ logGroup, message }) => `${logGroup} ${message}`).sort()).to.deep.equal(
          asStored,
        );

        const stored = await lines(await ask(handler, `${path}?format=ndjson&view=stored`));
        expect(
          stored
            .filter(({ type }) => type === 'event')
            .map(({ logGroup, message }) => `${logGroup as string} ${message as string}`)
            .sort(),
        ).to.deep.equal(asStored);

        const logs = await askJson<{ id: string }[]>(handler, `${path}?format=logs`);
        expect(logs).to.have.length(asStored.length);
        expect(new Set(logs.map(({ id }) => id))).to.have.length(asStored.length);

        const spans = await askJson<{ spanID: string; logs: unknown[]; tags: { key: string }[] }[]>(
          handler,
          `${path}?format=trace`,
        );
        const ofSpans = spans.filter(
          ({ spanID, tags }) =>
            !spanID.endsWith('without-span') && !tags.some(({ key }) => /^(?:missing|rebuilt)/.test(key)),
        );
        expect(spans.flatMap((span) => span.logs)).to.have.length(LOG_COUNT);
        expect(ofSpans).to.have.length(SPAN_COUNT);
      });
    }

    it('says in JSON which events lie in which span, each event once', async () => {
      const { events, traces } = await askJson<FoundDocument>(handlerFor(service), `/api/trace/${TRACE_ID}`);
      const [trace] = traces;
      expect(traces).to.have.length(1);
      expect(trace!.traceId).to.equal(TRACE_ID);
      expect(trace!.missingSpans).to.equal(1);
      const named = trace!.spans.flatMap((span) => span.events);
      expect(new Set(named)).to.have.length(named.length);
      expect(named.length + trace!.looseEvents.length + SPAN_COUNT).to.equal(events.length);
      expect(trace!.spans[0]).to.include({ spanId: 'aaaaaaaaaaaaaaa1', depth: 0 });
      const text = await (await ask(handlerFor(service), `/api/trace/${TRACE_ID}`)).text();
      expect(text.split('checkout failed')).to.have.length(3, 'as text and in the message, no more');
    });

    it('finds by span, request, field and text', async () => {
      const handler = handlerFor(service);
      const count = async (path: string): Promise<number> =>
        (await askJson<FoundDocument>(handler, path)).events.length;
      expect(await count('/api/span/aaaaaaaaaaaaaaa2')).to.equal(2 * 5);
      expect(await count(`/api/request/${REQUEST_ID}`)).to.equal(2 * LOG_COUNT);
      expect(await count('/api/field/customer/c-7')).to.equal(2 * 4);
      expect(await count('/api/text/ledger%20entry%204711')).to.equal(2);
    });

    it('has the query for the console, and the links where a region is named', async () => {
      const handler = handlerFor(service, { consoleRegion: 'eu-west-1' });
      const found = await askJson<FoundDocument & { links: { insights: string; trace: string } }>(
        handler,
        `/api/trace/${TRACE_ID}`,
      );
      expect(found.query).to.contain(TRACE_ID);
      expect(found.links.insights).to.match(
        /^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/cloudwatch\/home\?region=eu-west-1#logsV2:logs-insights\$3FqueryDetail\$3D~\(/,
      );
      expect(found.links.trace).to.match(/#xray:traces\/1-4bf92f35-77b34da6a3ce929d0e0e4736$/);
      const without = await askJson<object>(handlerFor(service), `/api/trace/${TRACE_ID}`);
      expect(without).not.to.have.property('links');
    });

    it('searches in the groups and the range that are asked for', async () => {
      const handler = handlerFor(service);
      const inGroups = await askJson<FoundDocument>(
        handler,
        `/api/trace/${TRACE_ID}?groups=/apps/orders&groups=/apps/legacy,/apps/g*`,
      );
      expect(new Set(inGroups.events.map(({ logGroup }) => logGroup))).to.deep.equal(
        new Set(['/apps/orders', '/apps/legacy', '/apps/gateway', 'aws/spans']),
      );
      const iso = new Date(service.time - 61_000).toISOString();
      for (const range of ['from=61s', `from=${iso}`, `from=${service.time - 61_000}&to=now`, 'from=&to=']) {
        const { events } = await askJson<FoundDocument>(handler, `/api/trace/${TRACE_ID}?${range}`);
        expect(events, range).to.have.length(LOG_COUNT + SPAN_COUNT);
      }
      const before = await askJson<FoundDocument>(handler, `/api/trace/${TRACE_ID}?from=2h&to=1h`);
      expect(before.events).to.deep.equal([]);
    });
  });

  describe('formats', () => {
    it('streams NDJSON with events, then the result; with how far it is where that is asked for', async () => {
      const handler = handlerFor(service);
      const plain = await ask(handler, `/api/trace/${TRACE_ID}`, {
        headers: { accept: 'application/x-ndjson' },
      });
      expect(plain.headers.get('content-type')).to.equal('application/x-ndjson; charset=utf-8');
      const types = (await lines(plain)).map(({ type }) => type);
      expect(types.slice(0, -1)).to.deep.equal(Array<string>(LOG_COUNT + SPAN_COUNT).fill('event'));
      expect(types.at(-1)).to.equal('result');

      const withProgress = await lines(
        await ask(handler, `/api/trace/${TRACE_ID}?format=ndjson&progress=true`),
      );
      expect(withProgress[0]!.type).to.equal('started');
      const progress = withProgress.filter(({ type }) => type === 'progress');
      expect(progress).not.to.be.empty;
      expect(progress[0]).to.include.keys('type', 'queries', 'recordsScanned', 'bytesScanned');
      expect(withProgress.at(-1)!.type).to.equal('result');
    });

    it('answers exactly the shape `logs` of Infinity', async () => {
      const logs = await askJson<Record<string, unknown>[]>(
        handlerFor(service),
        `/api/trace/${TRACE_ID}?format=logs`,
      );
      const declined = logs.find(({ body }) => body === 'card declined')!;
      expect(declined).to.have.keys('timestamp', 'body', 'level', 'id', 'labels');
      expect(declined.timestamp).to.equal(service.time - 60_000 + 1190);
      expect(declined.level).to.equal('error');
      expect(declined.labels).to.include({
        log_group: '/aws/lambda/payments',
        log_stream: 'stream',
        service: 'payments',
        traceID: TRACE_ID,
        'exception.type': 'CardDeclined',
      });
      expect(new Set(logs.map(({ level }) => level))).to.deep.equal(
        new Set(['info', 'debug', 'warn', 'error', 'unknown']),
      );
      const times = logs.map(({ timestamp }) => timestamp as number);
      expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    });

    it('answers exactly the shape `trace` of Infinity, with gaps and rebuilt spans', async () => {
      const spans = await askJson<Record<string, unknown>[]>(
        handlerFor(service),
        `/api/trace/${TRACE_ID}?format=trace`,
      );
      for (const span of spans) {
        expect(span).to.have.keys(
          'traceID',
          'spanID',
          'parentSpanID',
          'startTime',
          'duration',
          'serviceName',
          'operationName',
          'statusCode',
          'tags',
          'logs',
        );
        expect(span.traceID).to.equal(TRACE_ID);
        expect(span.duration).to.be.a('number').and.at.least(0);
      }
      const byId = new Map(spans.map((span) => [span.spanID, span]));
      expect(byId.size).to.equal(spans.length);
      expect(byId.get('aaaaaaaaaaaaaaa1')).to.include({
        parentSpanID: '',
        operationName: 'POST /checkout',
        serviceName: 'gateway',
        startTime: service.time - 60_000,
        duration: 1242,
        statusCode: 2,
      });
      expect(byId.get('aaaaaaaaaaaaaaa1')!.tags).to.deep.include({ key: 'error', value: 'true' });
      expect(byId.get('aaaaaaaaaaaaaaa4')).to.include({ parentSpanID: 'aaaaaaaaaaaaaaa5', statusCode: 0 });
      expect(byId.get('aaaaaaaaaaaaaaa5')!.tags).to.deep.include({ key: 'missing', value: 'true' });
      // Of the text layout: only the ids in the records tell of it.
      const rebuilt = byId.get('aaaaaaaaaaaaaaa7')!;
      expect(rebuilt).to.include({ statusCode: 0, duration: 4 });
      expect(rebuilt.tags).to.deep.include({ key: 'rebuilt_from_logs', value: 'true' });
      const [log] = rebuilt.logs as { timestamp: number; fields: { key: string; value: string }[] }[];
      expect(log!.timestamp).to.equal(service.time - 60_000 + 1222);
      expect(log!.fields.find(({ key }) => key === 'message')!.value).to.contain('ledger entry 4711');
    });

    it('has records without a span, or without a trace, in the shape `trace` too', async () => {
      const local = await LocalService.start();
      try {
        local.time -= 3_600_000;
        await local.createStream('/apps/a');
        local.time += 3_600_000;
        const loose = new LogEventBuilder().request('r-1');
        await local.put('/apps/a', [
          [-10, loose.trace(TRACE_ID).body('no span').build().message],
          [-5, loose.body('no trace').severity('ERROR').build().message],
        ]);
        const spans = await askJson<{ traceID: string; logs: unknown[]; statusCode: number }[]>(
          handlerFor(local),
          '/api/request/r-1?format=trace',
        );
        expect(
          spans.map(({ traceID, logs, statusCode }) => [traceID, logs.length, statusCode]),
        ).to.deep.equal([
          [TRACE_ID, 1, 0],
          ['r-1', 1, 2],
        ]);
      } finally {
        await local.stop();
      }
    });
  });

  describe('bounds', () => {
    it('answers the newest events up to its number, and says so', async () => {
      const handler = handlerFor(service, { maxEvents: 5 });
      for (const query of ['', '?limit=100']) {
        const response = await ask(handler, `/api/trace/${TRACE_ID}${query}`);
        expect(response.headers.get('x-look-up-complete')).to.equal('false');
        const { events, isComplete, notes } = (await response.json()) as FoundDocument;
        expect(events).to.have.length(5);
        expect(events.at(-1)!.text).to.equal('checkout failed');
        expect(isComplete).to.equal(false);
        expect(notes.join()).to.contain('only the newest 5 events');
      }
      const fewer = await askJson<FoundDocument>(handler, `/api/trace/${TRACE_ID}?limit=2`);
      expect(fewer.events).to.have.length(2);
    });

    it('answers the newest events up to its bytes, and says so', async () => {
      const whole = await askJson<FoundDocument>(handlerFor(service), `/api/trace/${TRACE_ID}`);
      const bytes = whole.events.slice(-3).reduce((sum, { message }) => sum + Buffer.byteLength(message), 0);
      for (const [maxMessageBytes, count] of [
        [bytes, 3],
        [bytes - 1, 2],
      ] as const) {
        const found = await askJson<FoundDocument>(
          handlerFor(service, { maxMessageBytes }),
          `/api/trace/${TRACE_ID}`,
        );
        expect(found.events.map(({ message }) => message)).to.deep.equal(
          whole.events.slice(-count).map(({ message }) => message),
        );
        expect(found.isComplete).to.equal(false);
        expect(found.notes.join()).to.contain(`only the newest ${count} events fit`);
      }
    });

    it('stops a look-up when its bytes are scanned', async () => {
      const scanned: (number | undefined)[] = [];
      const engine = new CorrelationEngine({
        client: service.client,
        logGroups: ['*'],
        clock: () => service.time,
      });
      const spy = new Proxy(engine, {
        get: (target, name: keyof CorrelationEngine): unknown =>
          name === 'correlateByTrace'
            ? (id: string, options: { maxBytesScanned?: number }) => {
                scanned.push(options.maxBytesScanned);
                return target.correlateByTrace(id, options);
              }
            : Reflect.get(target, name),
      });
      const handler = createLookupHandler({ engine: spy, maxBytesScanned: 1234 });
      await ask(handler, `/api/trace/${TRACE_ID}`);
      expect(scanned).to.deep.equal([1234]);
    });

    it('answers 504 when a look-up takes too long, and stops its queries', async () => {
      const scripted = slowService();
      const engine = new CorrelationEngine({
        client: scripted.client,
        logGroups: ['/apps/a'],
        spans: false,
        freshMillis: 0,
      });
      const handler = createLookupHandler({ engine, timeoutMillis: 60 });
      expect(await refusal(await ask(handler, '/api/trace/x'))).to.include({ status: 504, code: 'timeout' });
      expect(scripted.inputs('StopQuery')).to.deep.equal([{ queryId: 'q-1' }]);
    });

    it('stops the queries of a client that leaves', async () => {
      const scripted = slowService();
      const engine = new CorrelationEngine({
        client: scripted.client,
        logGroups: ['/apps/a'],
        spans: false,
        freshMillis: 0,
      });
      const handler = createLookupHandler({ engine });
      const leaving = new AbortController();
      const answer = ask(handler, '/api/trace/x', { signal: leaving.signal });
      while (scripted.inputs('GetQueryResults').length === 0) await new Promise(setImmediate);
      leaving.abort();
      await answer;
      expect(scripted.inputs('StopQuery')).to.deep.equal([{ queryId: 'q-1' }]);

      const reading = await ask(handler, '/api/trace/x?format=ndjson&progress=true');
      const reader = reading.body!.getReader();
      await reader.read();
      const started = scripted.inputs('StartQuery').length;
      void reader.read();
      while (scripted.inputs('StartQuery').length === started) await new Promise(setImmediate);
      await reader.cancel();
      while (scripted.inputs('StopQuery').length < 2) await new Promise(setImmediate);
    });

    it('answers 429 beyond its number of look-ups at once', async () => {
      const scripted = slowService();
      const engine = new CorrelationEngine({
        client: scripted.client,
        logGroups: ['/apps/a'],
        spans: false,
        freshMillis: 0,
      });
      const handler = createLookupHandler({ engine, concurrency: 1 });
      const leaving = new AbortController();
      const first = ask(handler, '/api/trace/x', { signal: leaving.signal });
      while (scripted.inputs('StartQuery').length === 0) await new Promise(setImmediate);
      const second = await ask(handler, '/api/trace/x');
      expect(second.headers.get('retry-after')).to.equal('2');
      expect(await refusal(second)).to.include({ status: 429, code: 'too_many' });
      leaving.abort();
      await first;
      // What has ended counts no more.
      const third = ask(handler, '/api/trace/x', { signal: AbortSignal.abort() });
      expect((await third).status).not.to.equal(429);
    });
  });

  describe('look-ups at once', () => {
    const FORMS = ['json', 'ndjson', 'logs', 'trace', 'ndjson&progress=true'];
    const path = (form: string): string => `/api/trace/${TRACE_ID}?format=${form}`;

    for (const form of FORMS) {
      it(`counts an answer as ${form} until it is read, or its reader leaves`, async () => {
        const handler = handlerFor(service, { concurrency: 1 });
        const unread = await ask(handler, path(form));
        for (const other of FORMS) expect((await ask(handler, path(other))).status, other).to.equal(429);
        await unread.text();
        const left = await ask(handler, path(form));
        expect(left.status).to.equal(200);
        expect((await ask(handler, path(form))).status).to.equal(429);
        await left.body!.cancel();
        expect((await ask(handler, path(form), { method: 'HEAD' })).status).to.equal(200);
        const leaving = new AbortController();
        expect((await ask(handler, path(form), { signal: leaving.signal })).status).to.equal(200);
        leaving.abort();
        expect((await ask(handler, path(form))).status).to.equal(200);
      });

      it(`gives up an answer as ${form} that nobody reads`, async () => {
        let given = '';
        let status = 0;
        // On a machine that is busy either look-up may itself take the time that a reader has.
        for (let timeoutMillis = 200; !given.includes('was not read') || status !== 200; timeoutMillis *= 2) {
          const handler = handlerFor(service, { concurrency: 1, timeoutMillis });
          const unread = await ask(handler, path(form));
          let next = await ask(handler, path(form));
          while (next.status === 429) {
            await new Promise((resolve) => setTimeout(resolve, 20));
            next = await ask(handler, path(form));
          }
          ({ status } = next);
          expect(status).to.be.oneOf([200, 504]);
          given = await unread.text().catch(String);
          expect(given).to.match(/was not read|"timeout"/);
        }
      });
    }

    it('counts the search for a healthy trace, and bounds all its look-ups together', async () => {
      const asked: { maxBytesScanned?: number; signal?: AbortSignal }[] = [];
      const event = (n: number): object => ({
        traceId: `t${n}`,
        text: 'began',
        timeMillis: n,
        isError: false,
      });
      let go: () => void = () => undefined;
      const engine = {
        logGroups: ['/apps/*'],
        newestEvents: async ({ signal }: { signal: AbortSignal }) => {
          await new Promise<void>((resolve, reject) => {
            go = resolve;
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
          return { events: Array.from({ length: 8 }, (_, n) => event(n)) };
        },
        correlateByTrace: (_: string, options: (typeof asked)[number]) => {
          asked.push(options);
          return Promise.resolve({ events: [{ isError: true }], statistics: { bytesScanned: 400 } });
        },
      };
      const bounded = createLookupHandler({
        engine: engine as never,
        concurrency: 1,
        maxBytesScanned: 1_000,
        live: false,
      });
      const healthy = '/api/healthy?groups=/apps/a&text=began&not=x';
      const first = ask(bounded, healthy);
      await new Promise(setImmediate);
      expect((await ask(bounded, healthy)).status).to.equal(429);
      expect((await ask(bounded, '/api/trace/x')).status).to.equal(429);
      go();
      expect(await (await first).json()).to.equal(null);
      expect(asked.map(({ maxBytesScanned }) => maxBytesScanned)).to.deep.equal([1_000, 600, 200]);
      expect((await ask(bounded, '/api/healthy?text=a')).status).to.equal(400);

      const hasty = createLookupHandler({
        engine: engine as never,
        concurrency: 1,
        timeoutMillis: 20,
        live: false,
      });
      expect(await refusal(await ask(hasty, healthy))).to.include({ status: 504, code: 'timeout' });
    });
  });

  describe('wrong requests', () => {
    const WRONG: readonly (readonly [string, RegExp])[] = [
      ['/api/trace/x?from=yesterday', /`from` must be a time/],
      ['/api/trace/x?to=2026-99-01', /`to` must be a time/],
      ['/api/trace/x?from=1h&to=2h', /must not be later/],
      ['/api/trace/x?limit=0', /`limit` must be a whole number/],
      ['/api/trace/x?limit=1e9', /`limit` must be a whole number/],
      ['/api/trace/x?format=xml', /`format` must be one of json, ndjson, logs, trace/],
      ['/api/trace/x?view=stored', /belong to format=ndjson/],
      ['/api/trace/x?fulltext=true', /no parameter "fulltext"/],
      ['/api/trace/x?fullText=yes', /`fullText` must be one of/],
      ['/api/trace/%E0%A4%A', /wrong escape/],
      ['/api/field/a%60%60b%0A/x', /field/],
      ['/api/live?backlog=-1', /`backlog` must be/],
      ['/api/healthy?text=a', /must be given/],
    ];
    for (const [path, message] of WRONG) {
      it(`refuses ${path} with 400`, async () => {
        const refused = await refusal(await ask(handlerFor(service), path));
        expect(refused).to.include({ status: 400, code: 'wrong_request' });
        expect(refused.message).to.match(message);
      });
    }

    it('answers 404 for other paths and 405 for other methods', async () => {
      const handler = handlerFor(service);
      for (const path of [
        '/api',
        '/api/',
        '/api/trace',
        '/api/trace/',
        '/api/trace/a/b',
        '/x',
        '/assets/x.js',
        '/api/field/a',
      ]) {
        expect((await ask(handler, path)).status, path).to.equal(404);
      }
      const posted = await ask(handler, `/api/trace/${TRACE_ID}`, { method: 'POST' });
      expect(posted.status).to.equal(405);
      expect(posted.headers.get('allow')).to.equal('GET, HEAD');
    });

    it('lets nobody search in log groups that are not its own', async () => {
      const handler = handlerFor(service, {}, { logGroups: ['/apps/*', '/aws/lambda/payments'] });
      for (const groups of [
        '/aws/lambda/other',
        '/aws/lambda/*',
        '*',
        '/app*',
        'arn:aws:logs:us-east-1:000000000000:log-group:/apps/gateway',
        '/apps/gateway,/secret',
      ]) {
        const refused = await refusal(
          await ask(handler, `/api/trace/x?groups=${encodeURIComponent(groups)}`),
        );
        expect(refused, groups).to.include({ status: 400 });
        expect(refused.message).to.contain('none of those searched here');
        expect((await ask(handler, `/api/live?groups=${encodeURIComponent(groups)}`)).status).to.equal(400);
        expect(
          (await ask(handler, `/api/healthy?text=a&not=b&groups=${encodeURIComponent(groups)}`)).status,
        ).to.equal(400);
      }
      for (const groups of ['/apps/gateway', '/apps/*', '/apps/g*', '/aws/lambda/payments']) {
        expect(
          (await ask(handler, `/api/trace/x?groups=${encodeURIComponent(groups)}`)).status,
          groups,
        ).to.equal(200);
      }
    });
  });

  describe('errors of the service', () => {
    const SECRET =
      'User: arn:aws:sts::123456789012:assumed-role/secret is not authorized to perform: logs:StartQuery';
    const CASES: readonly (readonly [Error, number, string])[] = [
      [serviceError('AccessDeniedException', SECRET), 502, 'denied'],
      [serviceError('ExpiredTokenException', SECRET), 502, 'credentials'],
      [serviceError('CredentialsProviderError', SECRET), 502, 'credentials'],
      [Object.assign(new Error('Region is missing'), { name: 'Error' }), 502, 'configuration'],
      [serviceError('InvalidOperationException', SECRET), 502, 'failed'],
      [Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' }), 502, 'unreachable'],
    ];
    for (const [error, status, code] of CASES) {
      it(`answers ${error.name} (${(error as { code?: string }).code ?? ''}) with ${status} ${code}, without its text`, async () => {
        const heard: unknown[] = [];
        const scripted = new ScriptedClient(() => {
          throw error;
        });
        const engine = new CorrelationEngine({
          client: scripted.client,
          logGroups: ['/apps/*'],
          spans: false,
          freshMillis: 0,
        });
        const handler = createLookupHandler({ engine, onError: (one) => heard.push(one) });
        for (const query of ['', '?format=ndjson&progress=true']) {
          const response = await ask(handler, `/api/trace/x${query}`);
          const text = await response.text();
          expect(text)
            .to.contain(`"code":"${code}"`)
            .and.not.match(/arn:|123456789012|secret/);
          if (query === '') expect(response.status).to.equal(status);
        }
        expect(heard).not.to.be.empty;
      });
    }

    it('names the permission that the newest events lack, and no other', async () => {
      for (const [said, named] of [
        [SECRET.replace('StartQuery', 'FilterLogEvents on resource: x'), 'allow logs:FilterLogEvents to'],
        ['denied', 'allow logs:FilterLogEvents and logs:DescribeLogGroups to'],
      ] as const) {
        const scripted = new ScriptedClient(({ operation }) => {
          if (operation === 'DescribeLogGroups') return { logGroups: [{ logGroupName: '/apps/a' }] };
          throw serviceError('AccessDeniedException', said);
        });
        const engine = new CorrelationEngine({ client: scripted.client, logGroups: ['/apps/*'] });
        const text = await (await ask(createLookupHandler({ engine }), '/api/live')).text();
        expect(text)
          .to.contain(named)
          .and.not.match(/StartQuery|arn:|secret/);
      }
    });

    it('names a group that is denied, without the text of the service', async () => {
      const scripted = new ScriptedClient(({ operation, input }) => {
        switch (operation) {
          case 'DescribeLogGroups':
            return { logGroups: [{ logGroupName: input.logGroupNamePrefix, creationTime: 1 }] };
          case 'StartQuery':
            if ((input.logGroupNames as string[]).includes('/apps/secret')) {
              throw serviceError('AccessDeniedException', SECRET);
            }
            return { queryId: 'q' };
          case 'GetQueryResults':
            return { status: 'Complete', results: [] };
          case 'FilterLogEvents':
          case 'DescribeFieldIndexes':
            throw serviceError('AccessDeniedException', SECRET);
          default:
            return {};
        }
      });
      const engine = new CorrelationEngine({
        client: scripted.client,
        logGroups: ['/apps/a', '/apps/secret'],
        spans: false,
      });
      const handler = createLookupHandler({ engine });
      const response = await ask(handler, '/api/trace/x');
      const text = await response.text();
      const { leftOut } = JSON.parse(text) as FoundDocument;
      expect(leftOut).to.deep.equal([
        { logGroup: '/apps/secret', reason: 'denied', detail: 'reading it is denied to the role in use' },
      ]);
      expect(text)
        .to.contain('fresh events of /apps/a were not read')
        .and.not.match(/arn:|123456789012/);
    });
  });

  describe('the page and its files', () => {
    before(buildPage);

    it('is one document for all its addresses, under strict headers', async () => {
      const handler = handlerFor(service, { basePath: '/logs' });
      const documents = await Promise.all(
        [
          '/logs',
          '/logs/',
          '/logs/trace/x?level=error',
          '/logs/search/a%20b',
          '/logs/live',
          '/logs/field/a/b',
        ].map(async (path) => {
          const response = await ask(handler, path);
          expect(response.status, path).to.equal(200);
          const policy = response.headers.get('content-security-policy')!;
          expect(policy).to.contain("default-src 'none'").and.contain("frame-ancestors 'none'");
          expect(policy).to.contain("require-trusted-types-for 'script'").and.contain("trusted-types 'none'");
          expect(policy).not.to.match(/unsafe|\*|https?:|data:/);
          expect(response.headers.get('x-content-type-options')).to.equal('nosniff');
          expect(response.headers.get('referrer-policy')).to.equal('no-referrer');
          return response.text();
        }),
      );
      expect(new Set(documents)).to.have.length(1);
      expect(documents[0]).not.to.match(/\{\{|<script>|\sstyle=|\son\w+=/);
    });

    it('serves the files that it names, for ever, and no other', async () => {
      const handler = handlerFor(service, { basePath: '/logs' });
      const html = await (await ask(handler, '/logs/')).text();
      const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
      expect(paths).to.have.length(3);
      const types = await Promise.all(
        paths.map(async (path) => {
          const response = await ask(handler, path);
          expect(response.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
          expect((await response.text()).length).to.be.greaterThan(50);
          return response.headers.get('content-type');
        }),
      );
      expect(types).to.have.members([
        'image/svg+xml',
        'text/css; charset=utf-8',
        'text/javascript; charset=utf-8',
      ]);
    });

    it('keeps data out of every cache, and answers HEAD without a body', async () => {
      const handler = handlerFor(service);
      const response = await ask(handler, `/api/trace/${TRACE_ID}`, { method: 'HEAD' });
      expect(response.status).to.equal(200);
      expect(response.headers.get('cache-control')).to.equal('no-store');
      expect(await response.text()).to.equal('');
      const refused = await ask(handler, '/api/none');
      expect(refused.headers.get('cache-control')).to.equal('no-store');
      expect(refused.headers.get('content-security-policy')).to.be.a('string');
    });
  });

  describe('what is newest', () => {
    it('lists the log groups to choose from', async () => {
      const groups = await askJson<{
        selectors: string[];
        logGroups: { name: string }[];
        leftOut: unknown[];
      }>(handlerFor(service, {}, { logGroups: ['/apps/*', '/none/*'] }), '/api/groups');
      expect(groups.selectors).to.deep.equal(['/apps/*', '/none/*']);
      expect(groups.logGroups.map(({ name }) => name)).to.deep.equal([
        '/apps/gateway',
        '/apps/legacy',
        '/apps/orders',
      ]);
      expect(groups.leftOut).to.deep.equal([
        { logGroup: '/none/*', reason: 'missing', detail: 'no log group begins so' },
      ]);
    });

    it('says where a service is that is not AWS, without what is secret in it', async () => {
      const endpoint = 'http://user:word@127.0.0.1:4586';
      const { endpoint: said } = await askJson<{ endpoint: string }>(
        handlerFor(service, { endpoint }),
        `/api/trace/${TRACE_ID}`,
      );
      expect(said).to.equal('http://127.0.0.1:4586/');
    });

    it('finds the newest healthy trace that began as another', async () => {
      const parameters = new URLSearchParams({
        groups: '/apps/gateway',
        text: 'checkout started',
        not: TRACE_ID,
      });
      const healthy = await askJson<{ traceId: string }>(
        handlerFor(service),
        `/api/healthy?${parameters.toString()}`,
      );
      expect(healthy.traceId).to.equal(HEALTHY_TRACE_ID);
      parameters.set('not', HEALTHY_TRACE_ID);
      expect(await askJson(handlerFor(service), `/api/healthy?${parameters.toString()}`)).to.equal(null);
      parameters.set('text', 'something else');
      expect(await askJson(handlerFor(service), `/api/healthy?${parameters.toString()}`)).to.equal(null);
    });
  });

  it('gives events of a live source without ids the same ones in each view', async () => {
    const event = (message: string) => ({
      timestampMillis: 1,
      ingestionMillis: 2,
      logGroup: '/apps/a',
      logStream: 's',
      message,
    });
    const batch = (...events: object[]) => ({ events, logGroups: ['/apps/a'], notes: [] });
    const live = {
      async *follow() {
        await Promise.resolve();
        yield batch(event('a'), event('a'), { ...event('b'), eventId: 'of the service' });
        yield batch(event('c'), { ...event('a'), ingestionMillis: 3 });
      },
    };
    const idsOf = async (): Promise<string[]> => {
      const handler = handlerFor(service, { live: live as never });
      const text = await (await ask(handler, '/api/live')).text();
      return [...text.matchAll(/"eventId":"([^"]+)"/g)].map(([, id]) => id!);
    };
    const ids = await idsOf();
    expect(new Set(ids)).to.have.lengthOf(5);
    expect(ids[2]).to.equal('of the service');
    expect(await idsOf()).to.deep.equal(ids);
  });

  it('refuses options that are wrong', () => {
    const engine = new CorrelationEngine({ client: service.client, logGroups: ['*'] });
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{}, /engine must be a CorrelationEngine/],
      [{ engine: {} }, /engine must be a CorrelationEngine/],
      [{ engine, basePath: 'logs' }, /basePath must be a path/],
      [{ engine, basePath: '/a/../b' }, /basePath must be a path/],
      [{ engine, basePath: '/a"b' }, /basePath must be a path/],
      [{ engine, maxEvents: 0 }, /maxEvents must be a whole number from 1/],
      [{ engine, timeoutMillis: 1.5 }, /timeoutMillis/],
      [{ engine, authorize: true }, /authorize must be a function/],
      [{ engine, consoleRegion: 'x' }, /consoleRegion/],
      [{ engine, live: {} }, /live must be a source/],
      [{ engine, endpoint: 'localhost' }, /endpoint must be a URL/],
      [{ engine, basepath: '/x' }, /basePath/],
    ];
    for (const [options, message] of wrong) {
      expect(() => createLookupHandler(options as never)).to.throw(message);
    }
    expect(createLookupHandler({ engine, basePath: '/logs/' }).basePath).to.equal('/logs');
  });
});
