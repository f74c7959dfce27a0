import { expect } from 'chai';
import {
  checkOption,
  httpAuthorization,
  type HttpCredentials,
  httpUrl,
  OptionError,
} from '../../src/base/index.js';

describe('checkOption', () => {
  it('throws what names option, rule and value, and lets pass what is right', () => {
    checkOption(true, 'size', 'be above 0', 1);
    expect(() => {
      checkOption(false, 'size', 'be above 0', -1);
    }).to.throw(OptionError, /^size must be above 0; it is -1$/);
  });

  it('shows no value where none is given', () => {
    expect(() => {
      checkOption(false, 'token', 'be a text');
    }).to.throw(OptionError, /^token must be a text$/);
  });
});

describe('httpUrl', () => {
  it('puts the path of the API behind that of the address', () => {
    const of = (address: string | URL, path?: string): string => httpUrl('url', address, path).href;
    expect(of('http://localhost:3100')).to.equal('http://localhost:3100/');
    expect(of('http://localhost:3100', 'api/push')).to.equal('http://localhost:3100/api/push');
    expect(of('https://proxy.example/loki', 'api/push')).to.equal('https://proxy.example/loki/api/push');
    expect(of('https://proxy.example/loki/', 'v2/entries:write')).to.equal(
      'https://proxy.example/loki/v2/entries:write',
    );
    expect(of(new URL('https://proxy.example?key=1'), 'push')).to.equal('https://proxy.example/push?key=1');
  });

  for (const address of ['', 'logs.example', 'localhost:3100', 'ftp://logs.example', undefined, 7]) {
    it(`refuses ${String(address)}, and shows it`, () => {
      expect(() => httpUrl('url', address as string)).to.throw(
        OptionError,
        /^url must be an address like https:\/\/logs.example; it is ./,
      );
    });
  }

  for (const address of ['https://ann:secret@logs.example', 'https://secret@logs.example', 'secret@logs']) {
    it(`refuses ${address}, and does not show it`, () => {
      expect(() => httpUrl('url', address)).to.throw(OptionError, /^url must be an address(?!.*secret)/);
    });
  }
});

describe('httpAuthorization', () => {
  it('makes a header of a user with its password, of a token, and none of nothing', () => {
    const basic = `Basic ${Buffer.from('ann:sé:cret').toString('base64')}`;
    expect(httpAuthorization({ username: 'ann', password: 'sé:cret' })).to.deep.equal({
      authorization: basic,
    });
    expect(httpAuthorization({ token: 'abc' })).to.deep.equal({ authorization: 'Bearer abc' });
    expect(httpAuthorization({ username: undefined })).to.deep.equal({});
  });

  for (const [credentials, message] of [
    [{ username: 'ann' }, /^password must stand with username$/],
    [{ password: 'secret' }, /^username must stand with password$/],
    [{ username: 'ann', password: 'secret', token: 'abc' }, /^token must stand without username/],
    [{ username: 'a:b', password: 'secret' }, /^username must be a text without colon$/],
    [{ username: 'ann', password: 7 }, /^password must be a text$/],
    [{ username: 'ann', password: null }, /^password must be a text$/],
    [{ token: '' }, /^token must be a text of letters/],
    [{ token: 'secret\n' }, /^token must be a text of letters, digits and signs of ASCII$/],
  ] as const) {
    it(`refuses ${JSON.stringify(credentials)}`, () => {
      expect(() => httpAuthorization(credentials as HttpCredentials)).to.throw(OptionError, message);
    });
  }
});
