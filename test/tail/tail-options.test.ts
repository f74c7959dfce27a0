import { expect } from 'chai';
import { OptionError } from '../../src/cloudwatch/errors.js';
import { readTailOptions, type TailOptions } from '../../src/tail/tail-options.js';

const GROUPS = { logGroups: ['/apps/*'] };

describe('readTailOptions', () => {
  it('has defaults', () => {
    expect(readTailOptions(GROUPS, {})).to.deep.equal({
      logGroups: ['/apps/*'],
      filterPattern: undefined,
      minSeverity: undefined,
      traceId: undefined,
      fromMillis: undefined,
      last: undefined,
      follow: true,
      checkpoint: undefined,
      source: 'auto',
      intervalMillis: 2_000,
      samplingRatio: 1,
      deduplicationWindowMillis: 600_000,
      batchSize: 1_000,
    });
  });

  const wrong: Record<string, [options: object, message: string]> = {
    nothing: [undefined as never, 'options must be an object'],
    'no groups': [{}, 'logGroups must hold at least one'],
    'calls of something else': [{ ...GROUPS, calls: {} }, 'calls must be those of an engine'],
    'an empty list': [{ logGroups: [] }, 'logGroups must hold at least one'],
    'a wrong group': [{ logGroups: ['a b'] }, 'logGroups must hold names, ARNs or prefixes'],
    'a misspelt option': [{ ...GROUPS, since: 5 }, 'since must be the name of an option'],
    'a pattern that is too long': [
      { ...GROUPS, filterPattern: 'x'.repeat(1025) },
      'filterPattern must be text',
    ],
    'a severity that nobody knows': [{ ...GROUPS, minSeverity: 'loud' }, 'minSeverity must be a severity'],
    'a severity out of range': [{ ...GROUPS, minSeverity: 25 }, 'minSeverity must be a severity'],
    'an empty trace id': [{ ...GROUPS, traceId: ' ' }, 'traceId must be a string that is not empty'],
    seconds: [{ ...GROUPS, from: 1_764_131_696 }, 'from must be milliseconds since 1970'],
    'none of the last events': [{ ...GROUPS, last: 0 }, 'last must be a whole number from 1 to 10000'],
    'last and from': [{ ...GROUPS, last: 5, from: 0 }, 'from must not be given together with last'],
    'no end and no beginning': [{ ...GROUPS, follow: false }, 'follow must be true where neither'],
    'a follow that is no truth': [{ ...GROUPS, follow: 1 }, 'follow must be true or false'],
    'a source that nobody knows': [{ ...GROUPS, source: 'push' }, 'source must be auto, live or polling'],
    'a short interval': [{ ...GROUPS, intervalMillis: 99 }, 'intervalMillis must be a whole number from 100'],
    'a fraction of a batch': [{ ...GROUPS, batchSize: 1.5 }, 'batchSize must be a whole number from 1'],
    'a ratio over 1': [{ ...GROUPS, samplingRatio: 1.1 }, 'samplingRatio must be a number from 0 to 1'],
    'a checkpoint that is none': [{ ...GROUPS, checkpoint: { version: 2 } }, 'checkpoint must be what'],
    'a checkpoint of numbers': [
      { ...GROUPS, checkpoint: { version: 1, ingestedMillis: 1, seen: [1] } },
      'checkpoint must be what',
    ],
    'a client that is none': [{ ...GROUPS, client: {} }, 'client must be a CloudWatchLogsClient'],
    'two beginnings': [
      { ...GROUPS, from: 0, checkpoint: { version: 1, ingestedMillis: 1, seen: [] } },
      'from must not be given together with checkpoint',
    ],
  };
  for (const [name, [options, message]] of Object.entries(wrong)) {
    it(`refuses ${name}`, () => {
      expect(() => readTailOptions(options as TailOptions, {})).to.throw(OptionError, message);
    });
  }

  it('takes numbers from the environment, code first', () => {
    const environment = {
      OTEL_CWLOGS_TAIL_INTERVAL_MILLIS: '500',
      OTEL_CWLOGS_TAIL_SAMPLING_RATIO: '0.25',
      OTEL_CWLOGS_TAIL_DEDUPLICATION_WINDOW_MILLIS: '60000',
      OTEL_CWLOGS_TAIL_BATCH_SIZE: ' ',
    };
    expect(readTailOptions({ ...GROUPS, intervalMillis: 700 }, environment)).to.include({
      intervalMillis: 700,
      samplingRatio: 0.25,
      deduplicationWindowMillis: 60_000,
      batchSize: 1_000,
    });
    for (const text of ['fast', '-5', '99', '1e3']) {
      expect(() => readTailOptions(GROUPS, { OTEL_CWLOGS_TAIL_INTERVAL_MILLIS: text })).to.throw(
        OptionError,
        'OTEL_CWLOGS_TAIL_INTERVAL_MILLIS must be a whole number from 100',
      );
    }
  });

  it('reads severities as words and numbers, and dates', () => {
    expect(readTailOptions({ ...GROUPS, minSeverity: 'WARN', from: new Date(5) }, {})).to.include({
      minSeverity: 13,
      fromMillis: 5,
    });
    expect(readTailOptions({ ...GROUPS, minSeverity: 24, filterPattern: '' }, {})).to.include({
      minSeverity: 24,
      filterPattern: undefined,
    });
  });
});
