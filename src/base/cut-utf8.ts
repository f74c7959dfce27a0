import { cutUtf8 as cut } from '../encoding/cut-utf8.js';
import { checkOption } from './check-option.js';

/**
 * The longest start of a text that has at most so many UTF-8 bytes and ends with a whole character.
 * @param maxBytes - UTF-8 bytes
 * @throws OptionError for what is no text, or no number
 */
export function cutUtf8(text: string, maxBytes: number): string {
  checkOption(typeof text === 'string', 'text', 'be a text', text);
  checkOption(typeof maxBytes === 'number', 'maxBytes', 'be a number of bytes', maxBytes);
  return cut(text, maxBytes);
}
