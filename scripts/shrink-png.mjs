/**
 * Makes a PNG small: 256 colours at the most, without dithering, packed as tightly as zlib can. Meant for
 * screenshots, which hold text and few colours: those of them that are rare become the nearest frequent one.
 */
import { crc32 as crc, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const MAX_COLORS = 256;
/** Colours that stay as they are: grounds and texts; the others are mostly edges of letters. */
const EXACT_COLORS = 64;
const DEFLATE = { level: 9, memLevel: 9 };

/** @param png - of 8 bits a channel, RGB or RGBA, not interlaced, as browsers write it; what shines through is lost */
export function shrinkPng(png) {
  const { width, height, pixels } = readPng(png);
  const { palette, indexOf } = paletteOf(pixels);
  // Filter 0 in each line: with a palette, neighbours say nothing by their difference.
  const lines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = indexOf.get(pixels[y * width + x]);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))),
    chunk('IDAT', deflateSync(lines, DEFLATE)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function readPng(png) {
  const parts = [];
  let header;
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const content = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = content;
    if (type === 'IDAT') parts.push(content);
    at += 12 + length;
  }
  const [depth, kind, , , interlace] = header.subarray(8);
  const channels = { 2: 3, 6: 4 }[kind];
  if (depth !== 8 || interlace !== 0 || channels === undefined) throw new Error('a PNG of another kind');
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const bytes = unfilter(inflateSync(Buffer.concat(parts)), width * channels, height, channels);
  const pixels = new Uint32Array(width * height);
  for (let index = 0; index < pixels.length; index++) {
    const at = index * channels;
    pixels[index] = (bytes[at] << 16) | (bytes[at + 1] << 8) | bytes[at + 2];
  }
  return { width, height, pixels };
}

/** Takes back what PNG does to each line before it is packed. Source: its specification, "Filtering". */
function unfilter(filtered, stride, height, step) {
  const bytes = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x >= step ? bytes[y * stride + x - step] : 0;
      const up = y > 0 ? bytes[(y - 1) * stride + x] : 0;
      const corner = x >= step && y > 0 ? bytes[(y - 1) * stride + x - step] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      bytes[y * stride + x] = filtered[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return bytes;
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** The most frequent colours, others that differ from them, and to which of these each colour belongs. */
function paletteOf(pixels) {
  const counts = new Map();
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  const byCount = [...counts].sort((a, b) => b[1] - a[1]).map(([color]) => color);
  let palette;
  // Ever coarser, until all that differs by more than this has a colour.
  for (let apart = 0; ; apart += 4) {
    palette = byCount.slice(0, EXACT_COLORS);
    for (const color of byCount.slice(EXACT_COLORS)) {
      if (palette.every((other) => distance(color, other) > apart)) palette.push(color);
      if (palette.length > MAX_COLORS) break;
    }
    if (palette.length <= MAX_COLORS) break;
  }
  const indexOf = new Map(byCount.map((color) => [color, nearest(color, palette)]));
  return { palette, indexOf };
}

function nearest(color, palette) {
  let best = 0;
  for (let index = 1; index < palette.length; index++) {
    if (distance(color, palette[index]) < distance(color, palette[best])) best = index;
  }
  return best;
}

function distance(a, b) {
  const part = (shift) => Math.abs(((a >> shift) & 255) - ((b >> shift) & 255));
  return Math.max(part(16), part(8), part(0));
}

function chunk(type, content) {
  const whole = Buffer.alloc(12 + content.length);
  whole.writeUInt32BE(content.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(content, 8);
  whole.writeUInt32BE(crc(whole.subarray(4, 8 + content.length)), 8 + content.length);
  return whole;
}
