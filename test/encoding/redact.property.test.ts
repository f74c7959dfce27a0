import { expect } from 'chai';
import fc from 'fast-check';
import { type LayoutFunction, type LayoutName } from '../../src/encoding/layouts/layout.js';
import { RecordEncoder, type RecordEncoderSettings } from '../../src/encoding/record-encoder.js';
import { parseTemplate } from '../../src/encoding/template.js';
import { Losses } from '../../src/observability/losses.js';
import { listeningDiagnostics, messageOf, NOW, record } from './records.js';

/** Draws a value of an arbitrary. */
type Draw = fc.GeneratorValue;

const KEYS = ['user', 'users', 'password', 'token', 'message', 'cause', 'a b', 'ключ', '7', 'size'] as const;

/** What is not below a redacted path, between what is. */
const noise = fc.oneof(
  fc.constantFrom<unknown>(
    ...[undefined, null, 1, true, 'noise', '', NaN, 5n, Symbol('s'), /x/, new Date(0)],
  ),
  fc.anything({ maxDepth: 2, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true }),
);

/** A secret, as text that can be found in a message however it was written. */
class Secret {
  static #count = 0;
  readonly text = `s3cr3t${String(++Secret.#count).padStart(6, '0')}`;
  readonly number = 771_000_000 + Secret.#count;

  /** Says whether a message shows it, as text, as a number or as bytes. */
  isIn(message: string): boolean {
    const base64 = Buffer.from(this.text).toString('base64');
    return [this.text, String(this.number), base64.slice(0, 12)].some((text) => message.includes(text));
  }
}

/** Something below which everything is secret. */
function leaf(draw: Draw, { text, number }: Secret): unknown {
  const kinds = [
    'text',
    'number',
    'object',
    'list',
    'map',
    'bytes',
    'floats',
    'error',
    'json',
    'boxed',
    'frames',
  ];
  switch (draw(fc.constantFrom, ...kinds)) {
    case 'number':
      return number;
    case 'object':
      return { [text]: text };
    case 'list':
      return [[text], new Set([text])];
    case 'map':
      return new Map<unknown, unknown>([
        [text, 1],
        [{ key: text }, text],
      ]);
    case 'bytes':
      return Buffer.from(text);
    case 'floats':
      return new Float64Array([number]);
    case 'error':
      return new Error(text, { cause: new Error(text) });
    case 'json':
      return { toJSON: () => text };
    case 'boxed':
      return Object(text) as unknown;
    case 'frames':
      return `broken\n    at ${text} (card.js:1:1)`;
    default:
      return text;
  }
}

/** A value that has a secret where the keys lead, in one of the many shapes in which applications have it. */
function build(draw: Draw, keys: readonly string[], secret: Secret, ancestors: unknown[]): unknown {
  if (keys.length === 0) return leaf(draw, secret);
  const joined = draw(fc.integer, { min: 1, max: keys.length });
  const key = keys.slice(0, joined).join('.');
  const below = (owner: unknown): unknown => build(draw, keys.slice(joined), secret, [...ancestors, owner]);
  const value = container(draw, key, below, ancestors);
  return draw(fc.nat, 3) === 0 ? inList(draw, value) : value;
}

function container(
  draw: Draw,
  key: string,
  below: (owner: unknown) => unknown,
  ancestors: unknown[],
): unknown {
  const kinds = [
    'plain',
    'plain',
    'map',
    'getter',
    'json',
    'json of json',
    'class',
    'proxy',
    'error',
    'no prototype',
  ];
  const kind = draw<string, string[]>(fc.constantFrom, ...kinds);
  const object: Record<string, unknown> =
    kind === 'no prototype' ? (Object.create(null) as Record<string, unknown>) : {};
  for (const other of ['x', 'id', 'name'])
    if (draw(fc.boolean)) object[other] = draw<unknown, []>(() => noise);
  if (ancestors.length > 0 && draw(fc.nat, 2) === 0)
    object.up = ancestors[draw(fc.nat, ancestors.length - 1)];
  switch (kind) {
    case 'map': {
      const map = new Map<unknown, unknown>(Object.entries(object));
      return map.set(key, below(map));
    }
    case 'getter': {
      const value = below(object);
      return Object.defineProperty(object, key, { enumerable: true, get: () => value });
    }
    case 'error': {
      const error = Object.assign(new Error(key === 'message' ? '' : 'broken'), object);
      const value = below(error);
      if (key !== 'message') return Object.assign(error, { [key]: value });
      return typeof value === 'string'
        ? Object.assign(new TypeError(value), object)
        : { ...object, [key]: value };
    }
    case 'class': {
      class Account {
        readonly own = 1;
      }
      return Object.assign(new Account(), object, { [key]: below(object) });
    }
    case 'json':
      object[key] = below(object);
      return { toJSON: () => object, hidden: 1 };
    case 'json of json':
      object[key] = below(object);
      return { toJSON: () => ({ toJSON: () => object }) };
    case 'proxy':
      object[key] = below(object);
      return new Proxy(object, {});
    default:
      object[key] = below(object);
      return object;
  }
}

/** Lists are looked through, whatever they are made of. */
function inList(draw: Draw, value: unknown): unknown {
  switch (draw(fc.constantFrom, 'list', 'list of lists', 'set', 'sparse', 'json', 'proxy')) {
    case 'list of lists':
      return [1, [[value], 'x']];
    case 'set':
      return new Set(['x', value]);
    case 'sparse': {
      const list: unknown[] = [];
      list[draw(fc.nat, 40)] = value;
      return list;
    }
    case 'json':
      return { toJSON: () => [value] };
    case 'proxy':
      return new Proxy(['x', value], {});
    default:
      return ['x', value];
  }
}

function partsOf(root: string, value: unknown): Parameters<typeof record>[0] {
  if (root === 'resource') return { resource: { attributes: value } };
  if (root === 'scope') return { instrumentationScope: { name: 's', attributes: value } };
  return { [root]: value };
}

const roots = fc.constantFrom<string>('body', 'attributes', 'resource', 'scope');
const keyLists = fc.array(fc.constantFrom<string>(...KEYS), { minLength: 1, maxLength: 4 });

const LAYOUTS: readonly (LayoutName | LayoutFunction)[] = [
  'collector',
  'otlp',
  'body',
  ({ body, attributes, resource, instrumentationScope }) => ({
    body,
    attributes,
    resource: resource.attributes,
    instrumentationScope,
  }),
];

function encoder(layout: LayoutName | LayoutFunction, path: string, stream: string): RecordEncoder {
  const settings: RecordEncoderSettings = {
    logGroupName: parseTemplate('/g'),
    logStreamName: parseTemplate(stream),
    maxDestinations: 10_000,
    layout,
    resourceAttributes: 'all',
    minSeverity: undefined,
    redact: [path],
    transform: undefined,
    oversize: 'truncate',
    maxMessageBytes: 1_048_550,
    entity: true,
  };
  const { diagnostics } = listeningDiagnostics();
  return new RecordEncoder(
    { losses: new Losses(() => undefined), diagnostics, epochMillis: () => NOW, monotonicMillis: () => 0 },
    settings,
  );
}

describe('redact', () => {
  it('lets no value below its path into a message or a name, whatever holds it', () => {
    let written = 0;
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const keys = draw<string[], []>(() => keyLists);
        const root = draw<string, []>(() => roots);
        const secret = new Secret();
        const value = build(draw, keys, secret, []);
        const wild = keys.map((key) => (draw(fc.nat, 3) === 0 ? '*' : key));
        const path = [root, ...(root === 'resource' ? ['attributes'] : []), ...wild].join('.');
        const parts = partsOf(root, value);
        for (const layout of LAYOUTS) {
          const name = root === 'resource' ? 'resource' : 'attributes';
          const stream = `{${name}.${keys.join('.')}}-{service.name}`;
          const encoded = encoder(layout, path, stream).encode(record(parts));
          const shown = [
            ...(encoded?.events.map(messageOf) ?? []),
            JSON.stringify([encoded?.destination, encoded?.entity]),
          ].join('\n');
          if (shown.includes('[REDACTED]')) written++;
          if (secret.isIn(shown)) expect.fail(`${path} shows ${secret.text}: ${shown}`);
        }
      }),
      { seed: 20261126, numRuns: 3_000 },
    );
    // Were most of it left out for other reasons, nothing would be tested.
    expect(written).to.be.above(5_000);
  }).timeout(180_000);
});
