import { expect } from 'chai';
import { layOutHelp } from '../../src/cli/lay-out-help.js';

describe('layOutHelp', () => {
  it('puts lines of prose together and breaks them anew', () => {
    expect(layOutHelp('\none two\nthree\n\nfour\n', 9)).to.equal('\none two\nthree\n\nfour\n');
    expect(layOutHelp('\none two\nthree\n\nfour\n', 13)).to.equal('\none two three\n\nfour\n');
  });

  it('leaves commands whole, with a comment that has no room before them', () => {
    const text = 'Examples:\n  otel-cwlogs tail -g /apps/orders     # the newest 10 events\n';
    expect(layOutHelp(text, 80)).to.equal(text);
    expect(layOutHelp(text, 20)).to.equal(
      'Examples:\n  # the newest 10\n  # events\n  otel-cwlogs tail -g /apps/orders\n',
    );
  });

  it('goes on with the usage under its own', () => {
    expect(layOutHelp('Usage: otel-cwlogs trace [options] <trace-id>', 30)).to.equal(
      'Usage: otel-cwlogs trace\n       [options] <trace-id>',
    );
  });
});
