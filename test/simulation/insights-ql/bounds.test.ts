import { expect } from 'chai';
import {
  MAX_HELD_TEXT,
  MAX_HELD_TEXT_OF_ALL,
  TextAccount,
} from '../../../src/simulation/insights-ql/execution/held-text.js';
import { aggregateFunctions } from '../../../src/simulation/insights-ql/functions/index.js';
import { PatternMiner } from '../../../src/simulation/insights-ql/stages/pattern-miner.js';
import { MAX_GROUPS } from '../../../src/simulation/insights-ql/stages/stats.js';
import { MAX_PATTERN_WORDS, MAX_PATTERNS } from '../../../src/simulation/insights-ql/undocumented.js';
import { events, execute, FakeSource, rowsOf } from './fake-source.js';

/** A text of marks alone, of another shape for each number. */
function marks(index: number): string {
  return index.toString(2).padStart(13, '0').replaceAll('0', '!').replaceAll('1', '?');
}

describe('the groups of stats', () => {
  /** So many rows of an event, each with a key of its own. */
  const ROWS_OF_EVENT = 10_000;
  const query = 'parse @message /(?<key>\\S+)/ multi | stats count(*) as n by key | sort key | limit 1';

  function* keysOf(event: number): Generator<string> {
    for (let row = 0; row < ROWS_OF_EVENT; row++) yield `${event}/${row}`;
  }

  it('not documented: are a million at most', async () => {
    const messages = Array.from({ length: MAX_GROUPS / ROWS_OF_EVENT }, (_, event) =>
      [...keysOf(event)].join(' '),
    );
    const [row] = await rowsOf(query, events(...messages, messages[7]!));
    expect(row).to.deep.equal({ key: '0/0', n: '1' });
    const execution = execute(query, new FakeSource(events(...messages, 'one-more')));
    const failure = await execution.run().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(String(failure)).to.contain(`the query has more than ${MAX_GROUPS} groups`);
  });
});

describe('PatternMiner', () => {
  it('not documented: holds so many patterns, and counts further ones together', () => {
    const miner = new PatternMiner();
    for (let index = 0; index < MAX_PATTERNS; index++) miner.add(marks(index), 0);
    expect(miner.patterns()).to.have.length(MAX_PATTERNS);
    miner.add('a-b ? c', 0);
    miner.add('a-b ; c', 1);
    const [first, ...others] = miner.patterns().filter(({ text }) => !/^[!?]+$/.test(text));
    expect(first).to.deep.equal({ text: '<Token-1>', count: 1, earlierCount: 1 });
    expect(others).to.deep.equal([]);
  });

  it('not documented: texts past the bound join the likest of their shape', () => {
    const miner = new PatternMiner();
    for (let index = 0; index < MAX_PATTERNS - 1; index++) miner.add(marks(index), 0);
    miner.add('one two', 0);
    miner.add('three four', 0);
    expect(miner.patterns()[0]).to.deep.equal({ text: '<Token-1> <Token-2>', count: 2, earlierCount: 0 });
  });

  it('not documented: looks at so many words of a text', () => {
    const miner = new PatternMiner();
    miner.add('a '.repeat(MAX_PATTERN_WORDS), 0);
    expect(miner.patterns()[0]?.text).to.equal(`${'a '.repeat(MAX_PATTERN_WORDS / 2)}<Token-1>`);
  });

  it('keeps texts apart that differ in most words', () => {
    const miner = new PatternMiner();
    for (const text of ['one two three', 'one two four', 'five six seven']) miner.add(text, 0);
    expect(miner.patterns().map(({ text }) => text)).to.deep.equal(['one two <Token-1>', 'five six seven']);
  });
});

describe('countFrequent', () => {
  it('keeps the frequent values where there are more than it counts', async () => {
    const [like] = events('');
    const stored = Array.from({ length: 200_200 }, (_, index) => ({
      ...like!,
      message: JSON.stringify({ v: index % 2_000 === 0 ? 'often' : index }),
    }));
    const source = new FakeSource(stored, { chunkEvents: 50_000 });
    const [first] = await rowsOf('countFrequent v | limit 1', source);
    expect(first).to.deep.equal({ v: 'often', _approxcount: '101' });
  }).timeout(120_000);
});

describe('not documented: the text that a query holds', () => {
  const large = 'x'.repeat(1024 * 1024);
  const count = MAX_HELD_TEXT / large.length;
  const stored = events(...Array.from({ length: count + 1 }, () => large));
  const tooMuch = `the query holds more than ${MAX_HELD_TEXT} characters of text`;
  const failureOf = async (text: string) => {
    const execution = execute(text, new FakeSource(stored, { chunkEvents: 1000 }));
    await execution.run().catch(() => undefined);
    return execution.error?.message;
  };

  it('is bounded in its result', async () => {
    expect(await failureOf('fields @message')).to.equal(tooMuch);
    expect(await failureOf(`fields @message | limit ${count - 1}`)).to.equal(undefined);
  });

  it('is bounded in queries that run together, and free again when they end', async () => {
    // Not all of four find room: their rows, and again their results at the end.
    const share = (MAX_HELD_TEXT_OF_ALL / large.length) * 0.3;
    const source = new FakeSource(stored.slice(0, share), { chunkEvents: 8 });
    const executions = Array.from({ length: 4 }, () => execute('sort @timestamp', source));
    const settled = await Promise.allSettled(executions.map((execution) => execution.run()));
    const reasons = settled.flatMap((result) =>
      result.status === 'rejected' ? [String(result.reason)] : [],
    );
    expect(reasons.length).to.be.within(1, 3);
    expect(new Set(reasons)).to.deep.equal(
      new Set([
        `RangeError: the queries that run together hold more than ${MAX_HELD_TEXT_OF_ALL} characters of text`,
      ]),
    );
    expect(TextAccount.total).to.equal(0);
    const again = execute('sort @timestamp', source);
    await again.run();
    expect(again.rows()).to.have.length(Math.floor(share));
    expect(TextAccount.total).to.equal(0);
  });

  it('is not that of events of which the result shows little', async () => {
    expect(await failureOf('fields strlen(@message)')).to.equal(undefined);
  });

  it('is bounded in rows that are sorted', async () => {
    expect(await failureOf('sort @timestamp | limit 1000')).to.equal(tooMuch);
    expect(await failureOf('stats count() by @logStream | sort @logStream')).to.equal(undefined);
  });

  it('counts a message once for all rows that unnest makes of it', async () => {
    const rows = await rowsOf(
      'fields split(substr(@message, 0, 600), "") as parts | unnest parts into part | display part',
      stored.slice(0, 1),
    );
    expect(rows).to.have.length(600);
  });

  it('is counted by the functions of stats that keep values', () => {
    for (const [name, args] of [['values', ['abc']] as const, ['topk', [2, 'abc']] as const]) {
      let length = 0;
      const accumulator = aggregateFunctions.get(name)!.create([2]);
      const row = { text: { add: (more: number) => (length += more) } };
      accumulator.add(args, row);
      accumulator.add(args, row);
      expect(length, name).to.equal(3);
    }
  });
});
