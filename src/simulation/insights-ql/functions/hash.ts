import { createHash } from 'node:crypto';
import { ofTexts } from './define.js';
import { type ScalarFunction } from './function.js';

/** Hash functions, over the text's UTF-8 bytes, as lower-case hexadecimal digits. */
export const hashFunctions: readonly ScalarFunction[] = ['md5', 'sha256'].map((algorithm) =>
  ofTexts(algorithm, 1, 1, (text) => createHash(algorithm).update(text, 'utf8').digest('hex')),
);
