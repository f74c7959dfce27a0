import { expect } from 'chai';
import { logGroupAttributes } from '../../src/index.js';

describe('logGroupAttributes', () => {
  it('names the group that all records of a resource go to', () => {
    expect(logGroupAttributes('/apps/a')).to.deep.equal({ 'aws.log.group.names': ['/apps/a'] });
    const resource = { 'service.name': 'or ders', service: { version: '1' } };
    expect(logGroupAttributes('/apps/{service.name}/{service.version}', resource)).to.deep.equal({
      'aws.log.group.names': ['/apps/or_ders/1'],
    });
    expect(logGroupAttributes("/apps/{service.name|'none'}")).to.deep.equal({
      'aws.log.group.names': ['/apps/none'],
    });
  });

  it('names none where a record, the time, or nothing decides', () => {
    for (const name of ['/apps/{attributes.tenant}', '/apps/{yyyy-mm}', '/apps/{service.name}']) {
      expect(logGroupAttributes(name), name).to.deep.equal({});
    }
  });

  it('refuses a template that can not be read', () => {
    expect(() => logGroupAttributes('/apps/{')).to.throw(/^logGroupName must/);
  });
});
