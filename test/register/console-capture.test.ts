/* eslint-disable @typescript-eslint/unbound-method -- the methods of a console are bound */
import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { ConsoleCapture, CONSOLE_SCOPE } from '../../src/register/console-capture.js';
import { RecordMakers, whilePrinting } from '../../src/register/printed-records.js';
import { isOwnTelemetry, runAsOwnTelemetry } from '../../src/observability/own-telemetry.js';

describe('ConsoleCapture', () => {
  before(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  after(() => {
    context.disable();
  });

  function captured(given?: Console) {
    const output = new PassThrough();
    const console = given ?? new Console(output, output);
    const exporter = new InMemoryLogRecordExporter();
    const makers = new RecordMakers();
    const capture = new ConsoleCapture(makers, console);
    const provider = new LoggerProvider({
      processors: [capture, new SimpleLogRecordProcessor({ exporter })],
    });
    makers.watch(provider);
    capture.start(provider);
    return {
      console,
      capture,
      provider,
      printed: (): string => String((output.read() as Buffer | null) ?? ''),
      records: () =>
        exporter.getFinishedLogRecords().map(({ body, severityText, attributes, instrumentationScope }) => {
          expect(instrumentationScope.name).to.equal(CONSOLE_SCOPE);
          return { body, severityText, attributes };
        }),
      bodies: () => exporter.getFinishedLogRecords().map(({ body }) => body),
    };
  }

  it('has the text that is printed', () => {
    const { console, printed, records } = captured();
    const values = ['%s of %d, %j %o', 'one', 2.5, { a: 1n.toString() }, { b: [1] }, 'and', new Set(['x'])];
    console.info(...values);
    expect(printed()).to.equal(`${format(...values)}\n`);
    expect(records()).to.deep.equal([{ body: format(...values), severityText: 'info', attributes: {} }]);
  });

  it('has the first error among the values, also one of elsewhere and one that is odd', () => {
    const { console, records } = captured();
    const elsewhere = runInNewContext('new TypeError("far away")') as Error;
    console.error('saved', elsewhere, new Error('second'));
    const odd = Object.assign(new Error('odd'), { stack: undefined, name: 5 });
    console.warn(odd);
    console.log({ message: 'no error', stack: 'none' });
    const [first, second, third] = records().map(({ attributes }) => attributes);
    expect(first).to.include({ 'exception.type': 'TypeError', 'exception.message': 'far away' });
    expect(first!['exception.stacktrace']).to.match(/^TypeError: far away\n {4}at /);
    expect(second).to.deep.equal({ 'exception.message': 'odd' });
    expect(third).to.deep.equal({});
  });

  it('survives values that throw when they are read', () => {
    const { console, bodies } = captured();
    const evil = {
      toString(): never {
        throw new Error('not you');
      },
    };
    expect(() => {
      console.log('%s', evil);
    }).to.throw('not you');
    console.log('on we go');
    expect(bodies()).to.deep.equal([`%s ${inspect(evil)}`, 'on we go']);
  });

  it("takes Node.js's warnings for warnings", () => {
    const { console, records } = captured();
    console.error(`(node:${process.pid}) Warning: beware`);
    console.error('(node:x) Warning: mine');
    expect(records().map(({ severityText }) => severityText)).to.deep.equal(['warn', 'error']);
  });

  it('says what an assertion says, and nothing of one that holds', () => {
    const { console, printed, bodies } = captured();
    console.assert(1 === Number('1'), 'fine');
    console.assert(false);
    console.assert(false, 'a %s', 'b');
    console.assert(false, { a: 1 } as unknown as string);
    expect(bodies()).to.deep.equal([
      'Assertion failed',
      'Assertion failed: a b',
      'Assertion failed: { a: 1 }',
    ]);
    // Node.js 20 prints the last one as [object Object].
    expect(printed().split('\n').slice(0, 2)).to.deep.equal(bodies().slice(0, 2));
  });

  it('prints the same trace, with as many lines, and keeps it apart from the text', () => {
    const plain = new PassThrough();
    const original = new Console(plain, plain);
    const { console, printed, records } = captured();
    const trace = (of: Console): void => {
      const deep = (left: number): void => {
        if (left > 0) deep(left - 1);
        else of.trace('here %d', 1);
      };
      deep(20);
    };
    trace(original);
    trace(console);
    const withoutCallSite = (text: string): string => text.replace(/:\d+:\d+\)/g, ')');
    expect(withoutCallSite(printed())).to.equal(withoutCallSite(String(plain.read() as Buffer)));
    expect(records()[0]!.body).to.equal('here 1');
    expect(records()[0]!.attributes['code.stacktrace']).to.match(/^ {4}at deep \(.*console-capture\.test/);
  });

  it('captures what prints by another method once, without its indentation', () => {
    const { console, bodies, printed } = captured();
    console.group('group');
    console.log('inside');
    console.groupEnd();
    console.count();
    console.table([{ a: 1 }]);
    console.dir({ only: 'seen' });
    expect(bodies().slice(0, 3)).to.deep.equal(['group', 'inside', 'default: 1']);
    expect(bodies()[3]).to.contain('│ (index) │ a │');
    expect(bodies()).to.have.lengthOf(4);
    expect(printed()).to.contain('\n  inside\n').and.contain("{ only: 'seen' }");
  });

  it('makes one record where one method of a console calls another', () => {
    const lines: string[] = [];
    const given = {
      log(this: unknown, ...values: unknown[]) {
        expect(this).to.equal(given);
        lines.push(format(...values));
      },
      info(...values: unknown[]) {
        given.log('[info]', ...values);
      },
    };
    const { bodies } = captured(given as unknown as Console);
    const { log } = given;
    log('destructured');
    given.info('x');
    expect(lines).to.deep.equal(['destructured', '[info] x']);
    expect(bodies()).to.deep.equal(['destructured', 'x']);
  });

  it('keeps names and lengths, and gives back what nobody else has wrapped', async () => {
    const output = new PassThrough();
    const console = new Console(output, output);
    const shape = () =>
      (['log', 'trace', 'assert'] as const).map((name) => [console[name].name, console[name].length]);
    const before = shape();
    const { log, warn } = console;
    const { capture, provider, bodies } = captured(console);
    expect(shape()).to.deep.equal(before);
    expect(console.log).not.to.equal(log);
    const ours = console.warn;
    const theirs = (...values: unknown[]): void => {
      ours(...values);
    };
    console.warn = theirs;
    console.warn('before');
    await provider.shutdown();
    expect(console.log).to.equal(log);
    expect(console.warn).to.equal(theirs);
    console.warn('after');
    expect(bodies()).to.deep.equal([]);
    expect(String(output.read() as Buffer)).to.equal('before\nafter\n');
    expect(capture.enabled()).to.equal(false);
    expect(warn).not.to.equal(ours);
  });

  it('leaves a frozen console and missing methods alone', () => {
    const lines: string[] = [];
    const console = Object.freeze({ log: (line: string) => lines.push(line) }) as unknown as Console;
    const { bodies } = captured(console);
    console.log('as before');
    expect(lines).to.deep.equal(['as before']);
    expect(bodies()).to.deep.equal([]);
  });

  it('makes no record of what telemetry and loggers print, at once and later', async () => {
    const { console, bodies, provider } = captured();
    runAsOwnTelemetry(() => {
      console.error('diagnostics');
    });
    const later = new Promise<void>((resolve) => {
      whilePrinting(() => {
        console.log('a logger prints');
        setImmediate(() => {
          console.log('and prints on');
          resolve();
        });
      });
    });
    await later;
    console.log('application');
    expect(bodies()).to.deep.equal(['application']);
    await provider.forceFlush();
  });

  it('makes no second record where one is made of what is written', () => {
    const lines: string[] = [];
    const console = {
      log: (line: string) => {
        lines.push(line);
        if (line.startsWith('written')) provider.getLogger('of output').emit({ body: `made of: ${line}` });
      },
    } as unknown as Console;
    const exporter = new InMemoryLogRecordExporter();
    const capture = new ConsoleCapture(new RecordMakers(), console);
    const provider = new LoggerProvider({
      processors: [capture, new SimpleLogRecordProcessor({ exporter })],
    });
    capture.start(provider);
    console.log('written');
    console.log('seen');
    expect(exporter.getFinishedLogRecords().map(({ body }) => body)).to.deep.equal([
      'made of: written',
      'seen',
    ]);
  });

  it('does not run in circles where making a record prints', async () => {
    const output = new PassThrough();
    const console = new Console(output, output);
    const capture = new ConsoleCapture(new RecordMakers(), console);
    const seen: unknown[] = [];
    const provider = new LoggerProvider({
      processors: [
        capture,
        {
          onEmit: ({ body }) => {
            seen.push(body);
            console.log('a processor prints', body);
            setImmediate(() => {
              console.log('and later');
            });
          },
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
      ],
    });
    capture.start(provider);
    console.log('one');
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).to.deep.equal(['one']);
    expect(String(output.read() as Buffer)).to.equal('one\na processor prints one\nand later\n');
  });

  /** A console that prints nothing, whatever can't be printed. */
  const silent = (): Console =>
    ({ log: () => undefined, error: () => undefined, trace: () => undefined }) as unknown as Console;
  const fail = (): never => {
    throw new Error('not you');
  };

  it('makes a record of each value that is printed, also of one that is no text', () => {
    const { console, records, printed } = captured();
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((name) => [name, fail]));
    const values: unknown[] = [
      Object.create(null),
      /(?<year>\d+)/.exec('2024')!.groups,
      { toString: () => ({}), valueOf: () => ({}) },
      { [Symbol.toPrimitive]: fail },
      Symbol('printed'),
      10n,
      revoked.proxy,
      new Proxy({ a: 1 }, traps),
      new Proxy(fail, traps),
      { [Symbol.toStringTag]: 'Error' },
      null,
      undefined,
    ];
    for (const value of values) console.error(value);
    const texts = values.map((value) => format(value));
    expect(printed()).to.equal(texts.map((text) => `${text}\n`).join(''));
    expect(records()).to.deep.equal(texts.map((body) => ({ body, severityText: 'error', attributes: {} })));
  });

  it('has what can be read of an error, and of the other values', () => {
    const { console, records } = captured(silent());
    const withGetter = (...names: string[]): Error => {
      const error = new TypeError('far');
      error.stack = 'TypeError: far\n    at here';
      for (const name of names) Object.defineProperty(error, name, { get: fail });
      return error;
    };
    console.error('a', withGetter('name'));
    console.error('b', withGetter('message'));
    console.error('c', withGetter('stack'));
    console.error('d', withGetter('name', 'message', 'stack'));
    console.error('e', new Proxy(new Error('x'), { getPrototypeOf: fail, get: fail }), withGetter());
    console.error('f', { [inspect.custom]: fail }, 'g');
    const found = records();
    const all = {
      'exception.type': 'TypeError',
      'exception.message': 'far',
      'exception.stacktrace': 'TypeError: far\n    at here',
    };
    const without = (...names: string[]) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
    expect(found.map(({ attributes }) => attributes)).to.deep.equal([
      without('exception.type'),
      without('exception.message'),
      without('exception.stacktrace'),
      {},
      all,
      {},
    ]);
    expect(found.map(({ body }) => format(body)[0])).to.deep.equal(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(found[5]!.body).to.equal('f [unreadable] g');
  });

  it("prints and has a trace where the application makes stacks its own way, or can't", () => {
    const { prepareStackTrace } = Error;
    const { console, bodies } = captured();
    try {
      for (const prepare of [() => ['no', 'text'], () => undefined, fail]) {
        Error.prepareStackTrace = prepare;
        const plain = new Console(new PassThrough());
        const outcome = (of: Console): string => {
          try {
            of.trace('here');
            return 'printed';
          } catch {
            return 'thrown';
          }
        };
        expect(outcome(console)).to.equal(outcome(plain));
      }
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
    expect(bodies()).to.deep.equal(['here', 'here', 'here']);
  });

  describe('where printing a value logs', () => {
    /** A processor that takes records as ours does, and a console whose values log. */
    function logging(options: { write?: (text: string) => void } = {}) {
      const output = new PassThrough();
      const console = new Console({ stdout: output, inspectOptions: { getters: true } });
      const capture = new ConsoleCapture(new RecordMakers(), console);
      const bodies: unknown[] = [];
      const provider = new LoggerProvider({
        processors: [
          capture,
          {
            onEmit: ({ body }) => {
              if (!isOwnTelemetry()) bodies.push(body);
            },
            forceFlush: () => Promise.resolve(),
            shutdown: () => Promise.resolve(),
          },
        ],
      });
      capture.start(provider);
      const logger = provider.getLogger('of the application');
      if (options.write) {
        const write = output.write.bind(output);
        output.write = ((text: string) => {
          logger.emit({ body: `written: ${text.trim()}` });
          return write(text);
        }) as typeof output.write;
      }
      const log = (): string => {
        // As far below as a logger with streams is.
        const deep = (left: number): void => {
          if (left > 0) deep(left - 1);
          else logger.emit({ body: 'inner' });
        };
        deep(40);
        console.log('inner line');
        return 'value';
      };
      return { console, log, bodies, printed: (): string => String(output.read() as Buffer) };
    }
    const values: Record<string, (log: () => string) => unknown[]> = {
      'an inspect hook': (log) => [{ [inspect.custom]: log }],
      'a hook deep inside': (log) => [{ a: [new Map([['b', { [inspect.custom]: log }]])] }],
      'a method for texts': (log) => ['%s', { toString: log }],
      toJSON: (log) => ['%j', { toJSON: log }],
      'a getter': (log) => [
        {
          get a() {
            return log();
          },
        },
      ],
    };

    for (const [name, make] of Object.entries(values)) {
      it(`has the line and what ${name} logged, each once`, () => {
        const { console, log, bodies, printed } = logging();
        const text = format(...make(() => 'value'));
        console.log(...make(log));
        expect(bodies.slice(0, 1)).to.deep.equal(['inner']);
        expect(bodies).to.have.lengthOf(2);
        if (name !== 'a getter') expect(bodies[1]).to.equal(text);
        expect(printed().match(/inner line/g)).to.have.lengthOf(1);
      });
    }

    it('makes no second record of what is written, whatever else is logged', () => {
      const { console, log, bodies } = logging({ write: () => undefined });
      console.log({ [inspect.custom]: log });
      // The line that the hook printed is written first.
      expect(bodies).to.deep.equal(['inner', 'written: inner line', 'written: value']);
      inspect({
        [inspect.custom]: () => {
          console.log('within a text of others');
        },
      });
      expect(bodies.slice(3)).to.deep.equal(['written: within a text of others']);
    });

    it('prints and records once what an error logs when it is read', () => {
      const { console, log, bodies, printed } = logging();
      const error = new Error('x');
      Object.defineProperty(error, 'message', { get: log });
      console.log('failed', error);
      expect(bodies.filter((body) => body !== 'inner')).to.have.lengthOf(1);
      const plain = new PassThrough();
      let count = 0;
      const again = new Error('x');
      Object.defineProperty(again, 'message', { get: () => `${count++}` });
      new Console(plain).log('failed', again);
      expect(printed().match(/inner line/g) ?? []).to.have.lengthOf(count);
      expect(bodies.filter((body) => body === 'inner')).to.have.lengthOf(count);
    });
  });
});
