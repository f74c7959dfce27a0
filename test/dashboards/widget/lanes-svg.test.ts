import { expect } from 'chai';
import { type LogRecord, toRecord } from '../../../src/dashboards/model/records.js';
import { START } from '../../../src/dashboards/model/page-state.js';
import { ServiceColors } from '../../../src/dashboards/model/service-colors.js';
import { TraceModel } from '../../../src/dashboards/model/trace-model.js';
import { lanesSvg } from '../../../src/dashboards/widget/lanes-svg.js';
import { PALETTES } from '../../../src/dashboards/widget/widget-look.js';

const TRACE = 'a'.repeat(32);

/** A record without a service. */
function record(index: number, logGroup: string, ids: object): LogRecord {
  const message = JSON.stringify({ body: `record ${index}`, ...ids });
  return toRecord({ timestampMillis: 1000 + index, logGroup, logStream: 's', message }, index);
}

/** The colour of each lane's text, by what it says. */
function colorsOf(records: readonly LogRecord[]): Map<string, string> {
  const { text } = lanesSvg(new TraceModel(records, START, new ServiceColors()), PALETTES.light, 800);
  const names = text.matchAll(/<g>.*?<text [^>]*fill="(#\w+)">([^<]*)<\/text>/g);
  return new Map([...names].map(([, fill, name]) => [name!, fill!]));
}

describe('lanesSvg', () => {
  it('gives lanes without a service the colour of their log group, in a span or out of one', () => {
    const inSpan = (n: number): object => ({ trace_id: TRACE, span_id: `${n}`.repeat(16) });
    const colors = colorsOf([
      record(0, '/apps/a', inSpan(1)),
      record(1, '/apps/b', inSpan(2)),
      record(2, '/apps/a', { trace_id: TRACE }),
      record(3, '/apps/b', { trace_id: TRACE }),
    ]);
    expect([...colors.keys()]).to.deep.equal(['record 0', 'record 1', '/apps/a', '/apps/b']);
    expect(colors.get('record 0')).to.equal(colors.get('/apps/a'));
    expect(colors.get('record 1')).to.equal(colors.get('/apps/b'));
    expect(colors.get('/apps/a')).to.not.equal(colors.get('/apps/b'));
  });

  it('gives a span without a service and without records the colour of where it was found', () => {
    const span = {
      traceId: TRACE,
      spanId: '3'.repeat(16),
      name: 'GET /',
      kind: 'SERVER',
      startTimeUnixNano: 1_000_000_000,
      endTimeUnixNano: 1_005_000_000,
    };
    const stored = toRecord(
      { timestampMillis: 1000, logGroup: 'aws/spans', logStream: 's', message: JSON.stringify(span) },
      0,
    );
    const colors = colorsOf([stored, record(1, 'aws/spans', { trace_id: TRACE })]);
    expect(colors.get('GET /')).to.equal(colors.get('aws/spans'));
  });
});
