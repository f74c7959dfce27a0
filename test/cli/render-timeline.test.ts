import { expect } from 'chai';
import { displayWidth, fitWidth, padWidth } from '../../src/cli/display-width.js';
import { formatBytes, formatDelta, formatUsd } from '../../src/cli/format-amounts.js';
import { renderRows } from '../../src/cli/render-rows.js';
import { renderTimeline } from '../../src/cli/render-timeline.js';
import { toCorrelatedEvent } from '../../src/insights/look-up/correlated-event.js';
import { buildTraces, type CorrelatedEvent, type CorrelationResult } from '../../src/insights/index.js';
import { lookUpOfTrace } from '../../src/insights/look-up/look-up.js';
import { NO_STATISTICS } from '../../src/insights/queries/query-statistics.js';

const START = Date.UTC(2026, 10, 21, 7);

function event(offset: number, message: object | string, logGroup = '/apps/a'): CorrelatedEvent {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return toCorrelatedEvent({ timestampMillis: START + offset, logGroup, logStream: 's', message: text });
}

function resultOf(events: CorrelatedEvent[], more: Partial<CorrelationResult> = {}): CorrelationResult {
  return {
    lookUp: lookUpOfTrace('t'),
    range: { fromMillis: START, toMillis: START + 60_000 },
    events,
    traces: buildTraces(events),
    steps: [],
    statistics: { ...NO_STATISTICS, queries: 2, bytesScanned: 1234 },
    estimatedCostUsd: 0.00001,
    logGroups: ['/apps/a'],
    leftOut: [],
    notes: [],
    isComplete: true,
    ...more,
  };
}

const span = (id: string, parent: string | undefined, offset: number): CorrelatedEvent =>
  event(offset, {
    name: `GET /${id}`,
    traceId: 't',
    spanId: id,
    ...(parent && { parentSpanId: parent }),
    kind: 2,
    startTimeUnixNano: (START + offset) * 1e6,
    durationNano: 40e6,
    status: { code: 0 },
  });

describe('renderTimeline', () => {
  it('draws a timeline over services, with deltas, spans indented and errors marked', () => {
    const service = (name: string): object => ({ resource: { 'service.name': name } });
    const result = resultOf([
      span('a', undefined, 0),
      event(5, {
        body: 'in',
        severity_text: 'INFO',
        severity_number: 9,
        trace_id: 't',
        span_id: 'a',
        ...service('gateway'),
      }),
      span('b', 'a', 10),
      event(1500, {
        body: 'no money',
        severity_text: 'ERROR',
        severity_number: 17,
        trace_id: 't',
        span_id: 'b',
        attributes: { 'exception.type': 'CardError', 'exception.message': 'declined' },
        ...service('orders'),
      }),
    ]);
    expect(renderTimeline(result).split('\n')).to.deep.equal([
      'trace t  4 events, 1 log group, 2 services, 1.5 s, 1 error',
      '  –        /apps/a  2 events',
      '  gateway  /apps/a  1 event',
      '  orders   /apps/a  1 event',
      '',
      '2026-11-21 UTC',
      '  07:00:00.000           /apps/a  SPAN  ▸ GET /a (server, 40 ms)',
      '  07:00:00.005    +5 ms  gateway  INFO  in',
      '  07:00:00.010    +5 ms  /apps/a  SPAN    ▸ GET /b (server, 40 ms)',
      '✗ 07:00:01.500  +1.49 s  orders   ERROR   no money',
      '                                            CardError: declined',
      '',
      'searched 1 log group from 2026-11-21T07:00:00.000Z to 2026-11-21T07:01:00.000Z: 2 queries, scanned 1.23 kB (less than $0.0001)',
      '',
    ]);
  });

  it('says what was not found, left out and noted', () => {
    const text = renderTimeline(
      resultOf([], {
        leftOut: [{ logGroup: '/gone', reason: 'missing', detail: 'the log group does not exist' }],
        notes: ['no log group was searched'],
        statistics: { ...NO_STATISTICS, estimatedBytesSkipped: 5e6 },
      }),
    );
    expect(text).to.contain('no events found');
    expect(text).to.contain('left out /gone: the log group does not exist');
    expect(text).to.contain('note: no log group was searched');
    expect(text).to.contain('an index saved 5 MB');
  });

  it('marks gaps of the span tree', () => {
    expect(renderTimeline(resultOf([span('b', 'gone', 0)]))).to.contain(
      '? span gone was not found; it is the parent of GET /b',
    );
  });

  it('names the day where events lie on several', () => {
    const lines = renderTimeline(resultOf([event(0, 'a'), event(86_400_000, 'b')])).split('\n');
    expect(lines).to.include.members(['2026-11-21 UTC', '2026-11-22 UTC']);
  });

  it('names the zone of its times, whichever it is', () => {
    const text = renderTimeline(resultOf([event(0, 'a')]), { zone: 'local' });
    expect(text).to.match(/^2026-11-2[01] UTC(?:[+−]\d\d:\d\d)?$/m);
    expect(text).to.not.contain('+00:00');
  });

  const logged = (offset: number, attributes: object): CorrelatedEvent =>
    event(offset, { body: 'said', severity_text: 'INFO', trace_id: 't', attributes });

  it('shows the attributes that the event before of the same source did not have', () => {
    const lines = renderTimeline(
      resultOf([
        logged(0, { item: 'lamp', user: { id: 7 } }),
        logged(1, { item: 'lamp', user: { id: 8 }, note: 'two words' }),
        logged(2, Object.fromEntries('abcdefghi'.split('').map((name) => [name, 1]))),
      ]),
    ).split('\n');
    expect(lines[3]).to.match(/said {2}item=lamp user\.id=7$/);
    expect(lines[4]).to.match(/said {2}user\.id=8 note="two words"$/);
    expect(lines[5]).to.match(/said {2}a=1 b=1 c=1 d=1 e=1 f=1 \+3 more$/);
  });

  it('shows no attributes of a span that every span has', () => {
    const one = event(0, {
      name: 'GET /orders',
      traceId: 't',
      spanId: 'a',
      durationNano: 1e6,
      kind: 2,
      attributes: { 'http.request.method': 'GET', 'server.address': '::1', 'http.response.status_code': 502 },
    });
    expect(renderTimeline(resultOf([one]))).to.match(
      /▸ GET \/orders \(server, 1 ms\) {2}http\.response\.status_code=502\n/,
    );
  });

  const STACK =
    'CardError: declined\n    at node:internal/x:1:2\n    at charge (/app/dist/pay.js:10:3)\n    at more (/app/x.js:1:1)';
  const thrown = event(0, {
    body: 'no money',
    severity_text: 'ERROR',
    severity_number: 17,
    trace_id: 't',
    attributes: {
      'exception.type': 'CardError',
      'exception.message': 'declined',
      'exception.stacktrace': STACK,
      order: 'o-1',
    },
    resource: { 'service.name': 'pay', 'service.version': '3' },
  });

  it('shows the type of an exception and the first line of the application in its stack', () => {
    const text = renderTimeline(resultOf([thrown]));
    expect(text).to.contain(' CardError: declined at charge (pay.js:10)\n').and.to.contain('  order=o-1\n');
    expect(text).to.not.contain('x.js');
  });

  it('shows a stack once, whichever attribute a logger writes it to as well', () => {
    for (const name of ['stack', 'meta.stack', 'trace']) {
      const twice = event(0, {
        body: 'no money',
        attributes: {
          'exception.type': 'CardError',
          'exception.stacktrace': STACK,
          [name]: STACK,
          order: 'o-1',
        },
      });
      const text = renderTimeline(resultOf([twice]));
      expect(text)
        .to.match(/no money {2}order=o-1\n/)
        .and.to.contain('CardError at charge (pay.js:10)');
    }
    // Without an exception it is all that there is of it.
    expect(renderTimeline(resultOf([logged(0, { note: 'at x\n at y' })]))).to.contain('note=');
  });

  it('shows a stack once with verbose, whichever attribute holds it', () => {
    const text = renderTimeline(resultOf([thrown]), { verbose: true });
    expect(text.split('more (/app/x.js:1:1)')).to.have.lengthOf(2);
    expect(text).to.contain('exception.type=CardError').and.not.contain('exception.stacktrace=');
  });

  it('shows all of an event with verbose', () => {
    const lines = renderTimeline(resultOf([thrown]), { verbose: true })
      .split('\n')
      .map((line) => line.trim());
    expect(lines).to.include.members([
      'at more (/app/x.js:1:1)',
      '/apps/a s',
      '2026-11-21 07:00:00.000',
      'trace t',
      'order=o-1',
      'resource service.version=3',
    ]);
  });

  for (const width of [40, 55, 72, 80, 120]) {
    it(`fits ${width} columns, and says in them who, when and what`, () => {
      const events = [
        span('a', undefined, 0),
        thrown,
        logged(5, { long: 'x'.repeat(200), 数: '数'.repeat(80) }),
      ];
      const result = resultOf(events, {
        leftOut: [{ logGroup: '/gone', reason: 'missing', detail: 'the log group does not exist at all' }],
      });
      for (const verbose of [false, true]) {
        const lines = renderTimeline(result, { width, verbose }).split('\n');
        for (const line of lines) expect(displayWidth(line), line).to.be.at.most(width);
        const text = lines.join('\n');
        for (const needed of ['07:00:00', 'pay', 'ERROR', 'no money', 'left out /gone']) {
          expect(text).to.contain(needed);
        }
      }
    });
  }

  it('lets nothing of a log reach the terminal unescaped', () => {
    const evil = '\u001b[2J\u202e\u0007\r';
    const body = {
      body: evil,
      severity_text: evil,
      trace_id: 't',
      span_id: evil,
      parent_span_id: `p${evil}`,
    };
    const result = resultOf(
      [
        event(0, {
          ...body,
          resource: { 'service.name': evil },
          attributes: { 'exception.type': evil, 'exception.message': 'x' },
        }),
        event(1, evil, evil),
        event(2, {
          name: evil,
          traceId: 't',
          spanId: '1',
          durationNano: 1,
          kind: evil,
          status: { code: 2, message: evil },
        }),
      ],
      {
        lookUp: lookUpOfTrace(evil),
        notes: [evil],
        leftOut: [{ logGroup: evil, reason: 'failed', detail: evil }],
      },
    );
    // eslint-disable-next-line no-control-regex
    const dangerous = /[\u0000-\u001f\u007f-\u009f]|\p{Bidi_Control}/u;
    expect(renderTimeline(result).replaceAll('\n', '')).to.not.match(dangerous);
  });

  it('colours only when told to', () => {
    const result = resultOf([event(0, 'ERROR x')]);
    expect(renderTimeline(result)).to.not.contain('\u001b');
    expect(renderTimeline(result, { color: true })).to.contain('\u001b[31m');
  });

  it('keeps lines inside the width', () => {
    const result = resultOf([event(0, 'x'.repeat(500)), event(1, '数'.repeat(100)), span('a', undefined, 2)]);
    const lines = renderTimeline(result, { width: 80 }).split('\n').slice(2, 6);
    for (const line of lines) expect(displayWidth(line), line).to.be.at.most(80);
    expect(lines[1]).to.match(/x…$/);
  });

  it('stands times that no date has', () => {
    expect(renderTimeline(resultOf([event(9e15, 'x')]))).to.contain('x');
  });
});

describe('renderRows', () => {
  it('draws a table of all columns but @ptr', () => {
    const rows = [
      { a: '1', '@ptr': 'p' },
      { a: 'long value', b: '\u001b[31m' },
    ];
    expect(renderRows(rows)).to.equal('a           b\n1\nlong value  \\e[31m\n');
  });

  it('keeps inside the width, and colours titles when told to', () => {
    const rows = [{ a: 'x'.repeat(100), b: 'y'.repeat(100) }];
    for (const line of renderRows(rows, { width: 40 }).split('\n'))
      expect(displayWidth(line)).to.be.at.most(40);
    expect(renderRows([{ a: '1' }], { color: true })).to.equal('\u001b[1ma\u001b[22m\n1\n');
  });

  it('names each cell of a row where the columns have no room beside each other', () => {
    const rows = [
      { '@timestamp': '2026-11-28 00:26:01.089', body: 'order cancelled', status: 'ERROR' },
      { '@timestamp': '2026-11-28 00:26:01.090', status: 'x'.repeat(40) },
    ];
    expect(renderRows(rows, { width: 40 })).to.equal(
      '@timestamp  2026-11-28 00:26:01.089\nbody        order cancelled\nstatus      ERROR\n\n' +
        `@timestamp  2026-11-28 00:26:01.090\nstatus      ${'x'.repeat(27)}…\n`,
    );
    expect(renderRows(rows, { width: 58 })).to.match(/^@timestamp +body +status\n/);
  });

  it('lets the last column have what is left, from 16 columns', () => {
    const rows = [{ a: 'x'.repeat(22), b: 'y'.repeat(100) }];
    expect(renderRows(rows, { width: 40 })).to.contain(`\n${'x'.repeat(22)}  ${'y'.repeat(15)}…\n`);
    expect(renderRows(rows, { width: 39 })).to.equal(`a  ${'x'.repeat(22)}\nb  ${'y'.repeat(35)}…\n`);
  });
});

describe('fitWidth and padWidth', () => {
  it('count columns, not characters', () => {
    expect(displayWidth('数é')).to.equal(3);
    expect(displayWidth('e\u0301')).to.equal(1);
    expect(fitWidth('数数数', 5)).to.equal('数数…');
    expect(fitWidth('abc', 3)).to.equal('abc');
    expect(fitWidth('abcd', 3)).to.equal('ab…');
    expect(fitWidth('abc', 0)).to.equal('');
    expect(padWidth('数', 4)).to.equal('数  ');
  });
});

describe('amounts', () => {
  it('are short', () => {
    expect([0, 1, 999, 1000, 1_500_000, 2e15].map(formatBytes)).to.deep.equal([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1 kB',
      '1.5 MB',
      '2 PB',
    ]);
    expect([0, 12.345, 999.6, 59_000, 185_000, 7_800_000, -5].map(formatDelta)).to.deep.equal([
      '0 ms',
      '12.3 ms',
      '1 s',
      '59 s',
      '3 min 05 s',
      '2 h 10 min',
      '0 ms',
    ]);
    expect([0, 0.00001, 0.01234, 12.3].map(formatUsd)).to.deep.equal([
      '$0',
      'less than $0.0001',
      'about $0.012',
      'about $12.30',
    ]);
  });
});
