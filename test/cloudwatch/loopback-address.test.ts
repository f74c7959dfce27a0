import { expect } from 'chai';
import { isLoopbackAddress } from '../../src/cloudwatch/loopback-address.js';

describe('isLoopbackAddress', () => {
  it('knows what only this machine gets to', () => {
    for (const address of ['127.0.0.1', '127.1.2.3', '::1', '0:0:0:0:0:0:0:1', '0000::0001', '::ffff:127.0.0.1']) {
      expect(isLoopbackAddress(address), address).to.equal(true);
    }
  });

  it('takes no other address for one', () => {
    for (const address of [
      '0.0.0.0',
      '::',
      '10.0.0.1',
      '192.168.127.1',
      '::2',
      '1::1',
      'fe80::1',
      '::ffff:10.0.0.1',
    ]) {
      expect(isLoopbackAddress(address), address).to.equal(false);
    }
  });
});
