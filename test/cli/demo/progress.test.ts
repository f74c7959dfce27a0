import { expect } from 'chai';
import { type TextSink } from '../../../src/cli/command-io.js';
import { Progress } from '../../../src/cli/demo/progress.js';

describe('Progress', () => {
  function written(sink: Omit<TextSink, 'write'>, use: (progress: Progress) => void): string {
    let text = '';
    use(new Progress({ ...sink, write: (piece: string) => (text += piece) }));
    return text;
  }
  const use = (progress: Progress): void => {
    progress.show('Waiting for the exporters to make their log groups…');
    progress.print('twelve requests to the gateway');
    progress.printLines('  node --import ./spans.js gateway.js');
  };

  it('shows on a terminal what is being done, in a line that goes away and fits', () => {
    expect(written({ isTTY: true, columns: 21 }, use)).to.equal(
      '\r\u001b[KWaiting for the exp…\r\u001b[K' +
        'twelve requests to\n  the gateway\n' +
        '  node --import ./spans.js gateway.js\n',
    );
  });

  it('prints into a pipe what stays, a line each', () => {
    expect(written({}, use)).to.equal(
      'twelve requests to the gateway\n  node --import ./spans.js gateway.js\n',
    );
  });
});
