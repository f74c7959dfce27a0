/* eslint-disable @typescript-eslint/no-extraneous-class -- stand-ins of an SDK, which are made with `new` */
import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import { type Application } from '../../src/register/application.js';
import { createNamedExporters, NamedExporters } from '../../src/register/named-exporters.js';
import { remarkOnSpanExporters } from '../../src/register/span-exporters.js';

describe('createNamedExporters', () => {
  /** What the processors of an SDK were made with. */
  function create(
    environment: Record<string, string>,
    { version = '0.223.1', hasOtlp = true, isTaken = false } = {},
  ) {
    const made: unknown[] = [];
    class Exporter {}
    class Processor {
      constructor(given: unknown) {
        made.push(given instanceof Exporter ? 'exporter' : Object.keys(given as object));
      }
    }
    const sdk = {
      ConsoleLogRecordExporter: Exporter,
      SimpleLogRecordProcessor: Processor,
      BatchLogRecordProcessor: Processor,
    };
    const application = {
      load: (name: string) => {
        if (name === '@opentelemetry/sdk-logs') return sdk;
        return hasOtlp ? { OTLPLogExporter: Exporter } : undefined;
      },
      version: () => version,
    } as unknown as Application;
    const complaints: string[] = [];
    const exporters = createNamedExporters(
      application,
      environment,
      (line) => complaints.push(line),
      isTaken,
    );
    return { exporters, made, complaints };
  }

  it('hands the exporter over as the version of the SDK takes it', () => {
    const environment = { OTEL_LOGS_EXPORTER: 'otlp,console' };
    for (const version of ['0.220.0', '0.223.1', '3.0.0']) {
      expect(create(environment, { version }).made).to.deep.equal([['exporter'], ['exporter']]);
    }
    expect(create(environment, { version: '0.219.9' }).made).to.deep.equal(['exporter', 'exporter']);
  });

  it('says which package is missing', () => {
    const { exporters, complaints } = create({ OTEL_LOGS_EXPORTER: 'otlp' }, { hasOtlp: false });
    expect(exporters).to.equal(undefined);
    expect(complaints).to.have.lengthOf(1);
    expect(complaints[0]).to.match(/npm install @opentelemetry\/exporter-logs-otlp-proto$/);
  });

  it('blames the variable that names the protocol, and knows no names of JavaScript', () => {
    const own = 'OTEL_EXPORTER_OTLP_LOGS_PROTOCOL';
    const all = 'OTEL_EXPORTER_OTLP_PROTOCOL';
    for (const protocol of ['http', 'constructor', '__proto__', 'toString', 'GRPC']) {
      for (const [variable, environment] of [
        [own, { [own]: protocol }],
        [own, { [own]: protocol, [all]: 'grpc' }],
        [all, { [all]: protocol }],
        [all, { [own]: ' ', [all]: protocol }],
      ] as const) {
        const { exporters, complaints } = create({ OTEL_LOGS_EXPORTER: 'otlp', ...environment });
        expect(exporters).to.equal(undefined);
        expect(complaints).to.deep.equal([
          `${variable} must be one of http/protobuf, http/json, grpc; it is "${protocol}", and log records go to CloudWatch Logs alone`,
        ]);
      }
    }
    expect(create({ OTEL_LOGS_EXPORTER: 'otlp', [own]: 'grpc', [all]: 'x' }).complaints).to.deep.equal([]);
  });

  it('finds no exporter by a name of JavaScript', () => {
    for (const name of ['constructor', '__proto__', 'hasOwnProperty']) {
      const { exporters, complaints } = create({ OTEL_LOGS_EXPORTER: name });
      expect(exporters).to.equal(undefined);
      expect(complaints).to.have.lengthOf(1);
      expect(complaints[0]).to.contain(`names ${name.toLowerCase()}, which is unknown`);
    }
  });

  it('makes none where another SDK has them, and says what is unknown all the same', () => {
    const { exporters, made, complaints } = create({ OTEL_LOGS_EXPORTER: 'console,x' }, { isTaken: true });
    expect({ exporters, made }).to.deep.equal({ exporters: undefined, made: [] });
    expect(complaints).to.have.lengthOf(1);
  });
});

describe('NamedExporters', () => {
  it('flushes at the end what is new, once', async () => {
    let flushes = 0;
    const seen: unknown[] = [];
    let isShutDown = false;
    const processor: LogRecordProcessor = {
      onEmit: (record) => seen.push(record.body),
      forceFlush: () => {
        flushes++;
        return Promise.reject(new Error('down'));
      },
      shutdown: () => {
        isShutDown = true;
        return Promise.resolve();
      },
    };
    const process = new EventEmitter();
    const exporters = new NamedExporters([processor]);
    exporters.start(process as unknown as NodeJS.Process);
    process.emit('beforeExit');
    expect(flushes).to.equal(0);
    exporters.onEmit({ body: 'a' } as Parameters<NamedExporters['onEmit']>[0]);
    process.emit('beforeExit');
    await nextTurn();
    process.emit('beforeExit');
    expect({ flushes, seen }).to.deep.equal({ flushes: 1, seen: ['a'] });
    await exporters.shutdown();
    expect(isShutDown).to.equal(true);
  });
});

describe('remarkOnSpanExporters', () => {
  const remark = (value: string, isTracedByUs: () => boolean) => {
    const lines: string[] = [];
    const say = remarkOnSpanExporters(
      { OTEL_TRACES_EXPORTER: value },
      (line) => lines.push(line),
      isTracedByUs,
    );
    return { lines, say };
  };

  it('waits for an SDK that the application may start', () => {
    const clock = useFakeTimers();
    try {
      let isOurs = true;
      const other = remark('otlp', () => isOurs);
      isOurs = false;
      clock.tick(5000);
      expect(other.lines).to.deep.equal([]);
      const none = remark('otlp', () => true);
      clock.tick(5000);
      none.say();
      expect(none.lines).to.have.lengthOf(1);
    } finally {
      clock.restore();
    }
  });

  it('is said at an earlier end, and not where no spans are wanted', () => {
    const { lines, say } = remark('Console', () => true);
    say();
    say();
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.match(/^OTEL_TRACES_EXPORTER=console is not honoured: /);
    for (const value of ['', 'none', 'otlp,none']) {
      const silent = remark(value, () => true);
      silent.say();
      expect(silent.lines).to.deep.equal([]);
    }
  });
});
