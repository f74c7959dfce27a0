import { expect } from 'chai';
import * as lateParts from '../../src/exporter/late-parts.js';
import { warnOfOptions } from '../../src/exporter/warn-of-options.js';
import { collectExporterOptions } from '../../src/options/options.js';
import { listeningDiagnostics } from '../encoding/records.js';

const MISSPELT = 'OTEL_EXPORTER_CLOUDWATCH_LOGS_LOG_GRUOP_NAME';

describe('warnOfOptions', () => {
  const reading = collectExporterOptions({ logGroupName: '/g' }, {});

  it('warns at once where the part is there', () => {
    const { diagnostics, said } = listeningDiagnostics();
    const load = () => Promise.reject(new Error('it is there'));
    warnOfOptions(diagnostics, reading, { [MISSPELT]: 'x' }, { now: () => lateParts, load });
    expect(said.join()).to.include(MISSPELT);
  });

  it('warns of the environment as it was read, when the part comes', async () => {
    const { diagnostics, said } = listeningDiagnostics();
    const environment: Record<string, string> = { [MISSPELT]: 'x' };
    const load = () => Promise.resolve(lateParts);
    warnOfOptions(diagnostics, reading, environment, { now: () => undefined, load });
    environment[MISSPELT] = '';
    expect(said).to.deep.equal([]);
    await Promise.resolve();
    expect(said.join()).to.include(MISSPELT);
  });

  it('says nothing, and rejects nothing, where the part can not be loaded', async () => {
    const { diagnostics, said } = listeningDiagnostics();
    const load = () => Promise.reject(new Error('EMFILE'));
    warnOfOptions(diagnostics, reading, { [MISSPELT]: 'x' }, { now: () => undefined, load });
    await new Promise(setImmediate);
    expect(said).to.deep.equal([]);
  });
});
