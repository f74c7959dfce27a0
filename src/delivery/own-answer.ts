import { type HttpAnswer, readAnswerBody } from '../cloudwatch/bounded-answer.js';
import { CloudWatchLogsError } from '../cloudwatch/errors.js';
import { isObject } from './foreign-content.js';

/** Bytes of the longest answer to PutLogEvents; the service's own have some hundred. */
const MAX_BYTES = 1024 ** 2;

/** Members that an answer of PutLogEvents may have, in any year. Source: PutLogEvents, "Response Elements". */
const MEMBERS = ['nextSequenceToken', 'rejectedLogEventsInfo', 'rejectedEntityInfo'];

/**
 * Makes sure that a success is PutLogEvents' own answer, and not the page of a proxy: status 200 and a JSON object
 * with members of PutLogEvents, or with none.
 * @throws CloudWatchLogsError where it is none: nobody knows whether the service has the events
 */
export async function checkOwnAnswer(answer: HttpAnswer, signal: AbortSignal): Promise<void> {
  await readAnswerBody(answer, MAX_BYTES, signal);
  const { statusCode, headers, body } = answer;
  if (statusCode >= 300) return;
  const isHtml = /html/i.test(headers['content-type'] ?? '');
  if (statusCode !== 200 || isHtml || !isOwn(Buffer.from(body as Uint8Array).toString('utf8'))) {
    throw notAnAnswer(`HTTP ${statusCode} without an answer of PutLogEvents, as a proxy may give it`);
  }
}

/** @param what - without any of its text */
export function notAnAnswer(what: string): CloudWatchLogsError {
  return new CloudWatchLogsError('ERR_NOT_AN_ANSWER', what);
}

function isOwn(text: string): boolean {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return false;
  }
  if (!isObject(answer)) return false;
  return Object.keys(answer).length === 0 || MEMBERS.some((member) => Object.hasOwn(answer, member));
}
