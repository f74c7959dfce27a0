import { expect } from 'chai';
import { isWanted, LOSS_REASONS, Losses } from '../../src/observability/losses.js';

describe('isWanted', () => {
  it('holds for what the options ask to drop alone', () => {
    const wanted = LOSS_REASONS.filter(isWanted);
    expect(wanted).to.deep.equal(['below_min_severity', 'dropped_by_transform', 'own_telemetry']);
    expect(isWanted('toString')).to.equal(false);
  });
});

describe('Losses', () => {
  it('counts by reason and tells of each', () => {
    const told: unknown[] = [];
    const losses = new Losses((...loss) => told.push(loss));
    losses.record('too_old', 2);
    losses.record('too_old');
    losses.record('oversize', 1, 'larger than a request');
    expect(losses.byReason()).to.deep.equal({ too_old: 3, oversize: 1 });
    expect(losses.total()).to.equal(4);
    expect(told).to.deep.equal([
      ['too_old', 2, undefined],
      ['too_old', 1, undefined],
      ['oversize', 1, 'larger than a request'],
    ]);
  });

  it('leaves out what did not happen', () => {
    const losses = new Losses();
    losses.record('too_new', 0);
    expect(losses.byReason()).to.deep.equal({});
    expect(losses.total()).to.equal(0);
  });
});
