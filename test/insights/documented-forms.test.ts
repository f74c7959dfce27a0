import { expect } from 'chai';
import sinon from 'sinon';
import { CorrelationEngine } from '../../src/insights/look-up/correlation-engine.js';
import { parseMessage } from '../../src/insights/messages/message-parser.js';
import { QueryRunner } from '../../src/insights/queries/query-runner.js';
import { clientFor, HOUR, LocalService } from '../simulation/local-service.js';
import { ScriptedClient } from './scripted-client.js';

/** Requests, answers and logs in the forms that documentation of CloudWatch Logs clients shows; the values are ours. */
describe('documented forms', () => {
  describe('of queries', () => {
    const unfinished = {
      status: 'Running',
      results: [],
      statistics: { recordsMatched: 0, recordsScanned: 0, bytesScanned: 0 },
    };
    const row = {
      '@timestamp': '2026-11-26 10:30:50.123',
      '@message': '{"level":"ERROR","message":"upstream timed out"}',
      '@logStream': '2026/11/26/[$LATEST]7c1d',
      '@ptr': 'CmQKIQob',
    };
    const complete = {
      status: 'Complete',
      results: [Object.entries(row).map(([field, value]) => ({ field, value }))],
      statistics: { recordsMatched: 1, recordsScanned: 1000, bytesScanned: 524288 },
    };

    it('are asked over two log groups in seconds, polled while they run, and read into rows', async () => {
      let polls = 0;
      const script = new ScriptedClient(({ operation }) => {
        if (operation === 'StartQuery') return { queryId: '12ab3456-12ab-123a-789e-1234567890ab' };
        return ++polls === 1 ? unfinished : complete;
      });
      const query =
        'fields @timestamp, @message | filter @message like /ERROR/ | sort @timestamp desc | limit 100';
      const clock = sinon.useFakeTimers({ now: 0 });
      const running = new QueryRunner({ client: script.client }).run({
        query,
        logGroups: ['/aws/lambda/checkout', '/aws/ecs/orders'],
        from: 1795680000000,
        to: 1795766400000,
      });
      await clock.runAllAsync();
      clock.restore();
      const result = await running;
      expect(script.inputs('StartQuery')).to.deep.equal([
        {
          logGroupNames: ['/aws/lambda/checkout', '/aws/ecs/orders'],
          startTime: 1795680000,
          endTime: 1795766400,
          queryString: query,
        },
      ]);
      expect(polls).to.equal(2);
      expect(result.rows.map((found) => ({ ...found }))).to.deep.equal([row]);
      expect(result).to.include({ isComplete: true, queryId: '12ab3456-12ab-123a-789e-1234567890ab' });
      expect(result.statistics).to.include({ recordsMatched: 1, recordsScanned: 1000, bytesScanned: 524288 });
    });
  });

  describe('of structured logs', () => {
    it('say who logged what for whom', () => {
      const parsed = parseMessage(
        JSON.stringify({
          timestamp: 1795680000000,
          level: 'INFO',
          message: 'login succeeded',
          trace_id: 'trc-1a-2b',
          request_id: 'req-31',
          span_id: 'spn-1',
          service: 'auth',
          user_id: 'u-88',
          duration_ms: 45,
          metadata: { ip_address: '192.0.2.10', user_agent: 'curl/8' },
        }),
      );
      expect(parsed).to.include({
        layout: 'json',
        text: 'login succeeded',
        traceId: 'trc-1a-2b',
        spanId: 'spn-1',
        requestId: 'req-31',
        severityText: 'INFO',
        severityNumber: 9,
        service: 'auth',
      });
      expect(parsed).to.not.have.property('exception');
      expect(parsed.json).to.deep.include({
        user_id: 'u-88',
        duration_ms: 45,
        metadata: { ip_address: '192.0.2.10', user_agent: 'curl/8' },
      });
    });

    it('tell of an error with its stack', () => {
      const parsed = parseMessage(
        JSON.stringify({
          timestamp: 1795680050000,
          level: 'ERROR',
          message: 'database unreachable',
          trace_id: 'trc-1a-2b',
          request_id: 'req-31',
          span_id: 'spn-4',
          service: 'users',
          error: {
            type: 'ConnectionError',
            message: 'no answer within 30 s',
            stack: 'at connect (db.js:45)\nat query (user.js:12)',
          },
          retry_count: 3,
        }),
      );
      expect(parsed).to.include({ text: 'database unreachable', severityNumber: 17, service: 'users' });
      expect(parsed.exception).to.deep.equal({
        type: 'ConnectionError',
        message: 'no answer within 30 s',
        stacktrace: 'at connect (db.js:45)\nat query (user.js:12)',
      });
      expect(parsed.json).to.include({ retry_count: 3 });
    });

    for (const key of ['stack_trace', 'stackTrace', 'stacktrace', 'stack', 'traceback']) {
      it(`tell of an error whose stack is under ${key}, as one text or as lines`, () => {
        for (const stack of ['at run (report.py:9)\nat main', ['at run (report.py:9)', 'at main']]) {
          const parsed = parseMessage(
            JSON.stringify({
              timestamp: '2026-11-26T14:30:15.123Z',
              level: 'ERROR',
              message: 'query took too long',
              tenant_id: 'acme',
              component: 'reports',
              operation: 'monthly',
              error: { type: 'TimeoutError', message: 'over 5 s', [key]: stack },
              context: { report_id: 'r-9', query_duration_ms: 5234 },
            }),
          );
          expect(parsed).to.include({ text: 'query took too long', severityText: 'ERROR' });
          expect(parsed.exception).to.deep.equal({
            type: 'TimeoutError',
            message: 'over 5 s',
            stacktrace: 'at run (report.py:9)\nat main',
          });
          expect(parsed.json).to.deep.include({
            tenant_id: 'acme',
            context: { report_id: 'r-9', query_duration_ms: 5234 },
          });
        }
      });
    }
  });

  describe('of a correlated sequence', () => {
    const sequence = [
      { message: 'request received', span_id: 'span-1', service: 'gateway' },
      { message: 'asking auth', span_id: 'span-2', parent_span_id: 'span-1', service: 'gateway' },
      { message: 'authenticated', span_id: 'span-3', parent_span_id: 'span-2', service: 'auth' },
      { message: 'done', span_id: 'span-1', service: 'gateway', duration_ms: 3000 },
    ].map((event) => ({ level: 'INFO', trace_id: 'trace-77', request_id: 'req-1', ...event }));

    it('is found by its trace and by its request, over the services, in order', async () => {
      const service = await LocalService.start();
      try {
        for (const name of ['gateway', 'auth']) await service.createStream(`/apps/${name}`);
        service.time += HOUR;
        for (const [index, event] of sequence.entries()) {
          await service.put(`/apps/${event.service}`, [[index * 1000, JSON.stringify(event)]]);
        }
        await service.put('/apps/auth', [
          [10, JSON.stringify({ ...sequence[2], trace_id: 'trace-78', request_id: 'r' })],
        ]);
        service.time += 10_000;
        const engine = new CorrelationEngine({
          client: clientFor(service.local),
          logGroups: ['/apps/*'],
          clock: () => service.time,
          firstPollMillis: 1,
        });
        const found = await engine.correlateByTrace('trace-77');
        expect(found.events.map(({ text, logGroup }) => [text, logGroup])).to.deep.equal([
          ['request received', '/apps/gateway'],
          ['asking auth', '/apps/gateway'],
          ['authenticated', '/apps/auth'],
          ['done', '/apps/gateway'],
        ]);
        const byRequest = await engine.correlateByRequest('req-1');
        expect(byRequest.events.map(({ text }) => text)).to.deep.equal(found.events.map(({ text }) => text));
        const outline = (nodes: (typeof found.traces)[number]['roots']): unknown[] =>
          nodes.map(({ spanId, children }) => [spanId, ...outline(children)]);
        expect(outline(found.traces[0]!.roots)).to.deep.equal([['span-1', ['span-2', ['span-3']]]]);
      } finally {
        await service.stop();
      }
    });
  });
});
