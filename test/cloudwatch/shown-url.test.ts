import { expect } from 'chai';
import { maskUrlSecrets, shownUrl, withoutUrlSecrets } from '../../src/cloudwatch/shown-url.js';

describe('shownUrl', () => {
  const cases: [string, string][] = [
    ['http://h:1/x', 'http://h:1/x'],
    ['https://user:hunter2@h/x', 'https://h/x'],
    ['https://h/x?X-Amz-Signature=hunter2#hunter2', 'https://h/x'],
    ['https://h#hunter2', 'https://h'],
    ['https://user:hunter2@h?token=hunter2@x', 'https://h/'],
    ['user:hunter2@h:4586', 'h:4586'],
    ['h:4586?token=hunter2', 'h:4586'],
    ['//user:hun?ter2@h', 'h'],
    ['', ''],
  ];
  for (const [given, shown] of cases) {
    it(`shows ${given || 'nothing'} as ${shown || 'nothing'}`, () => {
      expect(shownUrl(given)).to.equal(shown);
    });
  }
});

describe('withoutUrlSecrets', () => {
  it('finds addresses in a text', () => {
    expect(
      withoutUrlSecrets("unknown option '--endpiont=http://u:hunter2@h/x?k=hunter2' (see https://h/#a)"),
    ).to.equal("unknown option '--endpiont=http://h/x' (see https://h/");
    expect(withoutUrlSecrets('no address? none')).to.equal('no address? none');
  });
});

describe('maskUrlSecrets', () => {
  it('keeps the columns', () => {
    const text = 'filter url = "https://u:p@h/x?k=hunter2" and !';
    const masked = maskUrlSecrets(text);
    expect(masked).to.equal('filter url = "https://****h/x**********" and !');
    expect(masked).to.have.length(text.length);
  });
});
