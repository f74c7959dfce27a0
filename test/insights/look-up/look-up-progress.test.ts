import { expect } from 'chai';
import { CorrelationEngine, type LookUpProgress } from '../../../src/insights/index.js';
import { type Call, ScriptedClient } from '../scripted-client.js';

describe('progress of a look-up', () => {
  it('tells queries that run, what they scanned, and log groups that have answered', async () => {
    const groups = ['/a', '/b', '/c'].map((logGroupName, index) => ({
      logGroupName,
      creationTime: 0,
      // One class for each query: groups of several do not go into one.
      logGroupClass: index === 2 ? 'INFREQUENT_ACCESS' : 'STANDARD',
    }));
    const polls = new Map<string, number>();
    let queries = 0;
    const script = new ScriptedClient(({ operation, input }: Call) => {
      if (operation === 'DescribeLogGroups') {
        return { logGroups: groups.filter(({ logGroupName }) => logGroupName === input.logGroupNamePrefix) };
      }
      if (operation === 'StartQuery') return { queryId: String(++queries) };
      if (operation !== 'GetQueryResults') return {};
      const id = String(input.queryId);
      const poll = (polls.get(id) ?? 0) + 1;
      polls.set(id, poll);
      return {
        status: poll === 2 ? 'Complete' : 'Running',
        results: [],
        statistics: { bytesScanned: 1000 * poll, recordsScanned: 10 * poll, recordsMatched: poll },
      };
    });
    const seen: LookUpProgress[] = [];
    const engine = new CorrelationEngine({
      client: script.client,
      logGroups: ['/a', '/b', '/c'],
      spans: false,
      freshMillis: 0,
      firstPollMillis: 1,
    });
    await engine.correlateByTrace('x', { onProgress: (progress) => seen.push(progress) });

    expect(seen[0]).to.deep.equal({
      queries: 0,
      queriesRunning: 0,
      recordsScanned: 0,
      recordsMatched: 0,
      bytesScanned: 0,
      logGroups: 3,
      logGroupsDone: 0,
    });
    expect(seen.some(({ queriesRunning }) => queriesRunning > 0)).to.equal(true);
    expect(seen.at(-1)).to.deep.equal({
      queries: 2,
      queriesRunning: 0,
      recordsScanned: 40,
      recordsMatched: 4,
      bytesScanned: 4000,
      logGroups: 3,
      logGroupsDone: 3,
    });
    const done = seen.map(({ logGroupsDone }) => logGroupsDone);
    expect(done).to.deep.equal([...done].sort());
  });
});
