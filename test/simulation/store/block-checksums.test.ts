import { expect } from 'chai';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';

import { BLOCK_BYTES, BlockChecksums } from '../../../src/simulation/store/block-checksums.js';

describe('BlockChecksums', () => {
  it('are those of the blocks, however the file was written and whenever it was sealed', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 3 * BLOCK_BYTES }), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.nat(255), (parts, byte) => {
        let checksums = new BlockChecksums();
        const file = Buffer.alloc(
          parts.reduce((sum, length) => sum + length, 0),
          byte,
        );
        let end = 0;
        for (const [index, length] of parts.entries()) {
          checksums.add(file.subarray(end, end + length));
          end += length;
          // As when a process ends and the next goes on with what was written down.
          if (index % 2 === 1) checksums = new BlockChecksums(checksums.values, end);
        }
        const expected: number[] = [];
        for (let at = 0; at < file.length; at += BLOCK_BYTES) {
          expected.push(crc32(file.subarray(at, at + BLOCK_BYTES)));
        }
        expect([...checksums.values]).to.deep.equal(expected);
        for (const [block, checksum] of expected.entries()) {
          const content = file.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
          expect([checksum, checksums.matches(block, content)]).to.deep.equal([crc32(content), true]);
          expect(checksums.matches(block, Buffer.concat([content, Buffer.of(1)]))).to.equal(false);
        }
      }),
      { seed: 3, numRuns: 100 },
    );
  });
});
