import { expect } from 'chai';
import type * as Errors from '../../src/cloudwatch/errors.js';
import { CloudWatchLogsError, OptionError, show } from '../../src/cloudwatch/errors.js';

describe('OptionError', () => {
  it('names the option, the rule and the value', () => {
    const error = new OptionError('concurrency', 'be a whole number from 1 to 50', 0);
    expect(error.message).to.equal('concurrency must be a whole number from 1 to 50; it is 0');
    expect(error).to.include({ name: 'OptionError', code: 'ERR_OPTION', option: 'concurrency' });
  });

  it('holds what its message is made of', () => {
    const rule = 'be a whole number from 1 to 50';
    expect(new OptionError('concurrency', rule, '0')).to.include({
      option: 'concurrency',
      rule,
      value: '"0"',
    });
    expect(new OptionError('a', 'be b', undefined)).to.include({ rule: 'be b', value: 'undefined' });
    expect(new OptionError('apiKey', 'be a key').value).to.equal(undefined);
  });

  it('shows no value when none is given', () => {
    expect(new OptionError('credentials', 'be an object').message).to.equal('credentials must be an object');
  });
});

describe('CloudWatchLogsError', () => {
  it('is recognised across two loaded copies of the package', async () => {
    const url = new URL('../../src/cloudwatch/errors.js?copy', import.meta.url);
    const copy = (await import(url.href)) as typeof Errors;
    expect(copy.CloudWatchLogsError).not.to.equal(CloudWatchLogsError);
    expect(new copy.OptionError('a', 'be b')).to.be.instanceOf(CloudWatchLogsError);
    expect(new OptionError('a', 'be b')).to.be.instanceOf(copy.CloudWatchLogsError);
  });

  it('takes no other value for one of its own', () => {
    for (const value of [undefined, null, 'x', {}, new Error('x')])
      expect(value instanceof CloudWatchLogsError).to.equal(false);
    expect(new CloudWatchLogsError('ERR_X', 'x')).not.to.be.instanceOf(OptionError);
  });

  it('keeps its cause', () => {
    const cause = new Error('below');
    expect(new CloudWatchLogsError('ERR_X', 'x', { cause }).cause).to.equal(cause);
  });
});

describe('show', () => {
  it('prints any value on one short line', () => {
    class Client {
      region = '';
    }
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const cases: [unknown, string][] = [
      ['a"b', '"a\\"b"'],
      [undefined, 'undefined'],
      [null, 'null'],
      [12n, '12'],
      [NaN, 'NaN'],
      [[1, 'x'], '[1,"x"]'],
      [{ a: 1 }, '{"a":1}'],
      [new Client(), 'an instance of Client'],
      [
        function send() {
          return 0;
        },
        'function send',
      ],
      [() => undefined, 'function (anonymous)'],
      [Symbol('s'), 'Symbol(s)'],
      [Object.create(null), '{}'],
      [cyclic, '[object Array]'],
      ['\u001b[31m', '"\\u001b[31m"'],
      ['a\u2028b', '"a b"'],
    ];
    for (const [value, text] of cases) expect(show(value)).to.equal(text);
    expect(show('x'.repeat(500))).to.have.length(120);
  });

  it('never throws', () => {
    const hostile = {
      get constructor(): never {
        throw new Error('no');
      },
    };
    expect(show(hostile)).to.equal('[object Object]');
  });
});
