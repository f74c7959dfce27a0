import { diag, DiagLogLevel } from '@opentelemetry/api';
import { expect } from 'chai';
import { OptionError } from '../../../src/cloudwatch/errors.js';
import { type BuiltLayout, LogEventBuilder } from '../../../src/insights/messages/log-event-builder.js';
import { parseMessage } from '../../../src/insights/messages/message-parser.js';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const LAYOUTS: readonly BuiltLayout[] = ['collector', 'otlp', 'lambda', 'powertools', 'text'];

describe('LogEventBuilder', () => {
  it('reads the old name of the layout collector, and says so once', () => {
    const said: string[] = [];
    const say = (text: string): number => said.push(text);
    const logger = { error: say, warn: say, info: say, debug: say, verbose: say };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    try {
      const builder = new LogEventBuilder().body('payment failed');
      expect(builder.build('otel').message).to.equal(builder.build('collector').message);
      expect(builder.build('otel').message).to.equal(builder.build().message);
    } finally {
      diag.disable();
    }
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.include('layout "otel" is now called "collector"');
  });

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
    for (const layout of ['collector', 'otlp', 'powertools'] as const) {
      expect(parseMessage(builder.build(layout).message).service).to.equal('orders');
    }
  });

  it('is stamped now where no time was said, and never changes', () => {
    const base = new LogEventBuilder().body('sooner');
    const before = Date.now();
    const { timestamp } = base.build();
    expect(timestamp).to.be.within(before, Date.now());
    base.body('later');
    expect(parseMessage(base.build().message).text).to.equal('sooner');
  });

  it('refuses impossible times and severities', () => {
    expect(() => new LogEventBuilder().at(NaN)).to.throw(OptionError);
    expect(() => new LogEventBuilder().at(-1)).to.throw(OptionError);
    expect(() => new LogEventBuilder().severity('loud')).to.throw(OptionError);
    expect(() => new LogEventBuilder().severity(25)).to.throw(OptionError);
  });

  it('has a method for each level', () => {
    const levels = (['debug', 'info', 'warn', 'error', 'fatal'] as const).map(
      (level) => parseMessage(new LogEventBuilder()[level]('said').build().message).severityText,
    );
    expect(levels).to.deep.equal(['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']);
  });

  for (const layout of ['collector', 'otlp', 'lambda', 'powertools'] as const) {
    it(`writes what was thrown, with its stack where it is asked for, in the layout ${layout}`, () => {
      const error = new TypeError('no price');
      const bare = parseMessage(new LogEventBuilder().error(error).build(layout).message);
      expect(bare.exception).to.deep.equal({ type: 'TypeError', message: 'no price' });
      const whole = parseMessage(
        new LogEventBuilder().body('failed').errorWithStack(error).build(layout).message,
      );
      expect([whole.text, whole.exception?.stacktrace]).to.deep.equal(['failed', error.stack]);
    });
  }

  it('writes errors among attributes as what they are', () => {
    const cause = new RangeError('inner');
    const error = Object.assign(new TypeError('x', { cause }), { code: 'E_X' });
    const { message } = new LogEventBuilder()
      .info('m')
      .attribute('error', error)
      .fields({ deep: [cause], n: 5n })
      .build();
    const { attributes } = JSON.parse(message) as { attributes: Record<string, Record<string, unknown>> };
    expect(attributes.error).to.deep.include({ type: 'TypeError', message: 'x', code: 'E_X' });
    expect(attributes.error!.cause).to.deep.include({ type: 'RangeError', message: 'inner' });
    expect(attributes.deep![0]).to.deep.include({ message: 'inner' });
    expect(attributes.n).to.equal('5');
  });

  it('takes what is thrown and no error', () => {
    for (const [thrown, text] of [
      [undefined, 'undefined'],
      [{ a: 1 }, '{"a":1}'],
      [7, '7'],
    ] as const) {
      expect(parseMessage(new LogEventBuilder().errorWithStack(thrown).build().message).text).to.equal(text);
    }
    expect(parseMessage(new LogEventBuilder().error(new Error()).build().message).text).to.equal('Error');
  });

  describe('takes whatever is thrown or said', () => {
    const circle: Record<string, unknown> = { code: 7 };
    circle.self = [circle];
    const unreadable = {
      code: 7,
      get broken(): never {
        throw new Error('no');
      },
    };
    const endless = { code: 7, toJSON: () => ({ code: 7, endless }) };
    const hostile: readonly (readonly [string, unknown])[] = [
      ['holds itself', circle],
      ['holds a BigInt', { code: 7, big: 2n ** 70n }],
      ['has a getter that throws', unreadable],
      ['has a toJSON that throws', { code: 7, inner: { toJSON: () => unreadable.broken } }],
      ['has a toJSON that never ends', endless],
    ];
    for (const [what, thrown] of hostile) {
      it(`an object that ${what}`, () => {
        const text = parseMessage(new LogEventBuilder().error(thrown).build().message).text;
        expect(text).to.contain('"code":7');
        for (const layout of ['collector', 'lambda'] as const) {
          const { message } = new LogEventBuilder().info('m').attribute('thrown', thrown).build(layout);
          expect(message).to.contain('"code":7');
          expect(parseMessage(message).text).to.equal('m');
        }
      });
    }

    it('an error that is its own cause, and one that holds the other', () => {
      const own: Error & { cause?: unknown } = new TypeError('outer');
      own.cause = Object.assign(new RangeError('inner'), { request: { error: own } });
      const { message } = new LogEventBuilder().errorWithStack(own).attribute('error', own).build();
      const { attributes } = JSON.parse(message) as { attributes: { error: Record<string, unknown> } };
      expect(attributes.error).to.deep.include({ type: 'TypeError', message: 'outer' });
      expect(attributes.error.cause).to.deep.include({
        type: 'RangeError',
        message: 'inner',
        request: { error: '[Circular]' },
      });
    });

    it('what has no text of its own', () => {
      for (const thrown of [Object.create(null), Symbol('s'), () => 1, 5n]) {
        expect(new LogEventBuilder().error(thrown).build().message).to.contain('exception.type');
      }
    });
  });

  it('wants a body', () => {
    expect(() => new LogEventBuilder().build()).to.throw('body must be');
    expect(() => new LogEventBuilder().body(5 as never).build('text')).to.throw('body must be');
  });

  it('takes the request id of headers', () => {
    const idOf = (...headers: Parameters<LogEventBuilder['requestFrom']>): string | undefined =>
      parseMessage(
        new LogEventBuilder()
          .info('m')
          .requestFrom(...headers)
          .build().message,
      ).requestId;
    expect(idOf({ 'X-Request-Id': 'r-1' })).to.equal('r-1');
    expect(idOf({ 'x-request-id': [' r-2 ', 'other'] })).to.equal('r-2');
    expect(idOf(new Headers({ 'x-correlation-id': 'r-3' }))).to.equal('r-3');
    expect(idOf({ 'my-id': 'r-4' }, ['my-id'])).to.equal('r-4');
    expect(idOf({ 'x-request-id': '' })).to.equal(undefined);
    expect(idOf({})).to.equal(undefined);
  });
});
