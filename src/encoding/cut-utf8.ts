/**
 * The longest start of a text that has at most so many UTF-8 bytes and ends with a whole character.
 * @param maxBytes - UTF-8 bytes
 */
export function cutUtf8(text: string, maxBytes: number): string {
  if (maxBytes <= 0) return '';
  // No character takes less than a byte for each UTF-16 unit: the rest need not be encoded.
  const bytes = Buffer.from(text.slice(0, maxBytes + 1));
  if (bytes.length <= maxBytes) return text.slice(0, maxBytes + 1);
  let end = maxBytes;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
