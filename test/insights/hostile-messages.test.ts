import { expect } from 'chai';
import { printJson } from '../../src/cli/print-json.js';
import { rowLines } from '../../src/cli/render-rows.js';
import { timelineLines } from '../../src/cli/render-timeline.js';
import {
  buildTraces,
  type CorrelatedEvent,
  CorrelationEngine,
  type CorrelationResult,
  parseMessage,
  spanDepths,
} from '../../src/insights/index.js';
import { compareEvents, toCorrelatedEvent } from '../../src/insights/look-up/correlated-event.js';
import { hasText, hasValue, lookUpOfTrace } from '../../src/insights/look-up/look-up.js';
import { NO_STATISTICS } from '../../src/insights/queries/query-statistics.js';
import { HOUR, LocalService } from '../simulation/local-service.js';
import { HOSTILE_MESSAGES, HOSTILE_SPANS, spanMessage, TRACE_ID } from './hostile-messages.js';
import { ScriptedClient } from './scripted-client.js';

function found(message: string, timestampMillis = 1): CorrelatedEvent {
  return toCorrelatedEvent({ timestampMillis, logGroup: '/apps/a', logStream: 's', message });
}

function resultOf(events: readonly CorrelatedEvent[]): CorrelationResult {
  return {
    lookUp: lookUpOfTrace(TRACE_ID),
    range: { fromMillis: 0, toMillis: 60_000 },
    events: events.toSorted(compareEvents),
    traces: buildTraces(events),
    steps: [],
    statistics: NO_STATISTICS,
    estimatedCostUsd: 0,
    logGroups: ['/apps/a'],
    leftOut: [],
    notes: [],
    isComplete: true,
  };
}

/** Draws and prints a result as the command does. */
function shown(result: CorrelationResult): { lines: string[]; json: string } {
  const json: string[] = [];
  printJson({ write: (text) => json.push(text) }, result);
  return { lines: [...timelineLines(result, { width: 100 })], json: json.join('') };
}

describe('messages of any depth and length', () => {
  for (const [name, message] of Object.entries(HOSTILE_MESSAGES)) {
    it(`are read, drawn and printed: ${name}`, () => {
      const parsed = parseMessage(message);
      expect(parsed.traceId).to.equal(TRACE_ID);
      const event = found(message);
      expect(hasText(lookUpOfTrace(TRACE_ID), event)).to.equal(true);
      expect(typeof hasValue(lookUpOfTrace(TRACE_ID), event)).to.equal('boolean');
      const { lines, json } = shown(
        resultOf([event, found(`{"trace_id":"${TRACE_ID}","body":"the other"}`, 2)]),
      );
      expect(lines.join('\n')).to.include('the other').and.to.include('2 events');
      const printed = JSON.parse(json) as CorrelationResult;
      expect(printed.events[0]!.message === message).to.equal(true);
    });
  }

  it('keep the text of a body whatever its depth', () => {
    for (const depth of [10, 5_000, 100_000]) {
      const body = `${'[{"a":'.repeat(depth)}"x"${'}]'.repeat(depth)}`;
      expect(parseMessage(`{"body":${body}}`).text).to.equal(body);
    }
  });

  it('keep the lines of a stack that are lines', () => {
    const { exception } = parseMessage('{"errorType":"E","stackTrace":["a",[["b"]],{"toString":1},7,"c"]}');
    expect(exception).to.deep.equal({ type: 'E', stacktrace: 'a\n7\nc' });
  });
});

describe('spans in any shape', () => {
  for (const [name, messages] of Object.entries(HOSTILE_SPANS)) {
    it(`are built, drawn and printed: ${name}`, () => {
      const events = messages.map((message, index) => found(message, index));
      const result = resultOf(events);
      const ids = new Set(events.map((event) => event.spanId));
      const depths = spanDepths(result.traces);
      expect([...ids].filter((id) => !depths.has(id!))).to.deep.equal([]);
      const { lines, json } = shown(result);
      expect(lines.length).to.be.at.least(messages.length);
      expect((JSON.parse(json) as CorrelationResult).events).to.have.length(messages.length);
    }).timeout(120_000);
  }

  it('may be more under one parent than a call takes arguments', () => {
    const one = found(spanMessage('one', 'root'));
    const events = Array.from({ length: 130_000 }, (_, n) => ({ ...one, spanId: `s${n}`, timeMillis: n }));
    const traces = buildTraces(events);
    expect(spanDepths(traces).size).to.equal(130_001);
    const [last] = [...timelineLines({ ...resultOf([one]), traces })].filter((line) =>
      line.includes('was not found'),
    );
    expect(last).to.include('span root was not found');
  }).timeout(180_000);
});

describe('a look-up', () => {
  const REQUEST = { from: 0, to: 100_000 };

  /** Answers one page of rows, whatever is asked for. */
  const answering = (rows: Record<string, string>[]): ScriptedClient =>
    new ScriptedClient(({ operation, input }) => {
      if (operation === 'DescribeLogGroups')
        return { logGroups: [{ logGroupName: '/a', arn: 'arn:aws:logs:r:1:log-group:/a:*' }] };
      if (operation === 'StartQuery') return { queryId: 'q' };
      if (operation !== 'GetQueryResults') return {};
      const limit = Number(input.maxItems);
      return {
        status: 'Complete',
        results: rows
          .slice(0, limit)
          .map((row) => Object.entries(row).map(([field, value]) => ({ field, value }))),
      };
    });

  it('takes more rows than a call takes arguments', async () => {
    const message = `{"trace_id":"${TRACE_ID}"}`;
    const page = Array.from({ length: 10_000 }, () => [
      { field: '@timestamp', value: '50' },
      { field: '@message', value: message },
    ]);
    let pages = 0;
    const { client } = new ScriptedClient(({ operation }) => {
      if (operation === 'DescribeLogGroups')
        return { logGroups: [{ logGroupName: '/a', arn: 'arn:aws:logs:r:1:log-group:/a:*' }] };
      if (operation === 'StartQuery') return { queryId: 'q' };
      if (operation !== 'GetQueryResults') return {};
      pages++;
      return { status: 'Complete', results: page, ...(pages < 13 && { nextToken: 't' }) };
    });
    const engine = new CorrelationEngine({
      client,
      logGroups: ['/a'],
      spans: false,
      firstPollMillis: 1,
      clock: () => 1e13,
    });
    const { events } = await engine.correlateByTrace(TRACE_ID, REQUEST);
    expect(events).to.have.length(130_000);
  }).timeout(300_000);

  it('ends whatever times an answer has', async () => {
    for (const time of [
      '9'.repeat(400),
      '99999999999999999',
      '1e999',
      '-5',
      'no time',
      '275760-09-13 00:00:01.000',
    ]) {
      const rows = Array.from({ length: 20 }, () => ({ '@timestamp': time, '@message': 'x' }));
      const engine = new CorrelationEngine({
        client: answering(rows).client,
        logGroups: ['/a'],
        spans: false,
        rowsOfQuery: 10,
        firstPollMillis: 1,
        clock: () => 1e13,
      });
      const result = await engine.correlateByTrace(TRACE_ID, { from: 0, to: 3_000 });
      expect(result.traces, time).to.deep.equal([]);
    }
  });

  it('finds a trace in the local service beside each of these messages', async () => {
    const service = await LocalService.start();
    try {
      service.time -= HOUR;
      await service.createStream('/apps/a');
      service.time += HOUR;
      const messages = [...Object.values(HOSTILE_MESSAGES), ...HOSTILE_SPANS['a circle of two']!];
      for (const [index, message] of messages.entries()) {
        await service.put('/apps/a', [[index - 2_000, message.toWellFormed()]]);
      }
      await service.put('/apps/a', [[-1_000, `{"trace_id":"${TRACE_ID}","body":"the other"}`]]);
      const engine = new CorrelationEngine({
        region: 'us-east-1',
        endpoint: service.local.endpoint,
        logGroups: ['/apps/a'],
        clock: () => service.time,
      });
      for (const fullText of [false, true]) {
        const result = await engine.correlateByTrace(TRACE_ID, {
          from: service.time - 10_000,
          to: service.time,
          fullText,
        });
        expect(result.events.map((event) => event.text)).to.include('the other');
        expect(result.events.length).to.be.greaterThan(messages.length / 2);
        expect(shown(result).lines.join('\n')).to.include('the other');
      }
    } finally {
      await service.stop();
    }
  }).timeout(180_000);
});

describe('rowLines', () => {
  it('fills no row up to the longest cell of all where nothing is cut', () => {
    const rows = Array.from({ length: 5_000 }, (_, n) => ({
      a: n === 7 ? 'x'.repeat(500_000) : 'short',
      b: String(n),
    }));
    let characters = 0;
    for (const line of rowLines(rows)) characters += line.length;
    expect(characters).to.be.below(500_000 + 5_000 * 250);
    expect([...rowLines([])]).to.deep.equal([]);
  });
});
