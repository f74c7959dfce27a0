import { expect } from 'chai';
import {
  classifyError,
  describeError,
  permissionIn,
  remedyFor,
} from '../../src/cloudwatch/classify-error.js';
import { describeInFull } from '../../src/cloudwatch/describe-error.js';
import { OptionError } from '../../src/cloudwatch/errors.js';
import { toLogGroupName, toLogStreamName } from '../../src/cloudwatch/names.js';
import { redactorOf } from '../../src/cloudwatch/redact-values.js';
import { toRequestError } from '../../src/cloudwatch/request-error.js';
import { withoutUrlSecrets } from '../../src/cloudwatch/shown-url.js';
import { escapeTerminalText } from '../../src/cloudwatch/escape-terminal-text.js';
import { explainError } from '../../src/cli/explain-error.js';
import { parseMessage } from '../../src/insights/index.js';
import { type FoundEvent } from '../../src/insights/look-up/correlated-event.js';
import {
  hasValue,
  lookUpOfRequest,
  lookUpOfSpan,
  lookUpOfTrace,
} from '../../src/insights/look-up/look-up.js';
import { knownProblem } from '../../src/insights/queries/known-problem.js';
import { toMalformedQueryError } from '../../src/insights/queries/query-errors.js';

/** As large as an answer's message was that once took 101 s. */
const LENGTH = 256 * 1024;

/** Milliseconds of the processor's time: thousands of times what they take, a hundredth of what a square would. */
const MOST_MILLIS = 300;

const filled = (text: string): string => text.repeat(Math.ceil(LENGTH / text.length));

const TEXTS: Record<string, string> = {
  'line feeds': filled('\n'),
  blanks: filled(' '),
  'blanks and line feeds': filled(' \n'),
  'carriage returns': filled('\r\n'),
  'beginnings of quoted values': filled("Value '"),
  'ends of quoted values': filled("' at '"),
  'constraint errors': filled("Value 'x' at 'logGroupName' failed to satisfy constraint: "),
  'parts of a denial': filled('perform: logs:'),
  'canonical requests': filled('The Canonical String for this request should have been'),
  addresses: filled('http://'),
  'users of addresses': `http://${filled('a:b@')}`,
  'one long word': filled('a'),
  digits: filled('9'),
  'open braces': filled('{"a":'),
  'open brackets': filled('['),
  'open quotes': filled('"\\'),
  'names of trace ids': filled('trace_id= '),
  'names of span ids': filled('span_id="'),
  'quotes and signs': filled('"="'),
  'lone surrogates': filled('\ud800'),
  'escape sequences': filled('\u001b[31m'),
  'places in a query': filled('line 1 '),
  'services of Java': filled(' (Service: '),
};

const WORK: Record<string, (text: string) => unknown> = {
  classifyError: (text) => classifyError(answered(text)),
  describeError: (text) => describeError(answered(text)),
  'describeError with a name': (text) =>
    describeError(Object.assign(answered('x'), { name: text, code: text })),
  remedyFor: (text) => remedyFor(answered(text)),
  permissionIn,
  toRequestError: (text) => toRequestError(answered(text)).message,
  describeInFull: (text) => describeInFull(answered(text), redactorOf([text.slice(0, 1_000), 'secret'])),
  toMalformedQueryError: (text) => toMalformedQueryError(answered(text), 'fields a')?.message,
  knownProblem: (text) => knownProblem(text, 'fields a'),
  explainError: (text) => explainError(answered(text), text).text,
  OptionError: (text) => new OptionError('option', 'be shorter', text).message,
  withoutUrlSecrets,
  escapeTerminalText,
  toLogGroupName,
  toLogStreamName,
  parseMessage,
  'hasValue of a trace id': (text) =>
    hasValue(lookUpOfTrace('5b8efff798038103d269b633813fc60c'), eventOf(text)),
  'hasValue of a span id': (text) => hasValue(lookUpOfSpan('eee19b7ec3c1b174'), eventOf(text)),
  'hasValue of a request id': (text) => hasValue(lookUpOfRequest('a.b-(c)+'), eventOf(text)),
  'parseMessage of a text behind a Lambda prefix': (text) =>
    parseMessage(`2026-11-21T07:30:00.000Z\tc6af9ac6-7b61-11e6-9a41-93e8deadbeef\tINFO\t${text}`),
};

function eventOf(message: string): FoundEvent {
  return { timestampMillis: 0, logGroup: '/a', logStream: 's', message };
}

function answered(message: string): Error {
  return Object.assign(new Error(message), {
    name: 'MalformedQueryException',
    $fault: 'server',
    $metadata: { httpStatusCode: 500, requestId: message },
  });
}

/** Their results show or keep all of the text, since it is what was asked for. */
const WHOLE = new Set([
  'withoutUrlSecrets',
  'escapeTerminalText',
  'parseMessage',
  'parseMessage of a text behind a Lambda prefix',
  'explainError',
]);

describe('foreign texts of 256 KiB', () => {
  for (const [name, work] of Object.entries(WORK)) {
    it(`cost ${name} no more than a pass over them`, () => {
      for (const [what, text] of Object.entries(TEXTS)) {
        const before = process.cpuUsage();
        const result = work(text);
        const { user } = process.cpuUsage(before);
        expect(user / 1_000, what).to.be.below(MOST_MILLIS);
        if (typeof result === 'string' && !WHOLE.has(name)) expect(result, what).to.have.length.below(20_000);
      }
    });
  }
});
