import { expect } from 'chai';
import { type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { CIRCULAR, UNREADABLE } from '../../src/cloudwatch/json-marks.js';
import { jsonText, LEFT_OUT, MAX_JSON_VALUES } from '../../src/encoding/json-text.js';
import {
  parseRedactPath,
  type RedactPath,
  REDACTED,
  type Redaction,
  redactionOf,
} from '../../src/encoding/redact.js';
import { createRedactor, type Redactor } from '../../src/encoding/redacted-view.js';
import { record, RESOURCE } from './records.js';

function redactorOf(paths: string[]): Redactor {
  return createRedactor(redactionOf(paths.map(parseRedactPath) as RedactPath[]));
}

function redacted(paths: string[], parts: Parameters<typeof record>[0]): ReadableLogRecord {
  return redactorOf(paths).view(record(parts));
}

function bodyRedaction(...paths: string[]): Redaction {
  return redactionOf(paths.map(parseRedactPath) as RedactPath[]).body!;
}

describe('createRedactor', () => {
  it('replaces a value and leaves the record alone', () => {
    const attributes = { password: 'p', other: { x: 1 } };
    const view = redacted(['attributes.password'], { attributes });
    expect(view.attributes).to.deep.equal({ password: REDACTED, other: { x: 1 } });
    expect(attributes.password).to.equal('p');
    expect(view).to.include({ body: 'hello', resource: RESOURCE });
  });

  it('takes keys with dots and nested keys for the same', () => {
    const paths = ['attributes.http.request.header.authorization'];
    const nested = { http: { 'request.header': { authorization: 'Bearer x', accept: '*' } } };
    expect(redacted(paths, { attributes: nested }).attributes).to.deep.equal({
      http: { 'request.header': { authorization: REDACTED, accept: '*' } },
    });
    const flat = { 'http.request.header.authorization': 'x', 'http.request.header.accept': '*' };
    expect(redacted(paths, { attributes: flat }).attributes).to.deep.equal({
      'http.request.header.authorization': REDACTED,
      'http.request.header.accept': '*',
    });
  });

  it('redacts all that lies below a path', () => {
    const attributes = { 'user.email': 'e', user: { email: { work: 'w' } }, users: 1 };
    expect(redacted(['attributes.user'], { attributes }).attributes).to.deep.equal({
      'user.email': REDACTED,
      user: REDACTED,
      users: 1,
    });
  });

  it('takes * for any one key', () => {
    const body = { a: { token: 1, x: 2 }, 'b.token': 3, c: 4 };
    expect(redacted(['body.*.token'], { body }).body).to.deep.equal({
      a: { token: REDACTED, x: 2 },
      'b.token': REDACTED,
      c: 4,
    });
    expect(redacted(['attributes.*'], { attributes: { a: 1, b: null } }).attributes).to.deep.equal({
      a: REDACTED,
      b: null,
    });
  });

  it('looks through arrays and sets, by position too', () => {
    const body = {
      users: [{ email: 1 }, { email: 2, name: 'n' }, [{ email: 3 }]],
      set: new Set([{ email: 4 }]),
    };
    expect(redacted(['body.users.email', 'body.set.email'], { body }).body).to.deep.equal({
      users: [{ email: REDACTED }, { email: REDACTED, name: 'n' }, [{ email: REDACTED }]],
      set: [{ email: REDACTED }],
    });
    expect(redacted(['body.1'], { body: ['a', 'b'] }).body).to.deep.equal(['a', REDACTED]);
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(redacted(['body.x'], { body: cyclic }).body).to.deep.equal([CIRCULAR]);
    let deep: unknown = { x: 1 };
    for (let depth = 0; depth < 70; depth++) deep = [deep];
    expect(JSON.stringify(redacted(['body.x'], { body: deep }).body)).to.include(REDACTED);
  });

  it('ends for an array that holds itself twice', () => {
    const twice: unknown[] = [1, { secret: 's' }];
    twice.push(twice, twice);
    expect(redacted(['attributes.a.secret'], { attributes: { a: twice } }).attributes).to.deep.equal({
      a: [1, { secret: REDACTED }, CIRCULAR, CIRCULAR],
    });
  });

  it('bounds what arrays shared many times become, and sends nothing beyond unredacted', () => {
    let shared: unknown = [{ secret: 'plain' }];
    for (let level = 0; level < 40; level++) shared = [shared, shared];
    for (const path of ['attributes.a.secret', 'attributes.a.*.*.*.secret', 'attributes.a.secret.x']) {
      const paths = [path, 'attributes.a.secret'];
      const view = redacted(paths, { attributes: { a: shared, b: { secret: 'plain' } } });
      const text = jsonText(view.attributes)!;
      expect(text.replace('"b":{"secret":"plain"}', '')).to.include(REDACTED).and.not.include('plain');
    }
  }).timeout(120_000);

  it('does not show a redacted value through a reference back to its owner', () => {
    const account: Record<string, unknown> = { secret: 'plain', child: { name: 'c' } };
    (account.child as Record<string, unknown>).list = [new Map([['owner', account]])];
    const { attributes } = redacted(['attributes.account.secret'], { attributes: { account } });
    expect(attributes).to.deep.equal({
      account: { secret: REDACTED, child: { name: 'c', list: [{ owner: CIRCULAR }] } },
    });
    const unshared = { list: [{ x: 1 }] };
    const kept = redacted(['attributes.secret'], { attributes: { secret: 1, unshared } }).attributes;
    expect(kept.unshared).to.deep.equal(unshared);
  });

  it('redacts the message of an error in its stack too', () => {
    const error = new Error('card 4111\n    at secret (card.js:1:1)');
    const changed = new Error('wording of before');
    changed.message = 'second';
    const attributes = {
      error,
      changed,
      'exception.message': 'card 4111',
      'exception.stacktrace': 'TypeError: card 4111\n    at f (a.js:1:1)\n    at g (a.js:2:2)',
      exception: { message: 'm', stacktrace: 5 },
    };
    const view = redacted(
      ['attributes.error.message', 'attributes.changed.message', 'attributes.exception.message'],
      { attributes },
    ).attributes as unknown as Record<string, Record<string, string>>;
    expect(view.error!.message).to.equal(REDACTED);
    expect(view.error!.stack)
      .to.match(/^\[REDACTED\]\n {4}at /)
      .and.include('redact.test');
    expect(view.changed!.stack)
      .to.match(/^\[REDACTED\]\n {4}at /)
      .and.not.include('wording of before');
    expect(view['exception.stacktrace']).to.equal(`${REDACTED}\n    at f (a.js:1:1)\n    at g (a.js:2:2)`);
    expect(view.exception).to.deep.equal({ message: REDACTED, stacktrace: 5 });
    expect(JSON.stringify(view)).to.not.include('4111').and.not.include('secret');
    const stackOnly = redacted(['body.stack'], { body: error }).body as unknown as Error;
    expect(stackOnly).to.include({ message: error.message, stack: REDACTED });
  });

  it('redacts a whole body, attributes or resource', () => {
    const view = redacted(['body', 'attributes', 'resource', 'scope'], {
      attributes: { a: 1 },
      instrumentationScope: { name: 's', attributes: { b: 1 } },
    });
    expect(view.body).to.equal(REDACTED);
    expect(view.attributes).to.deep.equal({});
    expect(view.resource.attributes).to.deep.equal({});
    expect(view.instrumentationScope).to.deep.equal({ name: 's', attributes: {} });
    expect(redacted(['body'], { body: undefined }).body).to.equal(undefined);
  });

  it('redacts resource and scope once for each', () => {
    const redactor = redactorOf(['resource.attributes.service.name', 'scope.attributes.key']);
    const redact = (one: ReadableLogRecord): ReadableLogRecord => redactor.view(one);
    const scope = { name: 's', attributes: { key: 1, other: 2 } };
    const [a, b] = [
      redact(record({ instrumentationScope: scope })),
      redact(record({ instrumentationScope: scope })),
    ];
    expect(a.resource.attributes).to.deep.equal({ 'service.name': REDACTED, 'service.instance.id': 'i-1' });
    expect(a.resource).to.equal(b.resource);
    expect(a.instrumentationScope).to.deep.equal({ name: 's', attributes: { key: REDACTED, other: 2 } });
    expect(redact(record()).instrumentationScope).to.deep.equal({ name: 'test', version: '1.0' });
    expect(RESOURCE.attributes['service.name']).to.equal('orders');
  });

  it('redacts what maps, errors, getters and toJSON give', () => {
    const error = Object.assign(new Error('secret'), { code: 'E' });
    const body = {
      map: new Map([['token', 'x']]),
      error,
      json: { toJSON: () => ({ token: 'x', rest: 1 }) },
      get token(): string {
        return 'x';
      },
      bytes: new Uint8Array([1]),
      date: new Date(0),
    };
    const view = redacted(['body.*.token', 'body.*.message', 'body.token', 'body.*.stack'], { body }).body;
    expect(view).to.deep.include({
      map: { token: REDACTED },
      json: { token: REDACTED, rest: 1 },
      token: REDACTED,
    });
    expect((view as Record<string, unknown>).error).to.deep.equal({
      type: 'Error',
      message: REDACTED,
      stack: REDACTED,
      code: 'E',
    });
    expect(view).to.include({ bytes: 'AQ==', date: '1970-01-01T00:00:00.000Z' });
  });

  it('lets nothing through that it can’t look into', () => {
    const body = {
      a: { toJSON: () => 'token=x' },
      b: {
        toJSON: () => {
          throw new Error('no');
        },
      },
      c: {
        get other(): never {
          throw new Error('no');
        },
        token: 1,
      },
    };
    expect(redacted(['body.*.token'], { body }).body).to.deep.equal({
      a: UNREADABLE,
      b: UNREADABLE,
      c: { other: UNREADABLE, token: REDACTED },
    });
  });
});

describe('jsonText with a redaction', () => {
  it('looks into the list that a toJSON gives, and into what its items give', () => {
    const list = (...items: unknown[]): object => ({ toJSON: () => items });
    const users = list({ password: 'p1' }, list({ password: 'p2', name: 'n' }));
    expect(jsonText({ users }, bodyRedaction('body.users.password'))).to.equal(
      '{"users":[{"password":"[REDACTED]"},[{"password":"[REDACTED]","name":"n"}]]}',
    );
    expect(jsonText(list({ password: 'p' }), bodyRedaction('body.password'))).to.equal(
      '[{"password":"[REDACTED]"}]',
    );
  });

  it('redacts items of sets and typed arrays by position', () => {
    const value = { set: new Set(['a', 'b']), floats: new Float32Array([1, 2]) };
    expect(jsonText(value, bodyRedaction('body.set.1', 'body.floats.0'))).to.equal(
      '{"set":["a","[REDACTED]"],"floats":["[REDACTED]",2]}',
    );
  });

  it('writes no more of a sparse list than of any other, and reads no more of it', () => {
    const usersById: unknown[] = [];
    usersById[500_000_000] = { token: 'secret' };
    let reads = 0;
    const counted = new Proxy(usersById, {
      get: (target, name, receiver) => {
        if (name !== 'length') reads++;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    const text = jsonText({ counted }, bodyRedaction('body.*.token'))!;
    expect(text).to.include(LEFT_OUT).and.not.include('secret');
    expect(reads).to.be.within(MAX_JSON_VALUES - 2, MAX_JSON_VALUES + 2);
  });

  it('writes no more of a set or a map that never ends', () => {
    class Endless extends Set<unknown> {
      override *[Symbol.iterator](): SetIterator<unknown> {
        for (;;) yield { token: 'secret' };
      }
    }
    class EndlessMap extends Map<unknown, unknown> {
      override *[Symbol.iterator](): MapIterator<[unknown, unknown]> {
        for (let key = 0; ; key++) yield [{ key }, { token: 'secret' }];
      }
    }
    for (const value of [new Endless(), new EndlessMap()]) {
      expect(jsonText({ value }, bodyRedaction('body.value.token', 'body.value.*.token')))
        .to.include(LEFT_OUT)
        .and.not.include('secret');
    }
  }).timeout(120_000);

  it('keeps nothing of a stack whose message it can’t see', () => {
    const paths = bodyRedaction('body.error.message', 'body.error.note');
    const stack = 'Error: card\n    at card (4111)\n    at f (a.js:1:1)';
    const text = (value: unknown): string => jsonText({ error: value }, paths)!;
    expect(text({ stack })).to.equal('{"error":{"stack":"[REDACTED]"}}');
    expect(text(new Map([['stack', stack]]))).to.equal('{"error":{"stack":"[REDACTED]"}}');
    expect(text({ message: {}, stack: [stack, 5] })).to.equal(
      '{"error":{"message":"[REDACTED]","stack":["[REDACTED]",5]}}',
    );
    const map = new Map([
      ['message', 'card\n    at card (4111)'],
      ['stacktrace', stack],
    ]);
    expect(JSON.parse(text(map))).to.deep.equal({
      error: { message: REDACTED, stacktrace: `${REDACTED}\n    at f (a.js:1:1)` },
    });
  });

  it('tells keys apart that look like several', () => {
    const paths = bodyRedaction('body.message', 'body.stack ', 'body.a,b');
    expect(jsonText({ 'stack ': 's', 'a,b': 1, a: 2, b: 3 }, paths)).to.equal(
      '{"stack ":"[REDACTED]","a,b":"[REDACTED]","a":2,"b":3}',
    );
  });

  it('holds for more keys than it remembers, and for long ones', () => {
    const paths = bodyRedaction('body.*.token', `body.${'k'.repeat(200)}`);
    const body: Record<string, unknown> = { ['k'.repeat(200)]: 'secret' };
    for (let key = 0; key < 5_000; key++) body[`key${key}`] = { token: 'secret', key };
    for (let time = 0; time < 2; time++) {
      expect(jsonText(body, paths)).to.include('"key":4999').and.not.include('secret');
    }
  });
});

describe('parseRedactPath', () => {
  it('refuses roots that it does not know and empty names', () => {
    expect(parseRedactPath('password')).to.equal('begin with one of body, attributes, resource, scope');
    expect(parseRedactPath('body..x')).to.equal('have a name or * between its dots');
    expect(parseRedactPath('')).to.be.a('string');
  });
});
