import { expect } from 'chai';
import { traceIdForms } from '../../src/cloudwatch/trace-ids.js';

const w3c = '5759e988bd862e3fe1be46a994272793';
const xray = '1-5759e988-bd862e3fe1be46a994272793';

describe('traceIdForms', () => {
  it('gives both forms of either, W3C first', () => {
    expect(traceIdForms(w3c)).to.deep.equal([w3c, xray]);
    expect(traceIdForms(xray)).to.deep.equal([w3c, xray]);
  });

  it('reads either case', () => {
    expect(traceIdForms(w3c.toUpperCase())).to.deep.equal([w3c, xray]);
    expect(traceIdForms(xray.toUpperCase())).to.deep.equal([w3c, xray]);
  });

  it('leaves any other id as it is', () => {
    for (const id of ['', 'order-17', `${w3c}0`, `2-5759e988-${w3c.slice(8)}`]) {
      expect(traceIdForms(id)).to.deep.equal([id]);
    }
  });
});
