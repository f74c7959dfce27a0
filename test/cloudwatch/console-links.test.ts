import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  clientTarget,
  consoleRegion,
  isOfAws,
  isOnThisMachine,
} from '../../src/cloudwatch/client-endpoint.js';
import { consoleLinks, toJsurl } from '../../src/cloudwatch/console-links.js';

const VIEW = {
  query: 'filter @message like "ü$" | limit 5',
  logGroups: ['/apps/a', 'arn:aws:logs:eu-west-1:123456789012:log-group:/b'],
  fromMillis: Date.UTC(2026, 10, 21, 7),
  toMillis: Date.UTC(2026, 10, 21, 8),
};

/** Reads JSURL as the console does: written from the form's description, not from the writer. */
function readJsurl(text: string): unknown {
  let at = 0;
  const unescape = (raw: string): string =>
    raw.replace(/\*\*([0-9a-f]{4})|\*([0-9a-f]{2})|!/g, (match, four: string | undefined, two: string) =>
      match === '!' ? '$' : String.fromCharCode(parseInt(four ?? two, 16)),
    );
  const until = (end: RegExp): string => {
    const from = at;
    while (at < text.length && !end.test(text[at]!)) at++;
    return unescape(text.slice(from, at));
  };
  const value = (): unknown => {
    expect(text[at++]).to.equal('~');
    if (text[at] === "'") {
      at++;
      return until(/[~)]/);
    }
    if (text[at] !== '(') return JSON.parse(until(/[~)]/));
    at++;
    if (text[at] === '~') {
      const items: unknown[] = [];
      if (text.slice(at, at + 2) === '~)') at++;
      else while (text[at] === '~') items.push(value());
      at++;
      return items;
    }
    const members: [string, unknown][] = [];
    while (text[at] !== ')') {
      if (text[at] === '~') at++;
      members.push([until(/[~)]/), value()]);
    }
    at++;
    return Object.fromEntries(members);
  };
  const read = value();
  expect(at).to.equal(text.length);
  return read;
}

describe('toJsurl', () => {
  it('writes the examples of its form', () => {
    expect(toJsurl('a b$ü€')).to.equal("~'a*20b!*fc**20ac");
    expect(toJsurl({ a: [1, true, null], b: [], c: undefined })).to.equal('~(a~(~1~true~null)~b~(~))');
    expect(toJsurl(Infinity)).to.equal('~null');
  });

  it('is read back as it was', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const key = fc.string({ minLength: 1, maxLength: 10 });
    const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(key, tie('node'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        expect(readJsurl(toJsurl(value))).to.deep.equal(value);
      }),
    );
  });

  it('lets no character stand that an address or a page would take for its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(toJsurl({ text })).to.match(/^[~()'A-Za-z0-9_.*!-]*$/);
      }),
    );
  });
});

describe('consoleLinks', () => {
  it('lead to Logs Insights with query, groups and time, and to the trace', () => {
    const { insights, trace } = consoleLinks('eu-west-1', {
      ...VIEW,
      traceId: '5b8efff798038103d269b633813fc60c',
    });
    const [address, detail] = insights.split('$3FqueryDetail$3D');
    expect(address).to.equal(
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights',
    );
    expect(readJsurl(detail!)).to.deep.equal({
      end: '2026-11-21T08:00:00.000Z',
      start: '2026-11-21T07:00:00.000Z',
      timeType: 'ABSOLUTE',
      tz: 'UTC',
      editorString: VIEW.query,
      isLiveTail: false,
      source: VIEW.logGroups,
      lang: 'CWLI',
    });
    expect(trace).to.equal(
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#xray:traces/1-5b8efff7-98038103d269b633813fc60c',
    );
  });

  it('know the partitions, and no trace where there is no id of one', () => {
    expect(consoleLinks('us-gov-west-1', VIEW).insights).to.contain('.console.amazonaws-us-gov.com/');
    expect(consoleLinks('cn-north-1', VIEW).insights).to.contain('.console.amazonaws.cn/');
    expect(consoleLinks('eu-west-1', VIEW)).to.not.have.property('trace');
    expect(consoleLinks('eu-west-1', { ...VIEW, traceId: 'order-7' })).to.not.have.property('trace');
  });

  it('hold 50 groups at the most', () => {
    const logGroups = Array.from({ length: 60 }, (_, n) => `/g/${n}`);
    const detail = consoleLinks('eu-west-1', { ...VIEW, logGroups }).insights.split('$3D')[1]!;
    expect((readJsurl(detail) as { source: string[] }).source).to.have.lengthOf(50);
  });
});

describe('where a client sends to', () => {
  const clientOf = (config: object): CloudWatchLogsClient =>
    new CloudWatchLogsClient({ credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, ...config });

  it('is a console of AWS for AWS alone', async () => {
    expect(await consoleRegion(clientOf({ region: 'eu-west-1' }))).to.equal('eu-west-1');
    const vpc = 'https://vpce-1.logs.eu-west-1.vpce.amazonaws.com';
    expect(await consoleRegion(clientOf({ region: 'eu-west-1', endpoint: vpc }))).to.equal('eu-west-1');
    for (const endpoint of [
      'http://127.0.0.1:4586',
      'https://logs.example.com',
      'https://amazonaws.com.evil.test',
    ]) {
      expect(await consoleRegion(clientOf({ region: 'eu-west-1', endpoint })), endpoint).to.equal(undefined);
    }
    expect(await consoleRegion(clientOf({ region: 'x"><script>' }))).to.equal(undefined);
  });

  it('is AWS in every partition', () => {
    const hosts = [
      'logs.eu-west-1.amazonaws.com',
      'logs.cn-north-1.amazonaws.com.cn',
      'logs.eusc-de-east-1.amazonaws.eu',
      'logs.us-iso-east-1.c2s.ic.gov',
      'logs.us-isob-east-1.sc2s.sgov.gov',
      'logs.eu-isoe-west-1.cloud.adc-e.uk',
      'logs.us-isof-south-1.csp.hci.ic.gov',
      'LOGS.EU-WEST-1.API.AWS',
    ];
    expect(hosts.filter((hostname) => !isOfAws({ hostname }))).to.deep.equal([]);
    const others = ['amazonaws.com.evil.test', 'notamazonaws.com', 'amazonaws.eu.test', 'localhost'];
    expect(others.filter((hostname) => isOfAws({ hostname }))).to.deep.equal([]);
  });

  it('is this machine for loopback endpoints', async () => {
    const at = (endpoint: string): Promise<boolean> =>
      isOnThisMachine(clientOf({ region: 'eu-west-1', endpoint }));
    expect(await at('http://localhost:4566')).to.equal(true);
    expect(await at('http://[::1]:4566')).to.equal(true);
    expect(await at('https://logs.eu-west-1.amazonaws.com')).to.equal(false);
    expect(await isOnThisMachine(clientOf({ region: 'eu-west-1' }))).to.equal(false);
  });

  it('is unknown, not an error, where nothing is configured', async () => {
    expect(await clientTarget({ send: () => undefined } as never)).to.deep.equal({});
    const failing = clientOf({ region: () => Promise.reject(new Error('no region')) });
    expect(await clientTarget(failing)).to.deep.equal({});
  });
});
