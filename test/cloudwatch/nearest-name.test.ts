import { expect } from 'chai';
import { nearestName } from '../../src/cloudwatch/nearest-name.js';

describe('nearestName', () => {
  const known = ['logGroupName', 'logStreamName', 'region', 'endpoint'];

  it('finds the name that was mistyped', () => {
    expect(nearestName('logGroup', known)).to.equal('logGroupName');
    expect(nearestName('loggroupname', known)).to.equal('logGroupName');
    expect(nearestName('regoin', known)).to.equal('region');
  });

  it('finds none for a word that is near nothing', () => {
    expect(nearestName('credentials', known)).to.equal(undefined);
    expect(nearestName('', known)).to.equal(undefined);
    expect(nearestName('x', [])).to.equal(undefined);
  });
});
