import { expect } from 'chai';
import { namedLogGroup } from '../../src/cloudwatch/named-log-group.js';

describe('namedLogGroup', () => {
  const arn = 'arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/apps/a';

  it('names a group by its name, or by its ARN without the star of lists', () => {
    expect(namedLogGroup('/apps/a')).to.deep.equal({ logGroupName: '/apps/a' });
    expect(namedLogGroup('arn')).to.deep.equal({ logGroupName: 'arn' });
    expect(namedLogGroup(arn)).to.deep.equal({ logGroupIdentifier: arn });
    expect(namedLogGroup(`${arn}:*`)).to.deep.equal({ logGroupIdentifier: arn });
  });
});
