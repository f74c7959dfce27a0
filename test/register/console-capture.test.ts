/* eslint-disable @typescript-eslint/unbound-method -- the methods of a console are bound */
import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { format } from 'node:util';
import { runInNewContext } from 'node:vm';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { ConsoleCapture, CONSOLE_SCOPE } from '../../src/register/console-capture.js';
import { RecordMakers, whilePrinting } from '../../src/register/printed-records.js';
import { runAsOwnTelemetry } from '../../src/observability/own-telemetry.js';

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
    expect(bodies()).to.deep.equal(['on we go']);
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
});
