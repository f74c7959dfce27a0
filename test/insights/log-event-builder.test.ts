import { expect } from 'chai';
import { OptionError } from '../../src/cloudwatch/errors.js';
import { type BuiltLayout, LogEventBuilder } from '../../src/insights/log-event-builder.js';
import { parseMessage } from '../../src/insights/message-parser.js';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const LAYOUTS: readonly BuiltLayout[] = ['otel', 'otlp', 'lambda', 'powertools', 'text'];

describe('LogEventBuilder', () => {
  for (const layout of LAYOUTS) {
    it(`builds what the message parser reads as ${layout}`, () => {
      const { timestamp, message } = new LogEventBuilder()
        .at(1_700_000_000_000)
        .body('payment failed')
        .severity('error')
        .trace(TRACE_ID, 'eee19b7ec3c1b174')
        .request('r-1')
        .attribute('n', 1)
        .build(layout);
      expect(timestamp).to.equal(1_700_000_000_000);
      const parsed = parseMessage(message);
      expect(parsed).to.include({ layout, traceId: TRACE_ID, requestId: 'r-1', severityNumber: 17 });
      expect(parsed.text).to.contain('payment failed');
    });

    it(`leaves out of ${layout} what was not said`, () => {
      const parsed = parseMessage(new LogEventBuilder().body('x').build(layout).message);
      expect(parsed.traceId).to.equal(undefined);
      expect(parsed.requestId).to.equal(undefined);
    });
  }

  it('names the service where the layout has a place for it', () => {
    const builder = new LogEventBuilder().body('x').service('orders');
    for (const layout of ['otel', 'otlp', 'powertools'] as const) {
      expect(parseMessage(builder.build(layout).message).service).to.equal('orders');
    }
  });

  it('is stamped now where no time was said, and never changes', () => {
    const base = new LogEventBuilder();
    const before = Date.now();
    const { timestamp } = base.build();
    expect(timestamp).to.be.within(before, Date.now());
    base.body('later');
    expect(parseMessage(base.build().message).text).to.not.equal('later');
  });

  it('refuses impossible times and severities', () => {
    expect(() => new LogEventBuilder().at(NaN)).to.throw(OptionError);
    expect(() => new LogEventBuilder().at(-1)).to.throw(OptionError);
    expect(() => new LogEventBuilder().severity('loud')).to.throw(OptionError);
    expect(() => new LogEventBuilder().severity(25)).to.throw(OptionError);
  });
});
