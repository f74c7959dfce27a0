import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

const MARK = /cnf-[0-9a-f]{8}-\d+-x/g;

/** Texts by which records are known wherever they are: in requests, and where they are stored. */
export class Marks {
  readonly #run = randomBytes(4).toString('hex');
  #last = 0;

  next(): string {
    return `cnf-${this.#run}-${++this.#last}-x`;
  }
}

/** The different marks in a text. */
export function marksIn(text: string): Set<string> {
  return new Set(text.match(MARK));
}

/** The different marks in a request. @param encoding - its `Content-Encoding` */
export function marksInRequest(body: Buffer, encoding?: string): Set<string> {
  return marksIn((encoding === 'gzip' ? gunzipSync(body) : body).toString('latin1'));
}
