import { expect } from 'chai';
import { observeRequests } from '../../src/delivery/observed-sender.js';
import { type Outcome } from '../../src/delivery/outcome.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';
import { type RequestObserver } from '../../src/observability/request-observer.js';
import { batch } from './builders.js';

const accepted: Outcome = { kind: 'accepted', rejected: [] };

describe('observeRequests', () => {
  it('answers what the sender does when the observer throws, and says so', async () => {
    const said: string[] = [];
    const note = (message: string): void => void said.push(message);
    const diagnostics = new Diagnostics({ logger: { error: note, warn: note, info: note, debug: note } });
    const observer: RequestObserver = () => {
      throw new Error('no histogram');
    };
    const sender = { send: () => Promise.resolve(accepted) };
    const observed = observeRequests(sender, observer, { monotonicMillis: () => 0, diagnostics });
    const { signal } = new AbortController();
    expect(await observed.send(batch(['a']), signal, undefined)).to.equal(accepted);
    expect(said).to.have.lengthOf(1);
    expect(said[0]).to.contain('a request could not be measured: Error (text withheld)');
  });
});
