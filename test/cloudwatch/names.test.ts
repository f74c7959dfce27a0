import { expect } from 'chai';
import {
  logGroupNameProblem,
  logStreamNameProblem,
  parseLogGroupArn,
  toLogGroupName,
  toLogStreamName,
} from '../../src/cloudwatch/names.js';

describe('logGroupNameProblem', () => {
  it('takes what the service takes', () => {
    for (const name of ['a', '/apps/orders-1_x.y#z', 'x'.repeat(512), 'AWS/x', '/aws/lambda/f']) {
      expect(logGroupNameProblem(name), name).to.equal(undefined);
    }
  });

  it('names the length, the characters or the reserved start', () => {
    expect(logGroupNameProblem('')).to.match(/1 to 512/);
    expect(logGroupNameProblem('x'.repeat(513))).to.match(/1 to 512/);
    for (const name of ['a b', 'a:b', 'a*', 'ä', 'a\n'])
      expect(logGroupNameProblem(name), name).to.match(/letters/);
    expect(logGroupNameProblem('aws/spans')).to.match(/aws\//);
  });
});

describe('logStreamNameProblem', () => {
  it('takes anything without ":" and "*" up to 512 characters', () => {
    for (const name of ['a', 'ä b/[x]', 'x'.repeat(512)])
      expect(logStreamNameProblem(name)).to.equal(undefined);
    for (const name of ['', 'x'.repeat(513), 'a:b', 'a*b'])
      expect(logStreamNameProblem(name)).to.be.a('string');
  });
});

describe('toLogGroupName and toLogStreamName', () => {
  it('give names that the service takes', () => {
    for (const text of ['a b', 'aws/x', 'ä:*', 'x'.repeat(600), 'pod\ud83d', `${'x'.repeat(511)}😀`]) {
      expect(logGroupNameProblem(toLogGroupName(text)), text).to.equal(undefined);
      expect(logStreamNameProblem(toLogStreamName(text)), text).to.equal(undefined);
      expect(toLogStreamName(text).isWellFormed(), text).to.equal(true);
    }
  });

  it('leave right names as they are', () => {
    expect(toLogGroupName('/apps/a-b_c.d#1')).to.equal('/apps/a-b_c.d#1');
    expect(toLogStreamName('svc/host 1/2026-01-01')).to.equal('svc/host 1/2026-01-01');
  });
});

describe('parseLogGroupArn', () => {
  const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/apps/orders';

  it('reads an ARN with and without the trailing ":*"', () => {
    const parts = {
      partition: 'aws',
      region: 'eu-west-1',
      accountId: '123456789012',
      logGroupName: '/apps/orders',
    };
    expect(parseLogGroupArn(arn)).to.deep.equal(parts);
    expect(parseLogGroupArn(`${arn}:*`)).to.deep.equal(parts);
  });

  it('refuses anything else', () => {
    for (const text of [
      '/apps/orders',
      `${arn}:log-stream:x`,
      'arn:aws:s3:::bucket',
      arn.replace('123456789012', '1'),
    ]) {
      expect(parseLogGroupArn(text), text).to.equal(undefined);
    }
  });
});
