import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { faultKinds, operationsTable, queryLanguageTable } from '../../src/simulation/coverage-tables.js';
import { EMPTY_LIST_HANDLERS } from '../../src/simulation/operations/empty-lists.js';
import { HANDLERS } from '../../src/simulation/operations/handlers.js';
import { INGESTION_PATHS } from '../../src/simulation/operations/http-ingestion.js';
import { allCases } from '../conformance/all-cases.js';

describe('coverage tables', () => {
  it('name every operation of the SDK, once', () => {
    const commands = Object.keys(sdk)
      .filter((name) => /^[A-Z]\w+Command$/.test(name))
      .map((name) => name.replace(/Command$/, ''));
    const text = operationsTable();
    for (const name of commands) expect(text.split(`\`${name}\``), name).to.have.length(2);
    expect(commands.length).to.be.greaterThan(100);
  });

  it('name commands, functions and what is refused', () => {
    const text = queryLanguageTable();
    for (const name of ['fields', 'filterindex', 'jsonParse', 'pct', 'anomaly', 'PPL', 'source']) {
      expect(text).to.contain(`\`${name}\``);
    }
    expect(faultKinds()).to.contain('`reset-after`');
  });

  it('promise nothing without a conformance case', () => {
    const shown = new Set(allCases.map(({ operation }) => operation));
    const covered = [...Object.keys(HANDLERS), 'StartLiveTail', ...INGESTION_PATHS];
    expect(covered.filter((name) => !shown.has(name) && !(name in EMPTY_LIST_HANDLERS))).to.deep.equal([]);
  });
});
