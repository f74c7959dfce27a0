import { expect } from 'chai';
import { environmentName } from '../../src/options/environment-names.js';
import { EXPORTER_OPTIONS, PROCESSOR_OPTIONS } from '../../src/options/option-tables.js';
import { type OptionDocs, optionsTable } from '../../src/options/options-table.js';

const ALL = { ...EXPORTER_OPTIONS, ...PROCESSOR_OPTIONS };

describe('optionsTable', () => {
  let docs: OptionDocs;
  before(async () => {
    const script = new URL('../../../scripts/option-docs.mjs', import.meta.url).href;
    docs = ((await import(script)) as { readOptionDocs(): OptionDocs }).readOptionDocs();
  });

  it('has one row for each option, with its variable', () => {
    const lines = optionsTable(docs).split('\n');
    for (const [name, option] of Object.entries(ALL)) {
      const rows = lines.filter((line) => line.startsWith(`| \`${name}\` |`));
      expect(rows).to.have.length(1);
      expect(rows[0]).to.include(option.fromText === undefined ? 'code only' : environmentName(name, option));
      expect(rows[0]!.replaceAll('\\|', '').split('|')).to.have.length(7);
    }
    expect(lines[2]).to.include('**required**');
    expect(lines.find((line) => line.startsWith('| `indexFields`'))).to.include('`trace_id,span_id`');
  });

  it('refuses an option without a comment', () => {
    expect(() => optionsTable({})).to.throw('logGroupName has no comment in EXPORTER_OPTIONS');
  });
});
