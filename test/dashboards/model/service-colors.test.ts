import { expect } from 'chai';
import { SERVICE_COLORS, ServiceColors } from '../../../src/dashboards/model/service-colors.js';

const NAMES = ['gateway', 'orders', 'payments', 'ledger', 'mail', 'auth', 'stock', 'shipping'];

describe('ServiceColors', () => {
  it('gives a service the same colour in every view', () => {
    const colors = new ServiceColors();
    const first = colors.looksOf(NAMES).get('orders');
    expect(colors.looksOf(['orders', 'another']).get('orders')).to.deep.equal(first);
    expect(new ServiceColors().looksOf(NAMES).get('orders')).to.deep.equal(first);
  });

  it('tells eight services apart, also where they were met one by one', () => {
    const colors = new ServiceColors();
    for (const name of NAMES) colors.looksOf([name]);
    const looks = [...colors.looksOf(NAMES).values()];
    expect(new Set(looks.map(({ color }) => color)).size).to.equal(SERVICE_COLORS);
    expect(looks.some(({ isStriped }) => isStriped)).to.equal(false);
  });

  it('stripes the ninth', () => {
    const looks = [...new ServiceColors().looksOf([...NAMES, 'ninth']).values()];
    expect(looks.filter(({ isStriped }) => isStriped)).to.have.length(1);
  });

  it('goes on from what was remembered, and takes nothing else for it', () => {
    const remembered: Record<string, unknown>[] = [];
    const colors = new ServiceColors({ orders: 5, broken: 'red', beyond: 8 }, (one) => remembered.push(one));
    expect(colors.looksOf(['orders']).get('orders')).to.deep.equal({ color: 5, isStriped: false });
    expect(remembered).to.deep.equal([]);
    colors.looksOf(['mail']);
    expect(Object.keys(remembered[0]!)).to.have.members(['orders', 'mail']);
  });
});
