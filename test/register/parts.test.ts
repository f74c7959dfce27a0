import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect } from 'chai';
import sinon from 'sinon';
import { OptionError } from '../../src/cloudwatch/errors.js';
import { runAsOwnTelemetry } from '../../src/observability/own-telemetry.js';
import { Application, mainFileOf } from '../../src/register/application.js';
import { LocalStorageContextManager } from '../../src/register/context-manager.js';
import { booleanOf, listOf, numberOf, stringOf } from '../../src/register/environment.js';
import { createProcessor } from '../../src/register/create-processor.js';
import { flushAtExit } from '../../src/register/exit.js';
import { loadInstrumentations } from '../../src/register/instrumentations.js';
import { findHandler } from '../../src/register/lambda.js';
import { sdkLogsProblem } from '../../src/register/logger-provider.js';
import { isAutoInstrumentationsPreloaded } from '../../src/register/preloads.js';
import { TeeLoggerProvider } from '../../src/register/tee-logger-provider.js';
import { createPropagator, createTracerProvider } from '../../src/register/tracing.js';
import { createResource, createSpanResource } from '../../src/register/resource.js';
import { usableSettings } from '../../src/register/usable-settings.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const application = new Application(
  {
    mainFile: `${root}test/fixtures/register/pino.mjs`,
    workingDirectory: root,
    ownRequire: createRequire(root),
  },
  () => undefined,
);

function fail(message: string): never {
  throw new Error(message);
}

describe('mainFileOf', () => {
  it('takes a file for one, also by the relative name that node --test --test-isolation=none leaves', () => {
    expect(mainFileOf(`${root}package.json`, '/')).to.equal(`${root}package.json`);
    expect(mainFileOf('/no/such/file', root)).to.equal('/no/such/file');
    expect(mainFileOf('package.json', root)).to.equal(`${root}package.json`);
  });

  it('takes the first argument of -e, or what stands for standard input, for none', () => {
    for (const argument of [undefined, '', '-', 'an argument'])
      expect(mainFileOf(argument, root)).to.equal(undefined);
  });
});

describe('sdkLogsProblem', () => {
  for (const version of ['0.203.0', '0.219.0', '0.223.1', '3.0.0', '3.1.1']) {
    it(`finds nothing wrong with ${version}`, () => {
      expect(sdkLogsProblem(version)).to.equal(undefined);
    });
  }

  it('refuses a version that is older than those that are tested', () => {
    expect(sdkLogsProblem('0.202.0')).to.match(/0\.202\.0 is too old.*npm install/);
  });

  it('says what to install', () => {
    expect(sdkLogsProblem(undefined)).to.contain('npm install @opentelemetry/sdk-logs');
  });
});

describe('isAutoInstrumentationsPreloaded', () => {
  const name = '@opentelemetry/auto-instrumentations-node/register';
  for (const words of [
    ['--import', name],
    [`--import=${name}`],
    ['-r', name],
    [`--require=${name}`],
    ['--require', '/app/node_modules/@opentelemetry/auto-instrumentations-node/build/src/register.js'],
    ['--import', 'file:///app/node_modules/@opentelemetry/auto-instrumentations-node/dist/register.mjs'],
    ['--import', '@aws/aws-distro-opentelemetry-node-autoinstrumentation/register'],
    [
      '--require',
      '/opt/node_modules/@aws/aws-distro-opentelemetry-node-autoinstrumentation/build/src/register',
    ],
  ]) {
    it(`finds it in ${words.join(' ')}`, () => {
      expect(isAutoInstrumentationsPreloaded(words, {})).to.equal(true);
      expect(
        isAutoInstrumentationsPreloaded([], { NODE_OPTIONS: `--no-warnings ${words.join(' ')}` }),
      ).to.equal(true);
    });
  }

  it('does not take another preload for it', () => {
    expect(
      isAutoInstrumentationsPreloaded(['--import', 'opentelemetry-cloudwatch-logs/register'], {}),
    ).to.equal(false);
  });
});

describe('environment', () => {
  it('takes an empty value for an unset one', () => {
    expect(stringOf({ A: ' ' }, 'A')).to.equal(undefined);
    expect(listOf({ A: ' , ' }, 'A')).to.equal(undefined);
    expect(numberOf({ A: '' }, 'A', fail)).to.equal(undefined);
  });

  it('takes only true for true', () => {
    expect(['true', 'TRUE', '1', 'yes'].map((A) => booleanOf({ A }, 'A'))).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  it('complains of what is no number and leaves it out', () => {
    const complaints: string[] = [];
    expect(numberOf({ A: '-1' }, 'A', (text) => complaints.push(text))).to.equal(undefined);
    expect(numberOf({ A: '0' }, 'A', (text) => complaints.push(text))).to.equal(0);
    expect(complaints).to.deep.equal(['A must be a number of 0 or more; it is "-1" and is ignored']);
  });
});

describe('usableSettings', () => {
  const problem = (option: string, source: 'code' | 'environment' = 'environment') => ({
    error: new OptionError(option, 'be right', 'x'),
    source,
  });
  const reading = (...problems: ReturnType<typeof problem>[]) => ({
    settings: 'made',
    origins: new Map<string, never>(),
    problems,
  });

  it('leaves wrong variables out, one after another', () => {
    expect(usableSettings(reading(problem('A'), problem('B')))).to.equal('made');
  });

  it('never leaves out what says what is sent and where', () => {
    for (const option of ['REDACT', 'ENDPOINT', 'LOG_GROUP_NAME']) {
      const name = `OTEL_EXPORTER_CLOUDWATCH_LOGS_${option}`;
      expect(() => usableSettings(reading(problem('A'), problem(name)))).to.throw(`${name} must be right`);
    }
  });

  it('throws what is wrong without a variable', () => {
    expect(() => usableSettings(reading(problem('logGroupName', 'code')))).to.throw(
      'logGroupName must be right',
    );
  });
});

describe('createProcessor', () => {
  const environment = {
    OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: 'group',
    OTEL_EXPORTER_CLOUDWATCH_LOGS_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_CLOUDWATCH_LOGS_REGION: 'us-east-1',
  };
  const timeouts = async (more: Record<string, string>): Promise<[number, number]> => {
    const { processor, exitTimeoutMillis, flushTimeoutMillis } = createProcessor({ ...environment, ...more });
    await processor.shutdown();
    return [exitTimeoutMillis, flushTimeoutMillis];
  };

  it('takes times that fit an invocation and the shutdown of AWS Lambda', async () => {
    expect(await timeouts({})).to.deep.equal([5000, 20_000]);
    const lambda = { AWS_LAMBDA_FUNCTION_NAME: 'f' };
    expect(await timeouts(lambda)).to.deep.equal([250, 2000]);
    const own = {
      OTEL_EXPORTER_CLOUDWATCH_LOGS_SHUTDOWN_TIMEOUT_MILLIS: '400',
      OTEL_EXPORTER_CLOUDWATCH_LOGS_FLUSH_TIMEOUT_MILLIS: ' ',
    };
    expect(await timeouts({ ...lambda, ...own })).to.deep.equal([400, 2000]);
  });
});

describe('findHandler', () => {
  const root = fileURLToPath(new URL('../../../test/fixtures', import.meta.url));
  const find = (_HANDLER: string) => findHandler({ _HANDLER, LAMBDA_TASK_ROOT: root });

  it('finds the file and the export, also inside folders and objects', () => {
    expect(find('lambda/module.logs')).to.deep.equal({
      file: join(root, 'lambda/module.mjs'),
      path: ['logs'],
    });
    expect(find('lambda/script.nested.api.logs')).to.deep.equal({
      file: join(root, 'lambda/script.cjs'),
      path: ['nested', 'api', 'logs'],
    });
  });

  it('finds none in a custom runtime', () => {
    for (const handler of ['', 'bootstrap', 'run.sh', 'lambda/missing.handler']) {
      expect(find(handler)).to.equal(undefined);
    }
    expect(findHandler({})).to.equal(undefined);
  });
});

describe('loadInstrumentations', () => {
  const own = (hook: string, configuration: unknown): boolean[] => {
    const ignores = (configuration as Record<string, () => boolean>)[hook]!;
    return [ignores(), runAsOwnTelemetry(() => ignores())];
  };
  before(() => {
    context.setGlobalContextManager(new LocalStorageContextManager());
  });
  after(() => {
    context.disable();
  });

  it('keeps our own requests out of the HTTP instrumentations, made one by one', () => {
    class MadeInstrumentation {
      readonly configuration: unknown;
      constructor(configuration: unknown) {
        this.configuration = configuration;
      }
    }
    const holder = {
      load: (name: string) =>
        /instrumentation-(?:http|undici|pg)$/.test(name) ? { MadeInstrumentation } : undefined,
    } as unknown as Application;
    const made = loadInstrumentations(holder, {}, fail)() as unknown as MadeInstrumentation[];
    const [http, undici, pg] = made.map(({ configuration }) => configuration);
    expect(own('ignoreOutgoingRequestHook', http)).to.deep.equal([false, true]);
    expect(own('ignoreRequestHook', undici)).to.deep.equal([false, true]);
    expect(pg).to.equal(undefined);
  });

  it('keeps our own requests out of the HTTP instrumentations, made together', () => {
    let given: Record<string, unknown> = {};
    const holder = {
      load: () => ({
        getNodeAutoInstrumentations: (configurations: Record<string, unknown>) => {
          given = configurations;
          return [];
        },
      }),
    } as unknown as Application;
    loadInstrumentations(holder, {}, fail)();
    expect(own('ignoreOutgoingRequestHook', given['@opentelemetry/instrumentation-http'])).to.deep.equal([
      false,
      true,
    ]);
    expect(own('ignoreRequestHook', given['@opentelemetry/instrumentation-undici'])).to.deep.equal([
      false,
      true,
    ]);
  });
});

describe('createTracerProvider', () => {
  it("makes one out of the application's packages", () => {
    const provider = createTracerProvider(application, { OTEL_TRACES_SAMPLER: 'always_on' }, fail);
    const span = provider!.getTracer('test').startSpan('span');
    expect(span.spanContext().traceId).to.match(/^[0-9a-f]{32}$/);
    span.end();
  });

  for (const [sampler, argument, traceFlags] of [
    ['always_on', '', 1],
    ['always_off', '', 0],
    ['parentbased_always_on', '', 1],
    ['parentbased_always_off', '', 0],
    ['traceidratio', '0', 0],
    ['parentbased_traceidratio', '1', 1],
    ['nonsense', '', 1],
    ['traceidratio', '7', 1],
  ] as const) {
    it(`samples as ${sampler} ${argument} says`, () => {
      const environment = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument };
      const complaints: string[] = [];
      const provider = createTracerProvider(application, environment, (text) => complaints.push(text));
      const span = provider!.getTracer('test').startSpan('span', { root: true });
      expect(span.spanContext().traceFlags).to.equal(traceFlags);
      expect(complaints).to.have.lengthOf(sampler === 'nonsense' || argument === '7' ? 1 : 0);
      span.end();
    });
  }
});

describe('createSpanResource', () => {
  const ofProcess = createResource(application, {}, fail)!;
  const { resource } = ofProcess;
  const namesFor = (logGroupName: string | undefined): unknown =>
    createSpanResource(application, ofProcess, {
      OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: logGroupName,
    })?.attributes['aws.log.group.names'];

  it('names the log group of the process, where it is known', () => {
    expect(namesFor('/apps/orders')).to.deep.equal(['/apps/orders']);
    const { 'telemetry.sdk.language': language } = resource.attributes;
    expect(namesFor('/apps/{telemetry.sdk.language}')).to.deep.equal([`/apps/${String(language)}`]);
    for (const unknown of [
      undefined,
      '/apps/{attributes.tenant}',
      '/apps/{yyyy}',
      '/apps/{nobody.has}',
      '/a{',
    ]) {
      expect(namesFor(unknown), String(unknown)).to.equal(undefined);
    }
  });

  it('gives spans what the records have beside it, and records not the name', () => {
    const spans = createSpanResource(application, ofProcess, {
      OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GROUP_NAME: '/a',
    })!;
    const { 'aws.log.group.names': names, ...others } = spans.attributes;
    expect(names).to.deep.equal(['/a']);
    expect(others).to.deep.equal(resource.attributes);
    const provider = createTracerProvider(application, {}, fail, spans);
    const span = provider!.getTracer('test').startSpan('span') as unknown as {
      resource: unknown;
      end(): void;
    };
    expect(span.resource).to.equal(spans);
    span.end();
  });
});

describe('createPropagator', () => {
  const fieldsFor = (OTEL_PROPAGATORS: string, complain: (text: string) => void = fail) =>
    createPropagator(application, { OTEL_PROPAGATORS }, complain)?.fields().sort();

  it('takes W3C trace context and baggage by default', () => {
    expect(fieldsFor('')).to.deep.equal(['baggage', 'traceparent', 'tracestate']);
  });

  it('takes those that OTEL_PROPAGATORS names', () => {
    expect(fieldsFor('xray')).to.deep.equal(['X-Amzn-Trace-Id'.toLowerCase()]);
    expect(fieldsFor('b3multi')).to.include('x-b3-traceid');
    expect(fieldsFor('tracecontext,none')).to.equal(undefined);
  });

  it('complains of one that nobody knows', () => {
    const complaints: string[] = [];
    expect(fieldsFor('nonsense,baggage', (text) => complaints.push(text))).to.deep.equal(['baggage']);
    expect(complaints).to.deep.equal(['OTEL_PROPAGATORS names nonsense, which is unknown; it is left out']);
    // Nor are members of every object propagators.
    expect(fieldsFor('constructor,__proto__', (text) => complaints.push(text))).to.equal(undefined);
    expect(complaints.slice(1)).to.deep.equal([
      'OTEL_PROPAGATORS names constructor, which is unknown; it is left out',
      'OTEL_PROPAGATORS names __proto__, which is unknown; it is left out',
    ]);
  });
});

describe('LocalStorageContextManager', () => {
  const key = createContextKey('test');
  const context = ROOT_CONTEXT.setValue(key, 'here');

  it('keeps the context through asynchronous code', async () => {
    const manager = new LocalStorageContextManager().enable();
    const seen = await manager.with(context, async () => {
      await Promise.resolve();
      return manager.active().getValue(key);
    });
    expect(seen).to.equal('here');
    expect(manager.active()).to.equal(ROOT_CONTEXT);
    manager.disable();
  });

  it('passes this and arguments on', () => {
    const manager = new LocalStorageContextManager();
    const add = function (this: { base: number }, a: number, b: number) {
      return this.base + a + b;
    };
    expect(manager.with(context, add, { base: 1 }, 2, 3)).to.equal(6);
    expect(manager.bind(context, add).length).to.equal(2);
  });

  it('binds functions and the listeners of emitters, which can be removed again', () => {
    const manager = new LocalStorageContextManager();
    expect(manager.bind(context, () => manager.active().getValue(key))()).to.equal('here');
    expect(manager.bind(context, 5)).to.equal(5);
    const emitter = manager.bind(context, new EventEmitter());
    const seen: unknown[] = [];
    const listener = () => seen.push(manager.active().getValue(key));
    emitter.on('event', listener);
    emitter.once('event', listener);
    emitter.emit('event');
    emitter.emit('event');
    emitter.off('event', listener);
    emitter.emit('event');
    expect(seen).to.deep.equal(['here', 'here', 'here']);
  });
});

describe('TeeLoggerProvider', () => {
  type Provider = ConstructorParameters<typeof TeeLoggerProvider>[0];
  const providerInto = (bodies: unknown[], enabled?: boolean) =>
    ({
      getLogger: () => ({
        emit: (record: { body: unknown }) => bodies.push(record.body),
        ...(enabled !== undefined && { enabled: () => enabled }),
      }),
    }) as unknown as Provider;

  it('gives each record to both', () => {
    const first: unknown[] = [];
    const second: unknown[] = [];
    new TeeLoggerProvider(providerInto(first), providerInto(second))
      .getLogger('test')
      .emit({ body: 'hello' });
    expect([first, second]).to.deep.equal([['hello'], ['hello']]);
  });

  it('gives it to the second even when the first throws', () => {
    const second: unknown[] = [];
    const throwing = {
      getLogger: () => ({
        emit: () => {
          throw new Error('first');
        },
      }),
    } as unknown as Provider;
    const logger = new TeeLoggerProvider(throwing, providerInto(second)).getLogger('test');
    expect(() => {
      logger.emit({ body: 'hello' });
    }).to.throw('first');
    expect(second).to.deep.equal(['hello']);
  });

  for (const [first, second, either] of [
    [false, false, false],
    [true, false, true],
    [false, true, true],
    [undefined, false, true],
  ] as const) {
    it(`is ${either ? 'enabled' : 'disabled'} for ${first} and ${second}`, () => {
      const tee = new TeeLoggerProvider(providerInto([], first), providerInto([], second));
      const logger = tee.getLogger('test') as unknown as { enabled(): boolean };
      expect(logger.enabled()).to.equal(either);
    });
  }
});

describe('flushAtExit', () => {
  /** A process of which only the events and `kill` are used. */
  class StandIn extends EventEmitter {
    pid = 100;
    readonly killed: string[] = [];
    kill(_pid: number, signal: string): void {
      this.killed.push(signal);
    }
    reallyExit(code: number): void {
      this.killed.push(`exit ${code}`);
    }
  }

  function arrange(
    flush: () => Promise<void> = () => Promise.resolve(),
    settings: { timeoutMillis?: number; resumesAfterBeforeExit?: boolean } = {},
    shutdown: () => Promise<void> = () => Promise.resolve(),
  ) {
    const standIn = new StandIn();
    const seen = {
      emitted: 0,
      kept: 0,
      flushMillis: 0,
      flushes: 0,
      shutdowns: 0,
      ends: 0,
      shutdownMillis: 0,
    };
    const remove = flushAtExit(
      {
        process: standIn as unknown as NodeJS.Process,
        flush: ({ leftMillis }) => {
          seen.flushes++;
          seen.flushMillis = leftMillis;
          return flush();
        },
        shutdown: ({ leftMillis }) => {
          seen.shutdowns++;
          seen.shutdownMillis = leftMillis;
          standIn.emit('shutdown');
          return shutdown();
        },
        emitted: () => seen.emitted,
        kept: () => seen.kept,
        onEnd: () => seen.ends++,
      },
      { timeoutMillis: 1, resumesAfterBeforeExit: false, ...settings },
    );
    return { standIn, seen, remove };
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const never = () => new Promise<void>(() => undefined);

  it('flushes before the end only what is new', async () => {
    const { standIn, seen } = arrange();
    standIn.emit('beforeExit');
    expect(seen.flushes).to.equal(0);
    seen.emitted = 2;
    standIn.emit('beforeExit');
    await settled();
    standIn.emit('beforeExit');
    standIn.emit('exit');
    standIn.emit('exit');
    expect(seen).to.include({ flushes: 1, shutdowns: 0, ends: 1 });
  });

  it('gives up before the end what is not flushed in time', async () => {
    const { standIn, seen } = arrange(() => new Promise(() => undefined));
    const shutDown = new Promise<void>((resolve) => {
      standIn.once('shutdown', resolve);
    });
    seen.emitted = 1;
    standIn.emit('beforeExit');
    await shutDown;
    expect(seen).to.include({ flushes: 1, shutdowns: 1 });
  });

  it('gives up before the end, once, what a flush could not send though it ended early', async () => {
    const { standIn, seen } = arrange();
    seen.emitted = 1;
    seen.kept = 1;
    standIn.emit('beforeExit');
    await settled();
    expect(seen).to.include({ flushes: 1, shutdowns: 1 });
    standIn.emit('beforeExit');
    await settled();
    expect(seen).to.include({ flushes: 1, shutdowns: 1 });
  });

  it("gives up within one deadline what it could not send, when the application's handler ends the process", async () => {
    const clock = sinon.useFakeTimers();
    const { standIn, seen, remove } = arrange(never, { timeoutMillis: 1000 });
    try {
      standIn.on('SIGTERM', () => undefined);
      seen.emitted = 1;
      seen.kept = 1;
      standIn.emit('SIGTERM', 'SIGTERM');
      await clock.tickAsync(500);
      expect(seen).to.include({ flushes: 1, flushMillis: 500, shutdowns: 0 });
      standIn.emit('beforeExit');
      expect(seen).to.include({ flushes: 1, shutdowns: 1, shutdownMillis: 400 });
    } finally {
      remove();
      clock.restore();
    }
  });

  it('shuts nothing down before the end where the process goes on after it', async () => {
    const { standIn, seen } = arrange(never, { resumesAfterBeforeExit: true });
    seen.emitted = 1;
    seen.kept = 1;
    const clock = sinon.useFakeTimers();
    try {
      standIn.emit('beforeExit');
      await clock.tickAsync(60_000);
      standIn.emit('beforeExit');
    } finally {
      clock.restore();
    }
    expect(seen).to.include({ flushes: 1, shutdowns: 0 });
  });

  it('gives flush and shutdown one deadline together', async () => {
    const clock = sinon.useFakeTimers();
    const { standIn, seen, remove } = arrange(never, { timeoutMillis: 1000 }, never);
    try {
      standIn.emit('SIGTERM', 'SIGTERM');
      await clock.tickAsync(500);
      expect(seen).to.include({ shutdowns: 1, shutdownMillis: 400 });
      await clock.tickAsync(499);
      expect(standIn.listenerCount('SIGTERM')).to.equal(1);
      await clock.tickAsync(1);
      expect(standIn.listenerCount('SIGTERM')).to.equal(0);
    } finally {
      remove();
      clock.restore();
    }
  });

  it('raises the signal again when nobody else listens, even if the flush fails', async () => {
    const { standIn, seen } = arrange(() => Promise.reject(new Error('down')));
    standIn.emit('SIGTERM', 'SIGTERM');
    await settled();
    expect(standIn.killed).to.deep.equal(['SIGTERM']);
    expect(seen).to.include({ flushes: 1, shutdowns: 1, ends: 1 });
    expect(standIn.listenerCount('SIGTERM')).to.equal(0);
  });

  it('ends process 1, which no signal ends to which nobody listens', async () => {
    const { standIn, seen } = arrange();
    standIn.pid = 1;
    standIn.emit('SIGTERM', 'SIGTERM');
    await settled();
    await settled();
    expect(standIn.killed).to.deep.equal(['SIGTERM', 'exit 143']);
    expect(seen).to.include({ flushes: 1, shutdowns: 1, ends: 1 });
  });

  it('does not wait for a flush for longer than the timeout', async () => {
    const { standIn } = arrange(() => new Promise(() => undefined));
    const killed = new Promise<void>((resolve) => {
      standIn.kill = (_pid, signal) => {
        standIn.killed.push(signal);
        resolve();
      };
    });
    standIn.emit('SIGINT', 'SIGINT');
    await killed;
    expect(standIn.killed).to.deep.equal(['SIGINT']);
  });

  it("leaves the signal to the application's listeners, but not to signal-exit's", async () => {
    const { standIn, seen } = arrange();
    standIn.on('SIGTERM', () => undefined);
    standIn.emit('SIGTERM', 'SIGTERM');
    await settled();
    expect(standIn.killed).to.deep.equal([]);
    expect(seen).to.include({ flushes: 1, shutdowns: 0 });
    Object.assign(standIn, { __signal_exit_emitter__: { count: 1 } });
    standIn.emit('SIGTERM', 'SIGTERM');
    await settled();
    expect(standIn.killed).to.deep.equal(['SIGTERM']);
  });

  it('can be taken away', () => {
    const { standIn, remove } = arrange();
    remove();
    expect(standIn.eventNames()).to.deep.equal([]);
  });
});
