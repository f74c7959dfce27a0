import { expect } from 'chai';
import { classifyError } from '../../src/cloudwatch/classify-error.js';
import { classifyReadError } from '../../src/cloudwatch/not-offered.js';
import { serviceError } from '../insights/scripted-client.js';

describe('classifyReadError', () => {
  it('takes HTTP 501 for a refusal, which is a passing failure of what is sent', () => {
    const lacking = Object.assign(serviceError('InternalFailure'), { $metadata: { httpStatusCode: 501 } });
    expect(classifyReadError(lacking)).to.equal('refused');
    expect(classifyError(lacking)).to.equal('retry');
  });

  it('takes all else as it is', () => {
    for (const name of ['InternalFailure', 'ThrottlingException', 'AccessDeniedException']) {
      const error = serviceError(name);
      expect(classifyReadError(error)).to.equal(classifyError(error));
    }
  });
});
