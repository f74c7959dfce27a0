import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { expect } from 'chai';
import fc from 'fast-check';
import { EventPage } from '../../../src/delivery/event-page.js';
import { PackedEvents } from '../../../src/delivery/packed-events.js';
import {
  type LayoutFunction,
  type LayoutExtras,
  type LayoutName,
  type ResourceAttributes,
} from '../../../src/encoding/layouts/layout.js';
import { createMessageWriter } from '../../../src/encoding/layouts/message-writer.js';
import { createOnePassWriter } from '../../../src/encoding/one-pass/one-pass-writer.js';
import {
  NO_REDACTION,
  parseRedactPath,
  type RecordRedaction,
  type RedactPath,
  redactionOf,
} from '../../../src/encoding/redact.js';
import { NOW, record } from '../records.js';

/** Makes a value; each writer gets one of its own, for some change when they are read. */
type Make = () => unknown;

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
  fc.constantFrom(
    '',
    'plain',
    'x'.repeat(200),
    'a "b" \\c\\',
    '\u0000\u0001\b\t\n\v\f\r\u001f\u007f\u0080\u00ff\u07ff\u0800',
  ),
  fc.constantFrom(
    '\ud800',
    '\udc00x',
    'x\ud83d',
    '\ud83d\ud83d\ude00',
    '\u2028\u2029\ufffe\uffff',
    '😀'.repeat(3000),
  ),
  fc.constantFrom(
    'é'.repeat(5000),
    `${'x'.repeat(4095)}😀\n`,
    `${'y'.repeat(4096)}"`,
    'trace\n    at f (a.js:1:1)\n',
  ),
);

const key = fc.oneof(
  fc.constantFrom(
    'a',
    'message',
    'stack',
    'token',
    'user.token',
    '7',
    '__proto__',
    'toString',
    'k'.repeat(101),
    'ключ"',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    false,
    NaN,
    Infinity,
    -Infinity,
    -0,
    0,
    -1,
    1.5,
    1e21,
    1e-7,
  ),
  fc.constantFrom<unknown>(
    9,
    10,
    99,
    999,
    1000,
    9999,
    10_000,
    99_999,
    100_000,
    999_999,
    1e6,
    2 ** 31,
    2 ** 53,
    -5e-324,
  ),
  fc.constantFrom<unknown>(
    5n,
    -(2n ** 70n),
    Symbol('s'),
    () => 1,
    new Date(0),
    new Date(NaN),
    /x"/,
    Object('boxed'),
  ),
  fc.double(),
  fc.integer(),
  text,
);

const throwing = (name: string, after = 0): Make => {
  return () => {
    let reads = 0;
    return Object.defineProperty({ a: 1 }, name, {
      enumerable: true,
      get: () => {
        if (++reads > after) throw new Error('unreadable');
        return reads;
      },
    });
  };
};

/** Values that change with each look, or whose looks fail. */
const changing: Make[] = [
  throwing('x'),
  throwing('x', 1),
  throwing('toJSON'),
  throwing('0'),
  () => {
    let count = 0;
    return {
      get count(): number {
        return ++count;
      },
      again: { toJSON: () => ({ count: ++count }) },
    };
  },
  () => ({
    get first(): string {
      delete (this as { second?: string }).second;
      return 'deletes, and adds';
    },
    second: 'deleted',
    get third(): string {
      Object.assign(this, { fourth: 'added' });
      return 'third';
    },
  }),
  () => {
    let asked = 0;
    return new Proxy<Record<string, unknown>>(
      { a: 1, b: 2 },
      {
        ownKeys: () => (++asked > 1 ? ['b'] : ['a', 'b', 'c']),
        get: (target, name) => (name === 'toJSON' ? undefined : target[String(name)]),
      },
    );
  },
  () =>
    new Proxy([1, 'x', { y: 1 }], {
      get: (target, name) => (name === '1' ? fail() : Reflect.get(target, name)) as unknown,
    }),
  () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return [proxy, 1];
  },
  () => Object.setPrototypeOf(new Uint8Array([1, 2]), Object.prototype) as unknown,
  () => Object.setPrototypeOf([1, [2]], null) as unknown,
  () => Object.assign(Object.create({ inherited: 1 }) as object, { own: 2 }),
  () => {
    const cyclic: Record<string, unknown> = { a: 1 };
    cyclic.list = [cyclic, { cyclic }, new Map([['up', cyclic]])];
    return cyclic;
  },
  () => {
    let deep: unknown = 'core';
    for (let depth = 0; depth < 99; depth++) deep = depth % 2 === 0 ? [deep] : { deep };
    return [deep, { deep }, [[deep]]];
  },
  () => Array.from({ length: 3 }).concat(new Array<unknown>(9)),
  () =>
    Object.assign(new TypeError('bad "thing"'), {
      code: 'E',
      stack: 'TypeError: bad "thing"\n    at f (a.js:1:1)',
      cause: { message: 'm', stack: 'Error: m\n    at x (y)' },
    }),
  () =>
    new Map<unknown, unknown>([
      [{ a: 1 }, 1],
      ['b', [undefined]],
      [Symbol('s'), 2],
    ]),
  () => new Set([{ token: 1 }, [2]]),
  () => ({ toJSON: () => ['x', { token: 'y' }] }),
  () => ({ toJSON: () => 'text "x"' }),
  () => ({ toJSON: fail }),
  () => [
    new Float64Array([1.5, NaN]),
    new Uint8Array([255]),
    new ArrayBuffer(2),
    new String('s'),
    new Number(1),
  ],
];

function fail(): never {
  throw new Error('unreadable');
}

const { value } = fc.letrec<{ value: Make }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar.map(
      (one): Make =>
        () =>
          one,
    ),
    fc.constantFrom(...changing),
    fc.array(tie('value'), { maxLength: 5 }).map(
      (items): Make =>
        () =>
          items.map((make) => make()),
    ),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map(
      (members): Make =>
        () =>
          Object.fromEntries(members.map(([name, make]) => [name, make()])),
    ),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((members): Make => () => {
      const made = members.map(([name, make]) => [name, make()] as const);
      return new Map(made);
    }),
  ),
}));

const plain = fc.dictionary(key, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), { maxKeys: 8 });
const attributes = fc.oneof(
  value,
  plain.map(
    (made): Make =>
      () =>
        made,
  ),
);
const span: fc.Arbitrary<Make> = fc.oneof(
  value,
  fc.record({ traceId: text, spanId: text, traceFlags: fc.oneof(fc.nat(300), scalar) }).map(
    (made): Make =>
      () =>
        made,
  ),
);
const resource = fc.oneof(
  attributes.map((make): Make => () => ({ attributes: make() })),
  attributes.map((make): Make => () => ({ attributes: make(), asyncAttributesPending: true })),
);
const scope = fc.oneof(
  value,
  fc
    .record({ name: text, version: text })
    .chain((parts) => attributes.map((make): Make => () => ({ ...parts, attributes: make() }))),
);
const time = fc.oneof(
  value,
  fc.tuple(fc.integer({ min: -1, max: 2 ** 32 }), fc.integer({ min: -1, max: 1e9 })).map(
    (made): Make =>
      () =>
        made,
  ),
);

const records = fc.record({
  hrTime: time,
  hrTimeObserved: time,
  severityNumber: fc.oneof(
    fc.integer({ min: -1, max: 25 }).map(
      (made): Make =>
        () =>
          made,
    ),
    value,
  ),
  severityText: fc.oneof(
    fc.constantFrom('INFO', '', 'ERROR2').map(
      (made): Make =>
        () =>
          made,
    ),
    value,
  ),
  body: value,
  eventName: value,
  attributes,
  droppedAttributesCount: fc.oneof(
    fc.nat(3).map(
      (made): Make =>
        () =>
          made,
    ),
    value,
  ),
  spanContext: span,
  instrumentationScope: scope,
  resource,
});

const redactPaths = fc.array(
  fc
    .tuple(
      fc.constantFrom('body', 'attributes', 'resource', 'scope'),
      fc.array(fc.constantFrom('a', '*', 'message', 'token', '0', 'deep', 'x'), { maxLength: 3 }),
    )
    .map(([root, keys]) => [root, ...keys].join('.')),
  { maxLength: 3 },
);

const layouts = fc.constantFrom<LayoutName | LayoutFunction>('collector', 'otlp', 'body', ({ body }) =>
  typeof body === 'string' ? body : { body },
);

const resourceAttributes = fc.constantFrom<ResourceAttributes>(
  'essential',
  'all',
  'none',
  ['a', 'token'],
  ['message', 'not there'],
);

/** A message, or the name of what was thrown. */
interface Written {
  readonly message?: string;
  readonly thrown?: string;
}

function attempt(write: () => string): Written {
  try {
    return { message: write() };
  } catch (error) {
    return { thrown: error instanceof Error ? error.name : typeof error };
  }
}

/** What the writer of one pass leaves on a page, behind an event that was there before. */
function onePass(
  page: EventPage,
  layout: LayoutName | LayoutFunction,
  choice: ResourceAttributes,
  redaction: RecordRedaction,
  extras: LayoutExtras = {},
): (record: ReadableLogRecord) => Written {
  const write = createOnePassWriter(layout, choice, redaction, extras);
  return (one) =>
    attempt(() => {
      const end = write(page, page.begin(NOW), one);
      const message = page.messageTo(end);
      expect(page.messageBytesTo(end)).to.equal(Buffer.byteLength(message));
      page.commit(NOW, end);
      return message;
    });
}

function made(makes: Record<string, Make>): ReadableLogRecord {
  return record(Object.fromEntries(Object.entries(makes).map(([name, make]) => [name, make()])));
}

describe('the writer of one pass', () => {
  it('writes what the careful writer writes, whatever the record, the layout and the redaction', () => {
    let same = 0;
    fc.assert(
      fc.property(
        fc.array(records, { minLength: 1, maxLength: 3 }),
        layouts,
        resourceAttributes,
        redactPaths,
        fc.boolean(),
        (makes, layout, choice, paths, xrayTraceId) => {
          const redaction =
            paths.length === 0 ? NO_REDACTION : redactionOf(paths.map(parseRedactPath) as RedactPath[]);
          const careful = createMessageWriter(layout, choice, redaction, { xrayTraceId });
          const page = new EventPage();
          const write = onePass(page, layout, choice, redaction, { xrayTraceId });
          const messages: string[] = [];
          // Twice: names, resources and scopes are remembered from the first time on.
          for (const make of [...makes, ...makes]) {
            const expected = attempt(() => careful(made(make)).toWellFormed());
            const written = write(made(make));
            expect(written.message).to.equal(expected.message);
            expect(written.thrown).to.equal(expected.thrown);
            if (written.message !== undefined) messages.push(written.message);
          }
          same += messages.length;
          if (messages.length === 0) return;
          const events = [...new PackedEvents(page)];
          expect(events).to.deep.equal(
            messages.map((message) => ({
              timestamp: NOW,
              messageJson: JSON.stringify(message),
              messageBytes: Buffer.byteLength(message),
            })),
          );
        },
      ),
      { seed: 20261126, numRuns: 1_500 },
    );
    expect(same).to.be.above(3_000);
  }).timeout(300_000);

  it('writes each member as the careful writer does where the others are ordinary', () => {
    const page = new EventPage();
    for (const layout of ['collector', 'otlp', 'body'] as const) {
      const careful = createMessageWriter(layout, 'all');
      const write = onePass(page, layout, 'all', NO_REDACTION);
      fc.assert(
        fc.property(fc.constantFrom(...MEMBERS), value, (name, make) => {
          const expected = attempt(() => careful(record({ [name]: make() })).toWellFormed());
          const written = write(record({ [name]: make() }));
          expect(written.message).to.equal(expected.message);
          expect(written.thrown).to.equal(expected.thrown);
        }),
        { seed: 20261126, numRuns: 2_000 },
      );
    }
  }).timeout(300_000);

  it('writes no member that a program gave to all objects', () => {
    const write = onePass(new EventPage(), 'collector', 'all', NO_REDACTION);
    const careful = createMessageWriter('collector', 'all');
    const one = record({ body: { own: 1, nested: { text: 'x' } }, attributes: { key: 'value' } });
    const without = careful(one);
    Object.defineProperty(Object.prototype, 'ofAll', {
      value: 1,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    let both: Written[];
    try {
      both = [write(one), { message: careful(one) }];
    } finally {
      delete (Object.prototype as { ofAll?: string }).ofAll;
    }
    expect(both).to.deep.equal([{ message: without }, { message: without }]);
  });

  it('leaves out the same of what is larger than any message', () => {
    let object: object = { leaf: 1 };
    let list: unknown[] = ['leaf'];
    for (let level = 0; level < 40; level++) {
      object = { a: object, b: object, c: 'x' };
      list = [list, list, 'x'];
    }
    const long = 'x'.repeat(1024 * 1024);
    const longs = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, long]));
    const sparse: unknown[] = [];
    sparse[500_000_000] = { token: 1 };
    const careful = createMessageWriter('collector', 'all');
    for (const body of [object, list, { longs, after: ['x', { y: 1 }] }, sparse]) {
      const page = new EventPage();
      const write = onePass(page, 'collector', 'all', NO_REDACTION);
      const [written, expected] = [write(record({ body })), careful(record({ body }))];
      expect(written.message === expected).to.equal(true);
      page.free();
    }
  }).timeout(300_000);
});

const MEMBERS = [
  'hrTime',
  'hrTimeObserved',
  'severityNumber',
  'severityText',
  'body',
  'eventName',
  'attributes',
  'droppedAttributesCount',
  'spanContext',
  'instrumentationScope',
  'resource',
] as const;
