import { expect } from 'chai';
import fc from 'fast-check';
import { type QueryableEvent } from '../../../../src/simulation/insights-ql/event-source.js';
import { discoverFields, extractField } from '../../../../src/simulation/insights-ql/values/discovery.js';
import { formatValue, Timestamp, type Value } from '../../../../src/simulation/insights-ql/values/value.js';

const REPORT =
  'REPORT RequestId: 8f507cfc-1111-4697-b07a-ac58fc914c95\tDuration: 14.97 ms\tBilled Duration: 15 ms\t' +
  'Memory Size: 128 MB\tMax Memory Used: 67 MB\tInit Duration: 211.02 ms\t\n' +
  'XRAY TraceId: 1-5e34a614-10bdxmplf1fb44f07bc535a1\tSegmentId: 07f5xmpl2d1f6f85\tSampled: true\t\n';

function event(message: string, rest: Partial<QueryableEvent> = {}): QueryableEvent {
  return {
    timestamp: 1_716_099_016_682,
    ingestionTime: 1_716_099_017_000,
    message,
    logGroupName: 'group',
    logStreamName: 'stream',
    ptr: 'pointer',
    ...rest,
  };
}

const SYSTEM = ['@timestamp', '@message', '@logStream', '@log', '@ingestionTime'];

/** What is discovered in a message, printed. */
function discovered(message: string, rest: Partial<QueryableEvent> = {}): Record<string, string | undefined> {
  const fields = discoverFields(event(message, rest));
  return Object.fromEntries(
    fields
      .names()
      .filter((name) => !SYSTEM.includes(name))
      .map((name) => [name, formatValue(fields.get(name))]),
  );
}

describe('discoverFields', () => {
  it('has the system fields', () => {
    const fields = discoverFields(event('text'), { accountId: '123456789012', region: 'eu-west-1' });
    expect(fields.names()).to.deep.equal(SYSTEM);
    expect(fields.get('@timestamp')).to.deep.equal(new Timestamp(1_716_099_016_682));
    expect(fields.get('@ingestionTime')).to.deep.equal(new Timestamp(1_716_099_017_000));
    expect(
      ['@message', '@logStream', '@log', '@ptr', '@aws.account', '@aws.region'].map((n) => fields.get(n)),
    ).to.deep.equal(['text', 'stream', '123456789012:group', 'pointer', '123456789012', 'eu-west-1']);
    expect(discoverFields(event('')).get('@log')).to.equal('000000000000:group');
    expect(fields.get('@unknown') ?? fields.get('unknown')).to.equal(null);
  });

  it('has the entity as flattened fields', () => {
    const entity = {
      keyAttributes: { Type: 'Service', Name: 'PetClinic' },
      attributes: { PlatformType: 'AWS::EC2' },
    };
    expect(discovered('text', { entity })).to.deep.equal({
      '@entity.KeyAttributes.Type': 'Service',
      '@entity.KeyAttributes.Name': 'PetClinic',
      '@entity.Attributes.PlatformType': 'AWS::EC2',
    });
    expect(discoverFields(event('text')).get('@entity.KeyAttributes.Name')).to.equal(null);
  });

  it('names nested keys with dots and list elements by position', () => {
    const message = JSON.stringify({
      level: 'info',
      user: { id: 7, 'full.name': 'Ann' },
      items: [{ id: 'a' }, ['x', 'y']],
      ok: true,
      failed: false,
      nothing: null,
      empty: {},
      none: [],
    });
    expect(discovered(message)).to.deep.equal({
      level: 'info',
      'user.id': '7',
      'user.full.name': 'Ann',
      'items.0.id': 'a',
      'items.1.0': 'x',
      'items.1.1': 'y',
      ok: '1',
      failed: '0',
    });
    const fields = discoverFields(event(message));
    expect(
      ['user', 'items', 'items.length', 'items.2', 'nothing', 'user.id.x', 'toString'].map((n) =>
        fields.get(n),
      ),
    ).to.deep.equal([null, null, null, null, null, null, null]);
  });

  it("shows a log's own key that starts with @ with one more", () => {
    const fields = discoverFields(event('{"@timestamp":"own","@m":{"x":1}}'));
    expect(fields.names().slice(5)).to.deep.equal(['@@timestamp', '@@m.x']);
    expect(fields.get('@@timestamp')).to.equal('own');
    expect(fields.get('@timestamp')).to.be.instanceOf(Timestamp);
    expect(fields.get('@m.x')).to.equal(null);
  });

  it('keeps the digits of long numbers', () => {
    const fields = discoverFields(
      event(
        '{"nanos":1716099016682000001,"text":"1716099016682000001 \\" 5","n":-0.5e3,"f":0.1234567890123456789}',
      ),
    );
    expect(fields.get('nanos')).to.equal('1716099016682000001');
    expect(fields.get('text')).to.equal('1716099016682000001 " 5');
    expect(fields.get('n')).to.equal(-500);
    expect(fields.get('f')).to.equal('0.1234567890123456789');
  });

  it('finds keys that are escaped in the text', () => {
    expect(discoverFields(event('{"tr\\u0061ce":"x"}')).get('trace')).to.equal('x');
    expect(discoverFields(event('{"a\\"b":"x"}')).get('a"b')).to.equal('x');
    expect(discoverFields(event('{"__proto__":"x","constructor":{"a":1}}')).get('__proto__')).to.equal('x');
  });

  it('discovers 200 fields of an event, and no more', () => {
    const message = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index])));
    for (const count of [199, 200]) {
      expect(discoverFields(event(message(count))).names()).to.have.length(5 + count);
    }
    const fields = discoverFields(event(message(201)));
    expect(fields.names()).to.have.length(205);
    expect(fields.get('f199')).to.equal(199);
    expect(fields.get('f200')).to.equal(null);
  });

  it('not documented: the fields discovered are the first in document order', () => {
    const list = Array.from({ length: 300 }, (_, index) => index);
    const fields = discoverFields(event(JSON.stringify({ first: { x: 'x' }, list, last: 'y' })));
    expect(fields.get('first.x')).to.equal('x');
    expect(fields.get('list.198')).to.equal(198);
    expect(fields.get('list.199')).to.equal(null);
    expect(fields.get('last')).to.equal(null);
  });

  it('not documented: of two fields with one name the first counts', () => {
    expect(discovered('{"a.b":1,"a":{"b":2}}')).to.deep.equal({ 'a.b': '1' });
    expect(discovered('{"a":{"b":2},"a.b":1}')).to.deep.equal({ 'a.b': '2' });
    expect(discovered('{"a":{"b":{}},"a.b":1}')).to.deep.equal({ 'a.b': '1' });
  });

  it('takes only objects for JSON events', () => {
    for (const message of ['[{"a":1}]', '"a"', '{"a":1', '{"a":1} trailing', 'text {"a":1}', '']) {
      expect(discovered(message), message).to.deep.equal({});
    }
    expect(discovered(' \n{"a":1}\n')).to.deep.equal({ a: '1' });
  });

  it('survives nesting without end', () => {
    const deep = '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000);
    expect(discovered(deep)).to.deep.equal({});
    expect(discoverFields(event(deep)).get(new Array(2000).fill('a').join('.'))).to.equal(null);
  });

  it('finds each field alone as among all others', () => {
    const json = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.boolean(),
        fc.string(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'a.b', 'b.a', '0', '@x', 'é'), tie('value'), {
        maxKeys: 4,
      }),
    }));
    fc.assert(
      fc.property(json.object, (object) => {
        const message = JSON.stringify(object);
        const all = discoverFields(event(message));
        for (const name of all.names().slice(5)) {
          const value = all.get(name);
          expect(value, name).to.not.equal(null);
          expect(discoverFields(event(message)).get(name), name).to.deep.equal(value);
          expect(extractField(message, name), name).to.equal(formatValue(value));
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('fields of Lambda', () => {
  it('reads REPORT lines: milliseconds, bytes with megabytes of 10^6, as Java prints doubles', () => {
    expect(discovered(REPORT)).to.deep.equal({
      '@requestId': '8f507cfc-1111-4697-b07a-ac58fc914c95',
      '@type': 'REPORT',
      '@duration': '14.97',
      '@billedDuration': '15.0',
      '@memorySize': '1.28E8',
      '@maxMemoryUsed': '6.7E7',
      '@initDuration': '211.02',
      '@xrayTraceId': '1-5e34a614-10bdxmplf1fb44f07bc535a1',
      '@xraySegmentId': '07f5xmpl2d1f6f85',
    });
    expect(discoverFields(event(REPORT)).get('@message')).to.equal(REPORT);
  });

  it('reads START and END lines', () => {
    const id = '8f507cfc-1111-4697-b07a-ac58fc914c95';
    expect(discovered(`START RequestId: ${id} Version: $LATEST\n`)).to.deep.equal({
      '@requestId': id,
      '@type': 'START',
    });
    expect(discovered(`END RequestId: ${id}\n`)).to.deep.equal({ '@requestId': id, '@type': 'END' });
  });

  it('finds the request id and the first JSON fragment of an application line', () => {
    const id = '8f507cfc-1111-4697-b07a-ac58fc914c95';
    const line = `2024-05-19T06:10:16.682Z\t${id}\tINFO\tgot {not json} {"order":{"id":7},"s":"}{"} and {"other":1}\n`;
    const fields = { '@requestId': id, 'order.id': '7', s: '}{' };
    expect(discovered(line)).to.deep.equal(fields);
    expect(discovered(`[INFO]\t${line}`)).to.deep.equal(fields);
    expect(extractField(line, 'order.id')).to.equal('7');
  });

  it('finds the request id in what Lambda writes of a failed invocation', () => {
    const logGroupName = '/aws/lambda/fn';
    const id = '8f507cfc-1111-4697-b07a-ac58fc914c95';
    for (const line of [
      `2024-05-19T06:10:16.682Z ${id} Task timed out after 3.00 seconds\n\n`,
      `RequestId: ${id} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n`,
    ]) {
      expect(discovered(line, { logGroupName })).to.deep.equal({ '@requestId': id });
      // Elsewhere such a line may be anybody's.
      expect(discovered(line)).to.deep.equal({});
    }
    expect(discovered(`see ${id} Task timed out`, { logGroupName })).to.deep.equal({});
  });

  it("takes the lines of a Lambda function's group for Lambda's", () => {
    const logGroupName = '/aws/lambda/fn';
    expect(discovered('done {"a":1}', { logGroupName })).to.deep.equal({ a: '1' });
    expect(discovered('no json { here', { logGroupName })).to.deep.equal({});
    expect(discovered('{"@x":1,"requestId":"r"}', { logGroupName })).to.deep.equal({
      '@@x': '1',
      requestId: 'r',
    });
    expect(discovered('done {"a":1}')).to.deep.equal({});
    expect(extractField('done {"a":1}', 'a', logGroupName)).to.equal('1');
    expect(extractField('done {"a":1}', 'a')).to.equal(undefined);
  });

  it('gives up on a line of opening braces', () => {
    expect(discovered(`${'{'.repeat(200_000)}"a":1}`, { logGroupName: '/aws/lambda/fn' })).to.deep.equal({});
  });
});

describe('fields of VPC flow logs and Route 53', () => {
  it('not documented how they are recognised: by the shape of the line', () => {
    expect(
      discovered(
        '2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK',
      ),
    ).to.deep.equal({
      version: '2',
      accountId: '123456789010',
      interfaceId: 'eni-1235b8ca123456789',
      srcAddr: '172.31.16.139',
      dstAddr: '172.31.16.21',
      srcPort: '20641',
      dstPort: '22',
      protocol: '6',
      packets: '20',
      bytes: '4249',
      startTime: '1418530010',
      endTime: '1418530070',
      action: 'ACCEPT',
      logStatus: 'OK',
    });
    expect(
      discovered('2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA'),
    ).to.include({ logStatus: 'NODATA', srcAddr: '-' });
    expect(
      discovered(
        '1.0 2017-12-13T08:16:02.130Z Z123412341234 example.com A NOERROR UDP SFO5 192.168.1.1 192.168.222.0/24',
      ),
    ).to.deep.equal({
      version: '1.0',
      queryTimestamp: '2017-12-13T08:16:02.130Z',
      hostZoneId: 'Z123412341234',
      queryName: 'example.com',
      queryType: 'A',
      responseCode: 'NOERROR',
      protocol: 'UDP',
      edgeLocation: 'SFO5',
      resolverIp: '192.168.1.1',
      ednsClientSubnet: '192.168.222.0/24',
    });
  });

  it('takes no other line for one of them', () => {
    expect(discovered('2 apples and 3 pears')).to.deep.equal({});
    expect(discoverFields(event('2 apples')).get('version')).to.equal(null);
    expect(discoverFields(event('{"version":3}')).get('version')).to.equal(3);
  });
});

describe('extractField', () => {
  it('prints values as results do', () => {
    const values: [Value, string | undefined][] = [
      ['x', 'x'],
      [5, '5'],
      [true, '1'],
      [null, undefined],
    ];
    for (const [value, text] of values) {
      expect(extractField(JSON.stringify({ field: value }), 'field')).to.equal(text);
    }
    expect(extractField(REPORT, '@requestId')).to.equal('8f507cfc-1111-4697-b07a-ac58fc914c95');
    expect(extractField('text', 'field')).to.equal(undefined);
  });
});
