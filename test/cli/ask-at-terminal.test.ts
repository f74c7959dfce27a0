import { expect } from 'chai';
import { PassThrough } from 'node:stream';
import { askAtTerminal } from '../../src/cli/ask-at-terminal.js';

/** A terminal at which somebody types. */
function typing(
  text: string,
  ends = false,
): { terminal: Parameters<typeof askAtTerminal>[1]; shown: () => string } {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  setImmediate(() => (ends ? input.end(text) : input.write(text)));
  return { terminal: { input, output }, shown: () => String(output.read()) };
}

describe('askAtTerminal', () => {
  it('takes a y for a yes, and nothing else', async () => {
    const never = new AbortController().signal;
    for (const [typed, isYes] of [
      ['y\r', true],
      ['  Yes\n', true],
      ['\r', false],
      ['no\r', false],
      ['\u0004', false],
    ] as const) {
      const { terminal, shown } = typing(typed);
      expect(await askAtTerminal('Do it? ', terminal, never, () => undefined), typed).to.equal(isYes);
      expect(shown()).to.contain('Do it? ');
    }
    expect(await askAtTerminal('?', typing('y', true).terminal, never, () => undefined)).to.equal(false);
  });

  it('is interrupted by Ctrl-C, which comes as a key here', async () => {
    const interrupt = new AbortController();
    const reason = new Error('interrupted');
    const asked = askAtTerminal('?', typing('ye\u0003').terminal, interrupt.signal, () =>
      interrupt.abort(reason),
    );
    expect(await asked.catch((error: unknown) => error)).to.equal(reason);
    const again = askAtTerminal('?', typing('y\r').terminal, interrupt.signal, () => undefined);
    expect(await again.catch((error: unknown) => error)).to.equal(reason);
  });
});
