import { expect } from 'chai';

import {
  parseFieldSelection,
  systemFieldValues,
} from '../../../src/simulation/operations/field-selection.js';

describe('parseFieldSelection', () => {
  const values = systemFieldValues({ accountId: '123456789012', region: 'us-east-1' }, '/app');
  const cases: [criteria: string, selected: boolean][] = [
    ['@aws.region = "us-east-1"', true],
    ['@aws.region="eu-west-1"', false],
    ['@aws.region != "eu-west-1"', true],
    ['@aws.account in ["1", "123456789012"]', true],
    ['@aws.account NOT IN ["123456789012"]', false],
    ['@source.log = "/app" AND @aws.region = "x" OR @aws.account = "123456789012"', true],
    ['@source.log = "/app" AND (@aws.region = "x" OR @aws.account = "1")', false],
  ];
  for (const [criteria, selected] of cases) {
    it(`reads ${criteria}`, () => {
      expect(parseFieldSelection(criteria)(values)).to.equal(selected);
    });
  }
});
