import { expect } from 'chai';
import { readTraceId, traceIdForms } from '../../src/cloudwatch/trace-ids.js';

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

describe('readTraceId', () => {
  const span = '00f067aa0ba902b7';
  const forms: Record<string, [text: string, spanId: string | undefined]> = {
    W3C: [w3c, undefined],
    'X-Ray': [xray, undefined],
    'upper case': [w3c.toUpperCase(), undefined],
    'blanks around it': [`\t ${w3c} \n`, undefined],
    'quotes around it': [`"${xray}"`, undefined],
    'dashes of a UUID': ['5759e988-bd86-2e3f-e1be-46a994272793', undefined],
    'blanks for dashes': ['5759e988 bd86 2e3f e1be 46a994272793', undefined],
    'X-Ray with blanks for dashes': ['1 5759e988 bd862e3fe1be46a994272793', undefined],
    'X-Ray without its version': ['5759e988 bd862e3fe1be46a994272793', undefined],
    traceparent: [`00-${w3c}-${span}-01`, span],
    'traceparent with its name': [`traceparent: 00-${w3c}-${span}-00`, span],
    'traceparent of a later version': [`01-${w3c}-${span}-01-more`, span],
    'X-Amzn-Trace-Id': [`Root=${xray};Parent=${span};Sampled=1`, span],
    'X-Amzn-Trace-Id with its name': [`X-Amzn-Trace-Id: Root=${xray}`, undefined],
    'X-Amzn-Trace-Id of a load balancer': [`Self=1-67891234-12456789abcdef012345678;Root=${xray}`, undefined],
    'blanks between the parts': [`Parent=${span}; Root=${xray}`, span],
    "Lambda's variable": [`_X_AMZN_TRACE_ID=Root=${xray};Parent=${span};Sampled=0`, span],
    'the X-Ray SDK in a text': [`${xray}@${span}`, span],
  };
  for (const [name, [text, spanId]] of Object.entries(forms)) {
    it(`reads ${name}`, () => {
      expect(readTraceId(text)).to.deep.equal({
        traceId: w3c,
        isKnownForm: true,
        ...(spanId !== undefined && { spanId }),
      });
    });
  }

  it('leaves any other text as it is, but for the blanks around it', () => {
    for (const id of [
      '',
      'order-17',
      `${w3c}0`,
      '=',
      'Root=',
      'Root=abc;Parent=x',
      '00-abc-def-01',
      '"',
      `5759e988  ${w3c.slice(8)}`,
    ]) {
      expect(readTraceId(` ${id} `)).to.deep.equal({ traceId: id, isKnownForm: false });
    }
  });
});
