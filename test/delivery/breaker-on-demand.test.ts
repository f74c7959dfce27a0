import { expect } from 'chai';
import { type Breaker } from '../../src/delivery/breaker.js';
import { BreakerOnDemand } from '../../src/delivery/breaker-on-demand.js';
import { EndpointBreaker } from '../../src/delivery/circuit-breaker.js';
import { type Outcome } from '../../src/delivery/outcome.js';
import { Diagnostics } from '../../src/observability/diagnostics.js';

const FAILED: Outcome = { kind: 'retry', cause: 'retry', error: new Error('refused') };
const THROTTLED: Outcome = { kind: 'retry', cause: 'throttled', error: new Error('slow down') };
const ACCEPTED: Outcome = { kind: 'accepted', rejected: [] };

describe('BreakerOnDemand', () => {
  let loads: number;
  let finishLoading: () => void;
  let failLoading: (error: unknown) => void;
  let warnings: string[];

  function create(failures = 3): BreakerOnDemand {
    loads = 0;
    warnings = [];
    const diagnostics = new Diagnostics();
    diagnostics.warn = (_key: string, text: string) => void warnings.push(text);
    const loading = new Promise<void>((resolve, reject) => {
      finishLoading = resolve;
      failLoading = reject;
    });
    return new BreakerOnDemand({
      diagnostics,
      async load(): Promise<Breaker> {
        loads++;
        await loading;
        return new EndpointBreaker(
          { diagnostics, monotonicMillis: () => 0 },
          { failures, probeAfterMillis: 5_000 },
        );
      },
    });
  }
  const answer = (breaker: BreakerOnDemand, outcome: Outcome): Promise<unknown> =>
    breaker.run(() => Promise.resolve(outcome));
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('loads nothing while requests succeed or are throttled', async () => {
    const breaker = create();
    expect(await answer(breaker, ACCEPTED)).to.equal(ACCEPTED);
    expect(await answer(breaker, THROTTLED)).to.equal(THROTTLED);
    expect(loads).to.equal(0);
    expect(breaker.state).to.equal('closed');
  });

  it('is loaded once, by the first failure, and hears of those that came before it was there', async () => {
    const breaker = create(3);
    for (let failure = 0; failure < 3; failure++) expect(await answer(breaker, FAILED)).to.equal(FAILED);
    expect(loads).to.equal(1);
    expect(breaker.state).to.equal('closed');
    finishLoading();
    await settled();
    expect(breaker.state).to.equal('open');
    expect(await answer(breaker, ACCEPTED)).to.include({ kind: 'retry', wasNotSent: true });
  });

  it('counts only failures in a row, also over the time it takes to load', async () => {
    const breaker = create(3);
    await answer(breaker, FAILED);
    await answer(breaker, FAILED);
    await answer(breaker, ACCEPTED);
    await answer(breaker, FAILED);
    finishLoading();
    await settled();
    await answer(breaker, FAILED);
    expect(breaker.state).to.equal('closed');
    await answer(breaker, FAILED);
    expect(breaker.state).to.equal('open');
  });

  it('hears of a request that was under way while it was loaded', async () => {
    const breaker = create(2);
    let end: (outcome: Outcome) => void = () => undefined;
    const slow = breaker.run(() => new Promise((resolve) => (end = resolve)));
    await answer(breaker, FAILED);
    finishLoading();
    await settled();
    end(FAILED);
    expect(await slow).to.equal(FAILED);
    expect(breaker.state).to.equal('open');
  });

  it('lets requests through, and says so once, where it cannot be loaded', async () => {
    const breaker = create(1);
    await answer(breaker, FAILED);
    failLoading(new TypeError('no such file'));
    await settled();
    expect(warnings).to.deep.equal(['the circuit breaker could not be loaded: TypeError']);
    for (let more = 0; more < 3; more++) expect(await answer(breaker, FAILED)).to.equal(FAILED);
    expect(loads).to.equal(1);
    expect(breaker.state).to.equal('closed');
  });

  it('names what was thrown where that is no error', async () => {
    const breaker = create(1);
    await answer(breaker, FAILED);
    failLoading('nothing there');
    await settled();
    expect(warnings).to.deep.equal(['the circuit breaker could not be loaded: string']);
  });
});
