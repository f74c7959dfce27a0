import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { context, diag, DiagLogLevel } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import {
  BackEndError,
  createLogDelivery,
  createLogRecordExporter,
  type LogDelivery,
  type LogDeliveryOptions,
  OptionError,
  type Verdict,
} from '../../src/base/index.js';
import { ReadableMetrics } from '../observability/read-metrics.js';
import { eventually } from '../eventually.js';
import {
  ACCEPTED,
  memoryBackEnd,
  type MemoryBackEnd,
  type Note,
  notes,
  optionsOf,
} from './memory-back-end.js';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/base/', import.meta.url));

/** More than a request of CloudWatch Logs takes. */
const LARGE = { maxEvents: 1_000, maxBytes: 5_000_000, maxEventBytes: 2_500_000 - 1 };

type Options = Partial<LogDeliveryOptions<Note, unknown, Verdict>>;

describe('createLogDelivery', () => {
  let directory: string;
  /** A disk that is slow to sync would take longer than these tests allow. */
  let spool: { directory: string; fsync: boolean };
  let said: string[];
  const started: LogDelivery<Note>[] = [];

  const start = (backEnd: MemoryBackEnd, options: Options = {}): LogDelivery<Note> => {
    const delivery = createLogDelivery({
      ...optionsOf(backEnd),
      retry: { initialDelayMillis: 1, maxDelayMillis: 10 },
      shutdownTimeoutMillis: 500,
      ...options,
    });
    started.push(delivery);
    return delivery;
  };
  const sum = (delivery: LogDelivery<Note>): number => {
    const { emitted, inherited, delivered, kept, dropped, handedOn } = delivery.status();
    return emitted + inherited - delivered - kept - dropped - handedOn;
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'base-'));
    spool = { directory, fsync: false };
    said = [];
    const say = (message: string): void => void said.push(message);
    diag.setLogger(
      { error: say, warn: say, info: say, debug: say, verbose: say },
      { logLevel: DiagLogLevel.INFO, suppressOverrideMessage: true },
    );
  });
  afterEach(async () => {
    for (const delivery of started.splice(0)) {
      await delivery.shutdown();
      expect(sum(delivery)).to.equal(0);
    }
    diag.disable();
    rmSync(directory, { recursive: true });
  });

  describe('options', () => {
    const wrong: readonly [Options, RegExp][] = [
      [{ name: 'Loki' }, /^name must be 1 to 40 lower-case letters.*it is "Loki"$/],
      [{ name: undefined } as never, /^name must be/],
      [{ encode: 'json' } as never, /^encode must be a function; it is "json"$/],
      [{ send: undefined } as never, /^send must be a function/],
      [{ classify: null } as never, /^classify must be a function; it is null$/],
      [{ open: true } as never, /^open must be a function, or be left out; it is true$/],
      [{ healthcheck: () => undefined } as never, /^healthcheck must be the name of an option/],
      [{ limits: undefined } as never, /^limits must be an object/],
      [
        { limits: { maxEvents: 0, maxBytes: 10, maxEventBytes: 5 } },
        /^limits\.maxEvents must be a whole number, from 1 to 10000; it is 0$/,
      ],
      [
        { limits: { maxEvents: 1, maxBytes: 2 ** 24 + 1, maxEventBytes: 5 } },
        /^limits\.maxBytes must be a whole number, from 1 to 16777216; it is 16777217$/,
      ],
      [
        { limits: { maxEvents: 1, maxBytes: 10, maxEventBytes: 11 } },
        /^limits\.maxEventBytes must be a whole number, from 1 to 10; it is 11$/,
      ],
      [
        { limits: { maxEvents: 1, maxBytes: 10, maxEventBytes: 10 } },
        /^limits\.maxEventBytes must leave room.*be 9 or less; it is 10$/,
      ],
      [
        { limits: { maxEvents: 1, maxBytes: 10, maxEventBytes: 5, maxeventbytes: 5 } } as never,
        /^limits\.maxeventbytes must be the name of an option; did you mean maxEventBytes\?$/,
      ],
      [{ concurrency: 0 }, /^concurrency must be a whole number, from 1 to 50; it is 0$/],
      [{ maxBufferBytes: 1000 }, /^maxBufferBytes must be a whole number, 1048576 or more; it is 1000$/],
      [
        { limits: LARGE, maxBufferBytes: 4_999_999 },
        /^maxBufferBytes must be a whole number, 5000000 or more; it is 4999999$/,
      ],
      [
        { limits: LARGE, spool: { directory: '/x', maxBytes: 2 ** 23 } },
        /^spool\.maxBytes must be a whole number, 10000000 or more; it is 8388608$/,
      ],
      [
        { limits: LARGE, writeAhead: { directory: '/x', maxBytes: 2 ** 23 } },
        /^writeAhead\.maxBytes must be a whole number, from 10000000 to \d+; it is 8388608$/,
      ],
      [
        { requestTimeoutMillis: 2 ** 31 },
        /^requestTimeoutMillis must be a whole number, from 1 to 2147483647/,
      ],
      [
        { retry: { initialDelayMillis: 100, maxDelayMillis: 10 } },
        /^retry\.maxDelayMillis must be a whole number, from 100 to/,
      ],
      [{ retry: { delay: 1 } } as never, /^retry\.delay must be the name of an option/],
      [{ circuitBreaker: { failures: 0 } }, /^circuitBreaker\.failures must be/],
      [{ circuitBreaker: true } as never, /^circuitBreaker must be an object; it is true$/],
      [{ requestsPerSecond: 0 }, /^requestsPerSecond must be a number above 0; it is 0$/],
      [{ meterProvider: {} } as never, /^meterProvider must be a MeterProvider/],
      [{ spool: { directory: '' } }, /^spool\.directory must be the path of a folder; it is ""$/],
      [
        { spool: { directory: '/x', maxBytes: 10 } },
        /^spool\.maxBytes must be a whole number, 2097152 or more; it is 10$/,
      ],
      [{ spool: { directory: '/x', fsync: 1 } } as never, /^spool\.fsync must be true or false; it is 1$/],
      [{ spool: { folder: '/x' } } as never, /^spool\.folder must be the name of an option/],
    ];

    for (const [options, message] of wrong) {
      it(`are refused: ${JSON.stringify(options, (_, value: unknown) => (typeof value === 'function' ? '()' : value))}`, () => {
        expect(() => start(memoryBackEnd(), options)).to.throw(OptionError, message);
      });
    }

    it('may be left out by undefined', async () => {
      const delivery = start(memoryBackEnd(), {
        spool: { directory, maxBytes: undefined },
        retry: { initialDelayMillis: undefined },
        circuitBreaker: { failures: undefined },
        concurrency: undefined,
      });
      expect((await delivery.deliver(notes(1))).delivered).to.equal(1);
      expect(delivery.status().spool?.maxBytes).to.equal(1024 ** 3);
    });
  });

  describe('encoding', () => {
    it('gives each record an id of its own, and the bytes that it may have', async () => {
      const ids: string[] = [];
      const changes = {
        encode: (_: Note, { id, maxBytes }: { id: string; maxBytes: number }) => {
          ids.push(id);
          return String(maxBytes);
        },
      };
      const [first, second] = [memoryBackEnd(undefined, changes), memoryBackEnd(undefined, changes)];
      await start(first).deliver(notes(3));
      await start(second).deliver(notes(3));
      expect(new Set(ids).size).to.equal(6);
      expect(first.accepted).to.deep.equal(['500', '500', '500']);
    });

    it('brings texts, bytes and destinations as they are, through the spool too', async () => {
      const odd = ['plain', 'ünï\n"', '\u0000begins with a zero', '\u0000\u0000two', '\ud83d\ude00'];
      const bytes = Buffer.from([0, 255, 1, 254, 10]);
      const encode = ({
        text,
        to,
      }: Note): { content: string | Uint8Array; destination: string | undefined } => ({
        content: text === 'bytes' ? bytes : text,
        destination: to,
      });
      const records = [...odd, 'bytes'].map((text, index) => ({
        text,
        to: index % 2 ? 'a:b*c/ü' : undefined!,
      }));
      const down = memoryBackEnd(() => ({ kind: 'retry' }), { encode });
      const first = start(down, { spool, deliveryTimeoutMillis: 50 });
      await first.deliver(records);
      await first.shutdown();
      expect(first.status().kept).to.equal(6);
      const up = memoryBackEnd(undefined, { encode });
      const second = start(up, { spool });
      await second.forceFlush();
      const events = up.requests.flatMap(({ batch }) =>
        batch.events.map((event) => [
          batch.destination,
          event.text,
          Buffer.from(event.bytes).toString('hex'),
        ]),
      );
      expect(events).to.have.deep.members(
        [...odd, bytes.toString('utf8')].map((text, index) => [
          index % 2 ? 'a:b*c/ü' : 'default',
          text,
          (index < odd.length ? Buffer.from(text) : bytes).toString('hex'),
        ]),
      );
      expect(second.status()).to.include({ inherited: 6, delivered: 6, kept: 0 });
    });

    it('counts what is not to be sent, by its reason', async () => {
      const backEnd = memoryBackEnd(undefined, {
        encode({ text, to }) {
          if (text === 'throws') throw new Error('no');
          if (text === 'nothing') return undefined;
          if (text === 'number') return 7 as never;
          if (text === 'null') return { content: null } as never;
          if (text === 'null itself') return null as never;
          return { content: text, destination: to };
        },
      });
      const delivery = start(backEnd);
      const result = await delivery.deliver([
        { text: 'throws' },
        { text: 'nothing' },
        { text: 'null' },
        { text: 'null itself' },
        { text: '' },
        { text: 'x'.repeat(501) },
        { text: 'y'.repeat(500) },
        { text: 'fine', to: 'd'.repeat(513) },
        { text: 'fine', to: '' },
        { text: 'fine', to: '\ud800' },
        { text: 'fine', to: 7 as never },
        { text: 'number' },
      ]);
      expect(result).to.deep.equal({ delivered: 1, kept: 0, lost: 10 });
      expect(delivery.status().droppedByReason).to.deep.equal({
        unserializable: 8,
        dropped_by_transform: 1,
        empty: 1,
        oversize: 1,
      });
      expect(said.join('\n'))
        .to.match(/lost \(unserializable\)/)
        .and.not.match(/dropped_by_transform/);
    });

    it('sorts a batch by time, which is now where none is given or what is given is none', async () => {
      const backEnd = memoryBackEnd();
      const before = Date.now();
      await start(backEnd).deliver([
        { text: 'later', at: 2_000.7 },
        { text: 'now' },
        { text: 'sooner', at: 1_000 },
        { text: 'never', at: Number.NaN },
      ]);
      const [{ batch }] = backEnd.requests as [MemoryBackEnd['requests'][0]];
      expect(batch.events.map(({ text }) => text)).to.deep.equal(['sooner', 'later', 'now', 'never']);
      expect(batch.events[1]!.timestamp).to.equal(2_000);
      expect(batch.events[3]!.timestamp).to.be.at.least(before);
    });
  });

  describe('batches', () => {
    it('have no more events than limits.maxEvents, and one destination', async () => {
      const backEnd = memoryBackEnd();
      await start(backEnd).deliver(notes(25).map((note, index) => ({ ...note, to: `t${index % 2}` })));
      expect(
        backEnd.requests.map(({ batch }) => [batch.destination, batch.events.length]),
      ).to.have.deep.members([
        ['t0', 10],
        ['t0', 3],
        ['t1', 10],
        ['t1', 2],
      ]);
    });

    it('have no more bytes than limits.maxBytes, counted with what each event takes beside', async () => {
      const limits = { maxEvents: 100, maxBytes: 40, maxEventBytes: 20, eventOverheadBytes: 2 };
      const backEnd = memoryBackEnd(undefined, { limits });
      await start(backEnd).deliver([{ text: 'a'.repeat(18) }, { text: 'b'.repeat(18) }, { text: 'c' }]);
      expect(backEnd.requests.map(({ batch }) => batch.events.length)).to.deep.equal([2, 1]);
    });

    it('stay within the limits when they come from disk', async () => {
      const down = memoryBackEnd(() => ({ kind: 'retry' }));
      const first = start(down, { spool, deliveryTimeoutMillis: 50 });
      await Promise.all(notes(40).map((note) => first.deliver([note])));
      await first.shutdown();
      const up = memoryBackEnd();
      await start(up, { spool }).forceFlush();
      expect(up.accepted).to.deep.equal(notes(40).map(({ text }) => text));
      expect(Math.max(...up.requests.map(({ batch }) => batch.events.length))).to.be.at.most(10);
    });

    it('that were stored under wider limits are cut', async () => {
      const down = memoryBackEnd(() => ({ kind: 'retry' }));
      const first = start(down, { spool, deliveryTimeoutMillis: 50 });
      await first.deliver(notes(10));
      await first.shutdown();
      const up = memoryBackEnd(undefined, { limits: { maxEvents: 3, maxBytes: 1_000, maxEventBytes: 500 } });
      const second = start(up, { spool });
      await second.forceFlush();
      expect(up.accepted.toSorted()).to.deep.equal(notes(10).map(({ text }) => text));
      expect(up.requests.map(({ batch }) => batch.events.length)).to.satisfy((sizes: number[]) =>
        sizes.every((size) => size <= 3),
      );
    });
  });

  describe('requests of megabytes', () => {
    const sizesOf = ({ requests }: MemoryBackEnd): number[][] =>
      requests.map(({ batch }) => batch.events.map(({ text }) => text.length));
    /** Each as long as an event may be, of other letters. */
    const large = (count: number): Note[] =>
      Array.from({ length: count }, (_, index) => ({
        text: String.fromCharCode(97 + index).repeat(LARGE.maxEventBytes),
        at: 1_000 + index,
      }));
    const { maxEventBytes: whole } = LARGE;

    it('are filled to the byte', async () => {
      const backEnd = memoryBackEnd(undefined, { limits: LARGE });
      const delivery = start(backEnd);
      expect(await delivery.deliver(large(5))).to.include({ delivered: 5 });
      expect(sizesOf(backEnd)).to.deep.equal([[whole, whole], [whole, whole], [whole]]);
      await delivery.deliver([{ text: 'x'.repeat(whole + 1) }]);
      expect(delivery.status().droppedByReason).to.deep.equal({ oversize: 1 });
    });

    it('hold as many bytes of an event that are no text', async () => {
      const limits = { ...LARGE, maxEventBytes: LARGE.maxBytes - 1 };
      const content = Buffer.alloc(limits.maxEventBytes, 7);
      const backEnd = memoryBackEnd(undefined, { limits, encode: () => content });
      const first = start(backEnd, { spool });
      expect(await first.deliver([{ text: '' }])).to.include({ delivered: 1 });
      expect(content.equals(backEnd.requests[0]!.batch.events[0]!.bytes)).to.equal(true);
    });

    it('wait in the spool while the back end is down, and come from there as they were', async () => {
      let isDown = true;
      const backEnd = memoryBackEnd(() => (isDown ? { kind: 'retry' } : ACCEPTED), { limits: LARGE });
      const delivery = start(backEnd, { spool, deliveryTimeoutMillis: 50 });
      await delivery.deliver(large(4));
      await eventually(() => delivery.status().spool?.batches === 2);
      expect(delivery.status().spool).to.include({ events: 4 });
      backEnd.requests.length = 0;
      isDown = false;
      while (delivery.status().kept > 0) await delivery.forceFlush();
      expect(sizesOf(backEnd)).to.deep.equal([
        [whole, whole],
        [whole, whole],
      ]);
      expect(backEnd.accepted.join('')).to.equal(
        large(4)
          .map(({ text }) => text)
          .join(''),
      );
    });

    it('wait in the spool for the next process, and are cut there where its limits are lower', async () => {
      const first = start(
        memoryBackEnd(() => ({ kind: 'retry' }), { limits: LARGE }),
        { spool, deliveryTimeoutMillis: 50 },
      );
      await first.deliver(large(4));
      await first.shutdown();
      const backEnd = memoryBackEnd(undefined, { limits: { ...LARGE, maxBytes: 4_000_000 } });
      const second = start(backEnd, { spool });
      await second.forceFlush();
      expect(sizesOf(backEnd)).to.deep.equal([[whole], [whole], [whole], [whole]]);
      expect(second.status()).to.include({ inherited: 4, delivered: 4, kept: 0, dropped: 0 });
    });

    it('are stored at once when the process ends', async () => {
      const hanging = memoryBackEnd(() => new Promise(() => undefined), { limits: LARGE });
      const first = start(hanging, { spool });
      await first.forceFlush();
      for (const note of large(3)) first.emit(note);
      first.storeAtOnce();
      const backEnd = memoryBackEnd(undefined, { limits: LARGE });
      await start(backEnd, { spool }).forceFlush();
      expect(sizesOf(backEnd)).to.deep.equal([[whole, whole], [whole]]);
    });

    it('are made again of what was written ahead', async () => {
      const writeAhead = { directory, fsyncIntervalMillis: 0 };
      const first = start(
        memoryBackEnd(() => ({ kind: 'retry' }), { limits: LARGE }),
        { writeAhead },
      );
      for (const note of large(4)) first.emit(note);
      await first.shutdown();
      expect(first.status()).to.include({ kept: 4, dropped: 0 });
      const backEnd = memoryBackEnd(undefined, { limits: LARGE });
      const second = start(backEnd, { writeAhead });
      while (backEnd.accepted.length < 4) await second.forceFlush();
      expect(Math.max(...sizesOf(backEnd).map((sizes) => sizes.length))).to.be.at.most(2);
      expect(new Set(backEnd.accepted)).to.deep.equal(new Set(large(4).map(({ text }) => text)));
      expect(second.status()).to.include({ inherited: 4, delivered: 4, kept: 0, dropped: 0 });
    });

    it('have what their files can hold, also where each character takes six bytes there', async () => {
      const limits = { maxEvents: 10, maxBytes: 2 ** 24, maxEventBytes: 2 ** 24 - 1 };
      const down = memoryBackEnd(() => ({ kind: 'retry' }), { limits });
      const first = start(down, { spool, deliveryTimeoutMillis: 50, shutdownTimeoutMillis: 20_000 });
      const texts = ['\u0001'.repeat(4_000_000), '\u0002'.repeat(4_000_000), '"'.repeat(2 ** 24 - 1)];
      await first.deliver(texts.map((text, index) => ({ text, at: 1_000 + index })));
      await first.deliver([{ text: '\u0003'.repeat(6_000_000) }]);
      await first.shutdown();
      expect(first.status().droppedByReason).to.deep.equal({ oversize: 1 });
      const backEnd = memoryBackEnd(undefined, { limits });
      const second = start(backEnd, { spool });
      while (second.status().kept > 0 || backEnd.accepted.length < 3) await second.forceFlush();
      expect(backEnd.accepted.map((text) => text.length)).to.have.members([
        4_000_000,
        4_000_000,
        2 ** 24 - 1,
      ]);
    });

    it('are made again of the largest events that can be written ahead', async () => {
      const limits = { maxEvents: 10, maxBytes: 2 ** 24, maxEventBytes: 2 ** 24 - 1 };
      const writeAhead = { directory, fsyncIntervalMillis: 0 };
      const first = start(
        memoryBackEnd(() => ({ kind: 'retry' }), { limits }),
        { writeAhead },
      );
      for (const sign of ['"', '\\']) first.emit({ text: sign.repeat(limits.maxEventBytes) });
      await first.shutdown();
      const backEnd = memoryBackEnd(undefined, { limits });
      const second = start(backEnd, { writeAhead });
      while (backEnd.accepted.length < 2) await second.forceFlush();
      expect(new Set(backEnd.accepted.map((text) => text[0]))).to.deep.equal(new Set(['"', '\\']));
      expect(second.status()).to.include({ inherited: 2, delivered: 2, kept: 0, dropped: 0 });
    });

    it('leave room for others while they are filled', async () => {
      const backEnd = memoryBackEnd(undefined, { limits: LARGE });
      const delivery = start(backEnd, { maxBufferBytes: LARGE.maxBytes });
      for (const note of large(4)) {
        delivery.emit({ ...note, text: note.text.slice(0, 1_500_000) });
        await new Promise(setImmediate);
      }
      expect(delivery.status().dropped).to.equal(0);
      await delivery.forceFlush();
      expect(backEnd.accepted).to.have.length(4);
    });
  });

  describe('verdicts', () => {
    it('partially_rejected counts what was not taken', async () => {
      const backEnd = memoryBackEnd(() => ({ kind: 'partially_rejected', rejected: 2, detail: 'bad field' }));
      const delivery = start(backEnd);
      expect(await delivery.deliver(notes(5))).to.deep.equal({ delivered: 3, kept: 0, lost: 2 });
      expect(delivery.status().droppedByReason).to.deep.equal({ rejected: 2 });
      expect(said.join('\n')).to.match(/2 events were rejected: bad field/);
      expect(said.join('\n')).to.match(/refused by the back end, in back end memory, destination default/);
    });

    it('partially_rejected of none is accepted', async () => {
      const delivery = start(memoryBackEnd(() => ({ kind: 'partially_rejected', rejected: 0 })));
      expect((await delivery.deliver(notes(5))).delivered).to.equal(5);
    });

    for (const rejected of [-1, 6, 1.5]) {
      it(`partially_rejected of ${rejected} of 5 can't be, and is asked again`, async () => {
        const backEnd = memoryBackEnd((_, __, number) =>
          number === 1 ? { kind: 'partially_rejected', rejected } : ACCEPTED,
        );
        const delivery = start(backEnd);
        expect((await delivery.deliver(notes(5))).delivered).to.equal(5);
        expect(delivery.status().lastError?.message).to.equal(
          `${rejected} of 5 events are said to be rejected`,
        );
      });
    }

    it('retry and throttled are made again, and the error is there', async () => {
      const backEnd = memoryBackEnd(
        (_, __, number) =>
          [
            { kind: 'retry', detail: 'HTTP 503' } as const,
            { kind: 'throttled', detail: 'HTTP 429', afterMillis: 1 } as const,
          ][number - 1] ?? ACCEPTED,
      );
      const delivery = start(backEnd);
      expect((await delivery.deliver(notes(3))).delivered).to.equal(3);
      expect(delivery.status()).to.include({ requests: 3, retries: 2, throttles: 1 });
      const { lastError } = delivery.status();
      expect(lastError).to.be.instanceOf(BackEndError);
      expect(lastError).to.include({ code: 'ERR_BACK_END', kind: 'throttled', message: 'HTTP 429' });
    });

    it('split finds the event that spoils the batch', async () => {
      const backEnd = memoryBackEnd(({ events }) =>
        events.some(({ text }) => text === 'note 6') ? { kind: 'split', detail: 'HTTP 400' } : ACCEPTED,
      );
      const delivery = start(backEnd);
      expect((await delivery.deliver(notes(10))).delivered).to.equal(9);
      expect(delivery.status().droppedByReason).to.deep.equal({ rejected: 1 });
    });

    it('refused loses the batch', async () => {
      const delivery = start(memoryBackEnd(() => ({ kind: 'refused' })));
      expect((await delivery.deliver(notes(3))).lost).to.equal(3);
      expect(delivery.status().droppedByReason).to.deep.equal({ delivery_failed: 3 });
    });

    it('denied is tried again', async () => {
      const backEnd = memoryBackEnd((_, __, number) => (number < 3 ? { kind: 'denied' } : ACCEPTED));
      expect((await start(backEnd).deliver(notes(3))).delivered).to.equal(3);
    });

    it('missing opens again', async () => {
      let opened = 0;
      const backEnd = memoryBackEnd((_, __, number) => (number === 1 ? { kind: 'missing' } : ACCEPTED), {
        open: () => {
          opened++;
        },
      });
      expect((await start(backEnd).deliver(notes(3))).delivered).to.equal(3);
      expect(opened).to.equal(2);
    });

    it('missing is kept where open can not make it, and made when it can', async () => {
      let opened = 0;
      const backEnd = memoryBackEnd((_, __, number) => (number === 1 ? { kind: 'missing' } : ACCEPTED), {
        open: () => {
          if (++opened === 2) throw new BackEndError('denied', 'no right to make it');
        },
        classify: ({ response, error }) =>
          response ?? { kind: 'denied', detail: (error as BackEndError).message },
      });
      const delivery = start(backEnd);
      expect((await delivery.deliver(notes(3))).delivered).to.equal(3);
      expect(opened).to.equal(3);
      expect(delivery.status().lastError?.message).to.equal('no right to make it');
    });

    it('unauthenticated renews the credentials, and makes the request once more at once', async () => {
      let given = 0;
      const backEnd = memoryBackEnd(
        (_, { credentials }) => (credentials === 1 ? { kind: 'unauthenticated' } : ACCEPTED),
        { authenticate: () => ({ credentials: ++given }) },
      );
      const delivery = start(backEnd);
      expect((await delivery.deliver(notes(3))).delivered).to.equal(3);
      expect(backEnd.requests.map(({ credentials }) => credentials)).to.deep.equal([1, 2]);
      expect(delivery.status()).to.include({ requests: 2, retries: 1 });
    });

    it('unauthenticated without authenticate is kept and tried again', async () => {
      const backEnd = memoryBackEnd((_, __, number) => (number < 3 ? { kind: 'unauthenticated' } : ACCEPTED));
      expect((await start(backEnd).deliver(notes(3))).delivered).to.equal(3);
      expect(backEnd.requests).to.have.length(3);
    });

    for (const [what, classify] of [
      ['throws', () => expect.fail('classify')],
      ['gives nothing', () => undefined],
      ['gives another kind', () => ({ kind: 'fine' })],
      ['asks for a wait that is none', () => ({ kind: 'retry', afterMillis: -1 })],
      ['gives part of a verdict', () => ({ kind: 'partially_rejected' })],
      ['is async', () => Promise.resolve({ kind: 'accepted' })],
      ['is async and rejects', () => Promise.reject(new Error('nobody waits for this'))],
    ] as const) {
      it(`classify that ${what} is said, and loses nothing`, async () => {
        const backEnd = memoryBackEnd();
        const { classify: right } = backEnd;
        let isRight = false;
        const delivery = start(backEnd, {
          classify: (answer) => (isRight ? right(answer) : (classify() as never)),
          deliveryTimeoutMillis: 50,
        });
        expect((await delivery.deliver(notes(2))).kept).to.equal(2);
        expect(said.join('\n')).to.match(/classify of back end memory (?:threw|gave)/);
        isRight = true;
        await delivery.forceFlush();
        expect(delivery.status().delivered).to.equal(2);
      });
    }
  });

  describe('open and authenticate', () => {
    it('run once for requests at the same time, before the first of them', async () => {
      const order: string[] = [];
      const backEnd = memoryBackEnd(
        () => {
          order.push('send');
          return ACCEPTED;
        },
        {
          authenticate: () => {
            order.push('authenticate');
            return Promise.resolve({ credentials: 'key', expiresAt: Date.now() + 3_600_000 });
          },
          open: ({ credentials }) => void order.push(`open with ${String(credentials)}`),
        },
      );
      await start(backEnd).deliver(notes(40));
      expect(order).to.deep.equal(['authenticate', 'open with key', 'send', 'send', 'send', 'send']);
    });

    it('credentials are renewed before they expire', async () => {
      let given = 0;
      const backEnd = memoryBackEnd(undefined, {
        authenticate: () => ({
          credentials: ++given,
          expiresAt: given === 1 ? Date.now() : Date.now() + 60_000,
        }),
      });
      const delivery = start(backEnd);
      await delivery.deliver(notes(1));
      await delivery.deliver(notes(1));
      await delivery.deliver(notes(1));
      expect(given).to.equal(2);
    });

    it('that fail are tried again, and no request is made meanwhile', async () => {
      let opened = 0;
      const backEnd = memoryBackEnd(undefined, {
        open: () => {
          if (++opened < 3) throw new Error('not yet');
        },
      });
      const delivery = start(backEnd);
      expect((await delivery.deliver(notes(3))).delivered).to.equal(3);
      expect(opened).to.equal(3);
      expect(backEnd.requests).to.have.length(1);
    });

    it('what they reject with is a matter of classify', async () => {
      let given = 0;
      const backEnd = memoryBackEnd(undefined, {
        authenticate: () => ({ credentials: ++given }),
        open: ({ credentials }) => {
          if (credentials === 1) throw new Error('stale');
        },
        classify: ({ response, error }) =>
          response ?? { kind: (error as Error).message === 'stale' ? 'unauthenticated' : 'retry' },
      });
      const delivery = start(backEnd);
      expect((await delivery.deliver(notes(3))).delivered).to.equal(3);
      expect(given).to.equal(2);
    });

    it('that can not work keep the events, and no flush waits for it', async () => {
      const backEnd = memoryBackEnd(undefined, {
        open: () => {
          throw new Error('no such database');
        },
        classify: () => ({ kind: 'refused', detail: 'no such database' }),
      });
      const delivery = start(backEnd, { deliveryTimeoutMillis: 50 });
      await delivery.deliver(notes(3));
      await delivery.forceFlush();
      expect(delivery.status().kept).to.equal(3);
      expect(delivery.status().lastError?.message).to.equal('no such database');
      expect(backEnd.requests).to.deep.equal([]);
    });

    it('what is still missing after open is no endless loop', async () => {
      const backEnd = memoryBackEnd(undefined, {
        open: () => {
          throw new Error('gone');
        },
        classify: () => ({ kind: 'missing' }),
      });
      const delivery = start(backEnd, { deliveryTimeoutMillis: 50 });
      expect((await delivery.deliver(notes(1))).kept).to.equal(1);
    });
  });

  describe('requests', () => {
    it('that take too long are made again, whatever classify says of errors', async () => {
      const backEnd = memoryBackEnd(
        async (_, __, number) => {
          if (number === 1) await new Promise(() => undefined);
          return ACCEPTED;
        },
        { classify: ({ response }) => response ?? { kind: 'refused' } },
      );
      const delivery = start(backEnd, { requestTimeoutMillis: 20 });
      expect((await delivery.deliver(notes(3))).delivered).to.equal(3);
      expect(delivery.status().lastError?.message).to.equal('no answer within 20 ms');
    });

    it('get a signal that aborts when their time is over', async () => {
      let aborted = 0;
      const backEnd = memoryBackEnd(async (_, { signal }, number) => {
        if (number > 1) return ACCEPTED;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        aborted++;
        throw signal.reason;
      });
      const delivery = start(backEnd, { requestTimeoutMillis: 20 });
      expect((await delivery.deliver(notes(3))).delivered).to.equal(3);
      expect(aborted).to.equal(1);
    });

    it('that are rejected are described without what the error says', async () => {
      const secret = Object.assign(new Error('password hunter2'), { code: 'ECONNREFUSED' });
      const backEnd = memoryBackEnd((_, __, number) => (number === 1 ? Promise.reject(secret) : ACCEPTED), {
        classify: ({ response }) => response ?? { kind: 'retry' },
      });
      const delivery = start(backEnd);
      await delivery.deliver(notes(1));
      expect(delivery.status().lastError?.message)
        .to.match(/ECONNREFUSED/)
        .and.not.match(/hunter2/);
      expect(said.join('\n')).not.to.match(/hunter2/);
    });

    it('stop while the breaker is open', async () => {
      let isDown = true;
      const backEnd = memoryBackEnd(() => (isDown ? { kind: 'retry' } : ACCEPTED));
      const delivery = start(backEnd, {
        circuitBreaker: { failures: 2, probeAfterMillis: 60_000 },
        deliveryTimeoutMillis: 100,
      });
      void delivery.deliver(notes(1));
      await eventually(() => delivery.status().breaker === 'open');
      const { length } = backEnd.requests;
      isDown = false;
      await delivery.forceFlush();
      expect(backEnd.requests).to.have.length(length);
      expect((await delivery.health()).problems).to.deep.equal([
        'requests are held back, because the back end did not answer',
      ]);
    });

    it('go on for ever without a breaker', async () => {
      const backEnd = memoryBackEnd((_, __, number) => (number < 30 ? { kind: 'retry' } : ACCEPTED));
      const delivery = start(backEnd, { circuitBreaker: false });
      expect((await delivery.deliver(notes(1))).delivered).to.equal(1);
    });
  });

  describe('the spool', () => {
    it('is a folder of the back end alone', async () => {
      const down = (name: string): MemoryBackEnd => memoryBackEnd(() => ({ kind: 'retry' }), { name });
      for (const name of ['one', 'two']) {
        const delivery = start(down(name), { spool, deliveryTimeoutMillis: 50 });
        await delivery.deliver(notes(3, name));
        await delivery.shutdown();
      }
      expect(readdirSync(directory).sort()).to.deep.equal(['back-end-one', 'back-end-two']);
      const one = memoryBackEnd(undefined, { name: 'one' });
      await start(one, { spool }).forceFlush();
      expect(one.accepted).to.deep.equal(notes(3, 'one').map(({ text }) => text));
    });

    it('keeps what belongs to another back end, and sends it nowhere', async () => {
      const other = start(
        memoryBackEnd(() => ({ kind: 'retry' }), { name: 'other' }),
        {
          spool,
          deliveryTimeoutMillis: 50,
        },
      );
      await other.deliver(notes(3, 'of the other'));
      await other.shutdown();
      // Somebody moves files.
      await mkdir(join(directory, 'back-end-memory'));
      await cp(join(directory, 'back-end-other'), join(directory, 'back-end-memory'), { recursive: true });
      const backEnd = memoryBackEnd();
      const delivery = start(backEnd, { spool });
      await delivery.deliver(notes(2));
      await delivery.forceFlush();
      expect(backEnd.accepted).to.deep.equal(['note 0', 'note 1']);
      expect(delivery.status()).to.include({ inherited: 3, delivered: 2, kept: 3, dropped: 0 });
      expect(said.join('\n')).to.match(/events of back-end\/other are in the spool of back end memory/);
    });

    it('gets what is in memory when the process ends at once', async () => {
      const hanging = memoryBackEnd(() => new Promise(() => undefined));
      const first = start(hanging, { spool });
      await first.forceFlush();
      void first.deliver(notes(25));
      await eventually(() => hanging.requests.length > 0);
      first.storeAtOnce();
      expect(first.status().heldEvents).to.equal(0);
      const second = memoryBackEnd();
      await start(second, { spool }).forceFlush();
      expect(second.accepted).to.deep.equal(notes(25).map(({ text }) => text));
    });

    for (const hasSpool of [true, false]) {
      it(`${hasSpool ? 'gets' : 'that is not there loses'} what waits for room then, delivered or exported`, async () => {
        const limits = { maxEvents: 1, maxBytes: 2 ** 20, maxEventBytes: 2 ** 19 };
        const hanging = memoryBackEnd(() => new Promise(() => undefined), { limits });
        const first = start(hanging, { spool: hasSpool ? spool : undefined, maxBufferBytes: 2 ** 20 });
        await first.forceFlush();
        const large = notes(9).map((note) => ({ ...note, text: note.text.padEnd(2 ** 18) }));
        const results = [first.deliver(large.slice(0, 6))];
        const exporter = createLogRecordExporter(first as unknown as LogDelivery);
        const exported: number[] = [];
        exporter.export(large.slice(6) as unknown as ReadableLogRecord[], ({ code }) => exported.push(code));
        first.storeAtOnce();
        expect(first.status()).to.include({ emitted: 9, heldEvents: 0, heldBytes: 0 });
        expect(first.status().droppedByReason).to.deep.equal(hasSpool ? {} : { shutdown: 9 });
        expect(await results[0]).to.include({ lost: hasSpool ? 0 : 6 });
        await eventually(() => exported.length === 1);
        expect(sum(first)).to.equal(0);
        if (!hasSpool) return;
        const second = memoryBackEnd(undefined, { limits });
        await start(second, { spool }).forceFlush();
        expect(second.accepted).to.have.members(large.map(({ text }) => text));
      });
    }

    it('that is not there loses and counts them', async () => {
      const hanging = memoryBackEnd(() => new Promise(() => undefined));
      const delivery = start(hanging);
      void delivery.deliver(notes(5));
      await eventually(() => hanging.requests.length > 0);
      delivery.storeAtOnce();
      expect(delivery.status().droppedByReason).to.deep.equal({ shutdown: 5 });
    });
  });

  describe('emit', () => {
    it('sends a batch when it is full, and the rest after a while', async () => {
      const backEnd = memoryBackEnd();
      const delivery = start(backEnd, { scheduledDelayMillis: 50 });
      for (const note of notes(23)) delivery.emit(note);
      expect(delivery.status()).to.include({ emitted: 23, kept: 23, heldEvents: 23 });
      await eventually(() => backEnd.accepted.length >= 20);
      await eventually(() => backEnd.accepted.length === 23);
      expect(backEnd.requests.map(({ batch }) => batch.events.length)).to.deep.equal([10, 10, 3]);
      expect(delivery.status()).to.include({ delivered: 23, kept: 0, heldEvents: 0, heldBytes: 0 });
    });

    it('cuts by bytes and by destination', async () => {
      const backEnd = memoryBackEnd();
      const delivery = start(backEnd);
      for (let index = 0; index < 6; index++) {
        delivery.emit({ text: 'x'.repeat(400), to: index % 2 ? 'a' : 'b' });
      }
      await delivery.forceFlush();
      expect(backEnd.requests.map(({ batch }) => batch.events.length)).to.have.members([2, 2, 1, 1]);
    });

    it('counts what finds no room, and never throws', async () => {
      const limits = { maxEvents: 10, maxBytes: 2 ** 20, maxEventBytes: 2 ** 19 };
      const hanging = memoryBackEnd(() => new Promise(() => undefined), { limits });
      const delivery = start(hanging, { maxBufferBytes: 2 ** 20 });
      for (let index = 0; index < 4; index++) delivery.emit({ text: 'x'.repeat(2 ** 19) });
      delivery.emit({ text: '' });
      await delivery.shutdown();
      delivery.emit({ text: 'late' });
      const { droppedByReason } = delivery.status();
      expect(droppedByReason).to.deep.equal({ queue_full: 3, empty: 1, shutdown: 2 });
    });

    it('leaves out what this package makes itself', async () => {
      const backEnd = memoryBackEnd(() => {
        delivery.emit({ text: 'of a request' });
        return ACCEPTED;
      });
      const manager = new AsyncLocalStorageContextManager().enable();
      context.setGlobalContextManager(manager);
      const delivery: LogDelivery<Note> = start(backEnd);
      try {
        delivery.emit({ text: 'of the application' });
        await delivery.forceFlush();
      } finally {
        context.disable();
      }
      expect(backEnd.accepted).to.deep.equal(['of the application']);
      expect(delivery.status().droppedByReason).to.deep.equal({ own_telemetry: 1 });
    });

    it('goes to the spool when the process ends at once', async () => {
      const first = start(
        memoryBackEnd(() => new Promise(() => undefined)),
        { spool },
      );
      // Its first look at the spool must not find what it leaves there.
      await first.forceFlush();
      for (const note of notes(5)) first.emit(note);
      first.storeAtOnce();
      const second = memoryBackEnd();
      await start(second, { spool }).forceFlush();
      expect(second.accepted).to.deep.equal(notes(5).map(({ text }) => text));
    });
  });

  describe('writeAhead', () => {
    // A disk that is slow to sync would take longer than these shutdowns may.
    let writeAhead: { directory: string; fsyncIntervalMillis: number };
    beforeEach(() => {
      writeAhead = { directory, fsyncIntervalMillis: 0 };
    });

    it('is empty once all is delivered', async () => {
      const backEnd = memoryBackEnd();
      const delivery = start(backEnd, { writeAhead });
      for (const note of notes(25)) delivery.emit(note);
      expect(delivery.status().writeAhead?.events).to.equal(25);
      await delivery.forceFlush();
      expect(delivery.status().writeAhead).to.include({ events: 0, unprotected: 0 });
      await delivery.shutdown();
      expect(readdirSync(join(directory, 'back-end-memory'))).to.deep.equal([]);
    });

    it('has what the process leaves, for the next, within the limits', async () => {
      const first = start(
        memoryBackEnd(() => ({ kind: 'retry' })),
        { writeAhead },
      );
      const emitted = notes(25).map((note, index) => ({ ...note, to: index % 2 ? 'a:b' : 'c' }));
      for (const note of emitted) first.emit(note);
      await first.shutdown();
      expect(first.status()).to.include({ kept: 25, dropped: 0 });
      const backEnd = memoryBackEnd();
      const second = start(backEnd, { writeAhead });
      await second.forceFlush();
      expect(backEnd.accepted).to.have.members(emitted.map(({ text }) => text));
      expect(backEnd.requests.map(({ batch }) => batch.destination))
        .to.include('a:b')
        .and.include('c');
      expect(Math.max(...backEnd.requests.map(({ batch }) => batch.events.length))).to.be.at.most(10);
      expect(second.status()).to.include({ inherited: 25, delivered: 25, kept: 0 });
    });

    it('keeps what finds no room in memory until there is some', async () => {
      let isDown = true;
      const limits = { maxEvents: 10, maxBytes: 2 ** 20, maxEventBytes: 2 ** 19 };
      const backEnd = memoryBackEnd(() => (isDown ? { kind: 'retry' } : ACCEPTED), { limits });
      const delivery = start(backEnd, { maxBufferBytes: 2 ** 20, writeAhead });
      for (let index = 0; index < 6; index++) delivery.emit({ text: String(index).repeat(2 ** 18) });
      expect(delivery.status()).to.include({ kept: 6, dropped: 0 });
      isDown = false;
      while (delivery.status().kept > 0) await delivery.forceFlush();
      expect(backEnd.accepted.map(([first]) => first)).to.have.members(['0', '1', '2', '3', '4', '5']);
    });

    it('hands over to the spool what can not be delivered now', async () => {
      const first = start(
        memoryBackEnd(() => ({ kind: 'retry' })),
        {
          writeAhead,
          spool,
        },
      );
      for (const note of notes(5)) first.emit(note);
      await first.shutdown();
      const { spool: stored, writeAhead: ahead, kept } = first.status();
      expect([stored?.events, ahead?.events, kept]).to.deep.equal([5, 0, 5]);
    });

    it('sends nothing of another back end', async () => {
      const other = start(
        memoryBackEnd(() => ({ kind: 'retry' }), { name: 'other' }),
        { writeAhead },
      );
      other.emit({ text: 'of the other' });
      await other.shutdown();
      await cp(join(directory, 'back-end-other'), join(directory, 'back-end-memory'), { recursive: true });
      const backEnd = memoryBackEnd();
      const delivery = start(backEnd, { writeAhead });
      await delivery.forceFlush();
      expect(backEnd.requests).to.deep.equal([]);
      expect(delivery.status()).to.include({ kept: 1, dropped: 0 });
      expect(said.join('\n')).to.match(/events of back-end\/other are in .*; they stay there/);
    });

    it('counts what somebody removes', async () => {
      const delivery = start(
        memoryBackEnd(() => ({ kind: 'retry' })),
        { writeAhead },
      );
      for (const note of notes(3)) delivery.emit(note);
      rmSync(join(directory, 'back-end-memory'), { recursive: true });
      await delivery.shutdown();
      expect(delivery.status()).to.deep.include({ kept: 0, droppedByReason: { spool_corrupt: 3 } });
    });

    it('that can not be written to makes it ill, and delivers all the same', async () => {
      const backEnd = memoryBackEnd();
      const delivery = start(backEnd, { writeAhead: { directory: '/proc/1/none' } });
      delivery.emit({ text: 'one' });
      await delivery.forceFlush();
      expect(backEnd.accepted).to.deep.equal(['one']);
      expect((await delivery.health()).problems.join()).to.match(/^records can't be written ahead/);
    });

    it('loses nothing when the process is killed', async () => {
      const child = spawn(process.execPath, [join(FIXTURES, 'killed.mjs'), directory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'close');
      const backEnd = memoryBackEnd();
      const delivery = start(backEnd, { writeAhead: { directory } });
      await delivery.forceFlush();
      while (backEnd.accepted.length < 1_000) await delivery.forceFlush();
      expect(new Set(backEnd.accepted)).to.have.property('size', 1_000);
      expect(delivery.status()).to.include({ inherited: 1_000, delivered: 1_000, kept: 0, dropped: 0 });
    });
  });

  describe('shutdown', () => {
    it('sends what is left and closes the back end, once', async () => {
      let closed = 0;
      const backEnd = memoryBackEnd(undefined, {
        close: () => {
          closed++;
        },
      });
      const delivery = start(backEnd);
      const delivering = delivery.deliver(notes(15));
      await Promise.all([delivery.shutdown(), delivery.shutdown()]);
      expect((await delivering).delivered).to.equal(15);
      expect(closed).to.equal(1);
    });

    it('takes no longer than it may for a close that hangs, and survives one that throws', async () => {
      const hanging = start(memoryBackEnd(undefined, { close: () => new Promise(() => undefined) }), {
        shutdownTimeoutMillis: 50,
      });
      await hanging.shutdown();
      const throwing = start(memoryBackEnd(undefined, { close: () => Promise.reject(new Error('no')) }));
      await throwing.shutdown();
      expect(said.join('\n')).to.match(/the back end could not be closed: Error/);
    });

    it('loses what comes after it', async () => {
      const delivery = start(memoryBackEnd());
      await delivery.shutdown();
      const { lost, error } = await delivery.deliver(notes(2));
      expect(lost).to.equal(2);
      expect(error?.message).to.equal('Delivery is shut down');
      expect(await delivery.health()).to.deep.equal({ healthy: false, problems: ['delivery is shut down'] });
    });
  });

  describe('health', () => {
    it('is well where nothing says otherwise', async () => {
      expect(await start(memoryBackEnd(), { spool }).health()).to.deep.equal({
        healthy: true,
        problems: [],
      });
    });

    it("is what the back end's own says, with its credentials", async () => {
      const asked: unknown[] = [];
      const backEnd = memoryBackEnd(undefined, {
        authenticate: () => ({ credentials: 'key' }),
        health: ({ credentials }) => {
          asked.push(credentials);
          throw new BackEndError('denied', 'HTTP 403');
        },
      });
      expect(await start(backEnd).health()).to.deep.equal({
        healthy: false,
        problems: ['memory: health: HTTP 403'],
      });
      expect(asked).to.deep.equal(['key']);
    });

    it('names the function that fails', async () => {
      const fail = (): never => {
        throw new Error('hunter2');
      };
      for (const member of ['authenticate', 'open', 'health'] as const) {
        const delivery = start(memoryBackEnd(undefined, { [member]: fail }));
        expect((await delivery.health()).problems).to.deep.equal([
          `memory: ${member}: Error (text withheld)`,
        ]);
      }
    });

    for (const [given, problem] of [
      [5, 'it must give { credentials, expiresAt }; it gave a number'],
      [undefined, 'it must give { credentials, expiresAt }; it gave undefined'],
      [
        { token: 'hunter2' },
        'it must give { credentials, expiresAt }; it gave an object without credentials',
      ],
      [
        { credentials: 'hunter2', expiresAt: 'tomorrow' },
        'expiresAt must be a number of milliseconds since 1970, or be left out; it is a string',
      ],
      [
        { credentials: 'hunter2', expiresAt: Number.NaN },
        'expiresAt must be a number of milliseconds since 1970, or be left out; it is a number',
      ],
    ] as const) {
      it(`says what is wrong with ${JSON.stringify(given)} of authenticate, and nothing is sent`, async () => {
        const backEnd = memoryBackEnd(undefined, { authenticate: () => Promise.resolve(given as never) });
        const delivery = start(backEnd, { deliveryTimeoutMillis: 50 });
        expect((await delivery.health()).problems).to.deep.equal([`memory: authenticate: ${problem}`]);
        expect(await delivery.deliver(notes(2))).to.include({ delivered: 0, kept: 2 });
        expect(backEnd.requests).to.deep.equal([]);
        expect(delivery.status().lastError?.message).not.to.match(/hunter2/);
      });
    }

    it('is ill where the spool can not be written to', async () => {
      const delivery = start(memoryBackEnd(), { spool: { directory: '/proc/1/none' } });
      const { healthy, problems } = await delivery.health();
      expect(healthy).to.equal(false);
      expect(problems.join()).to.match(/^the spool can't be written to/);
    });
  });

  for (const [what, encode] of [
    ['resolves', () => Promise.resolve('text')],
    ['rejects', () => Promise.reject(new Error('nobody waits for this'))],
  ] as const) {
    it(`counts a record of an async encode that ${what}`, async () => {
      const delivery = start(memoryBackEnd(), { encode: encode as never });
      expect(await delivery.deliver(notes(1))).to.include({ lost: 1 });
      delivery.emit({ text: 'one' });
      // What rejects without a handler is told after the tasks of this turn.
      await new Promise((resolve) => setImmediate(resolve));
      expect(delivery.status().droppedByReason).to.deep.equal({ unserializable: 2 });
      expect(said.join('\n')).to.match(/encode gave a promise, and must not be async/);
    });
  }

  it('reads what encode gives by getters of a class, and counts the record where one throws', async () => {
    class Given {
      readonly #text: string;
      constructor(text: string) {
        this.#text = text;
      }
      get content(): string {
        if (this.#text === 'note 1') throw new Error('hunter2');
        return this.#text;
      }
    }
    const backEnd = memoryBackEnd(undefined, { encode: ({ text }) => new Given(text) });
    expect(await start(backEnd).deliver(notes(2))).to.include({ delivered: 1, lost: 1 });
    expect(backEnd.accepted).to.deep.equal(['note 0']);
  });

  for (const [timestamp, what] of [
    ['yesterday', 'a string'],
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [new Date(), 'an object'],
    [null, 'null'],
  ] as const) {
    it(`sends a record whose time is ${what} with that of now, and says so`, async () => {
      const backEnd = memoryBackEnd(undefined, {
        encode: ({ text }) => ({ content: text, timestamp: timestamp as never }),
      });
      const before = Date.now();
      expect(await start(backEnd).deliver(notes(1))).to.include({ delivered: 1 });
      expect(backEnd.requests[0]?.batch.events[0]?.timestamp).to.be.within(before, Date.now());
      expect(said.join('\n')).to.include(`encode gave ${what} as timestamp`);
    });
  }

  for (const records of [undefined, null, 5, {}]) {
    it(`refuses ${JSON.stringify(records)} in the place of records`, async () => {
      const error = await start(memoryBackEnd())
        .deliver(records as never)
        .catch((thrown: unknown) => thrown as Error);
      expect(error).to.be.instanceOf(OptionError);
      expect(error)
        .to.have.property('message')
        .that.matches(/^records must be an array of records/);
    });
  }

  it('sends what is emitted, and not what encode logs, which would go on without end', async () => {
    const backEnd = memoryBackEnd();
    const { encode } = optionsOf(backEnd);
    let calls = 0;
    const delivery: LogDelivery<Note> = start(backEnd, {
      encode: (record, about) => {
        calls++;
        delivery.emit(notes(1)[0]!);
        return encode(record, about);
      },
    });
    delivery.emit(notes(1)[0]!);
    await delivery.shutdown();
    expect(calls).to.equal(1);
    expect(delivery.status()).to.deep.include({
      emitted: 2,
      delivered: 1,
      droppedByReason: { own_telemetry: 1 },
    });
  });

  it('takes none of records that throw while they are gone through', async () => {
    const delivery = start(memoryBackEnd());
    const records = function* (): Generator<Note> {
      yield notes(1)[0]!;
      throw new Error('boom');
    };
    const error: unknown = await delivery.deliver(records()).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'boom');
    expect(delivery.status()).to.include({ emitted: 0, kept: 0 });
  });

  it('shows its status as metrics', async () => {
    const metrics = new ReadableMetrics();
    const backEnd = memoryBackEnd(({ events }) =>
      events.some(({ text }) => text === 'note 1') ? { kind: 'split' } : ACCEPTED,
    );
    const delivery = start(backEnd, {
      name: 'my-store',
      meterProvider: metrics.provider,
      spool,
    });
    await delivery.deliver(notes(4));
    expect(await metrics.valuesOf('otel.sdk.exporter.log.exported')).to.deep.equal({ '': 3, rejected: 1 });
    expect(await metrics.valuesOf('log_delivery.dropped')).to.deep.equal({ rejected: 1 });
    expect(await metrics.valuesOf('log_delivery.requests')).to.deep.equal({ '': delivery.status().requests });
    const read = await metrics.read();
    const { points } = read.get('otel.sdk.exporter.log.exported')!;
    expect(points[0]!.attributes['otel.component.type']).to.equal('my_store_log_exporter');
    for (const name of [
      'held.size',
      'breaker.open',
      'spool.size',
      'spool.events',
      'spool.writable',
      'retries',
      'throttles',
    ]) {
      expect(read.get(`log_delivery.${name}`)?.points, name).to.have.length(1);
    }
    await delivery.shutdown();
    expect(await metrics.valuesOf('otel.sdk.exporter.log.inflight')).to.deep.equal({ '': 0 });
  });
});
