import { expect } from 'chai';
import {
  CorrelationEngine,
  type CorrelationResult,
  LogEventBuilder,
  type OverLogGroupsResult,
  QueryRunner,
  runOverLogGroups,
} from '../../../src/insights/index.js';
import { itNeeds } from '../../endpoint/it-needs.js';
import { ServiceUnderTest } from '../../endpoint/service-under-test.js';
import { ScriptedClient, serviceError } from '../scripted-client.js';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const HOUR = 3_600_000;

describe('events that are older than their log group', () => {
  let service: ServiceUnderTest;
  beforeEach(async () => {
    service = await ServiceUnderTest.start({ ownClock: true });
  });
  afterEach(() => service.stop());

  const logged = (body: string): string => new LogEventBuilder().body(body).trace(TRACE_ID).build().message;
  const texts = ({ events }: CorrelationResult): string[] => events.map(({ text }) => text);
  const lookUp = (more: object = {}, options: object = {}): Promise<CorrelationResult> =>
    new CorrelationEngine({
      client: service.client,
      logGroups: ['/apps/*'],
      clock: () => service.time,
      ...more,
    }).correlateByTrace(TRACE_ID, options);
  const query = (more: object = {}): Promise<OverLogGroupsResult> =>
    runOverLogGroups(
      { client: service.client, runner: new QueryRunner({ client: service.client }) },
      {
        query: 'fields @timestamp, body',
        logGroups: ['/apps/*'],
        from: service.time - 3 * HOUR,
        to: service.time,
        ...more,
      },
    );

  /** A group that is made only after its first events: as by an exporter that learns its name late. */
  async function lateGroup(): Promise<void> {
    await service.createStream('/apps/late');
    await service.put('/apps/late', [[-HOUR, logged('before')]]);
    service.time += 1000;
    await service.put('/apps/late', [[0, logged('after')]]);
    service.time += HOUR;
  }

  itNeeds(
    'clock',
    'are found by a look-up, which says what queries do not show, and the remedy',
    async () => {
      await lateGroup();
      const result = await lookUp();
      expect(texts(result)).to.deep.equal(['before', 'after']);
      expect(result.notes).to.have.lengthOf(1);
      expect(result.notes[0])
        .to.match(/^\/apps\/late was made at 2026-03-01T12:00:00\.000Z, and 1 event is from before/)
        .and.to.contain('--answer-older-events');
      expect(result.steps.map(({ step, events }) => [step, events])).to.deep.equal([
        ['index', 0],
        ['filter', 1],
        ['fresh', 0],
        ['older', 1],
      ]);
    },
  );

  itNeeds(
    'clock',
    'are found where the group is younger than the whole range, and so in no query',
    async () => {
      await lateGroup();
      const made = service.time - HOUR - 1000;
      const result = await lookUp({}, { from: made - 2 * HOUR, to: made - 60_000 });
      expect(texts(result)).to.deep.equal(['before']);
      expect(result.leftOut.map(({ reason }) => reason)).to.deep.equal(['younger_than_range']);
      expect(result.notes.join()).to.contain('1 event is from before');
    },
  );

  itNeeds('clock', 'are named while they are fresh too, unless the service answers them', async () => {
    await service.createStream('/apps/late');
    await service.put('/apps/late', [
      [-20, logged('before')],
      [-10, logged('before too')],
    ]);
    service.time += 1000;
    await service.put('/apps/late', [[0, logged('after')]]);
    const result = await lookUp();
    expect(texts(result)).to.deep.equal(['before', 'before too', 'after']);
    expect(result.notes).to.have.lengthOf(1);
    expect(result.notes[0]).to.contain('2 events are from before');
    await service.stop();
    service = await ServiceUnderTest.start({ ownClock: true, answerOlderEvents: true });
    await lateGroup();
    expect(texts(await lookUp())).to.deep.equal(['before', 'after']);
    expect((await lookUp()).notes).to.deep.equal([]);
  });

  itNeeds('clock', 'are read neither where FilterLogEvents is not to be asked, nor twice', async () => {
    await lateGroup();
    expect(texts(await lookUp({ freshMillis: 0 }))).to.deep.equal(['after']);
    const all = await lookUp({ freshMillis: 5 * HOUR });
    expect(texts(all)).to.deep.equal(['before', 'after']);
    expect(all.steps.map(({ step }) => step)).to.deep.equal(['index', 'filter', 'fresh']);
  });

  itNeeds('clock', 'cost no call where every group is older than the range', async () => {
    await lateGroup();
    service.time += 12 * HOUR;
    expect((await lookUp()).steps.map(({ step }) => step)).to.deep.equal(['index', 'filter', 'fresh']);
  });

  itNeeds('clock', 'are named by a query that finds nothing, with the remedy', async () => {
    await service.createStream('/apps/late');
    await service.put('/apps/late', [[-1000, logged('before')]]);
    const result = await query();
    expect(result.rows).to.deep.equal([]);
    expect(result.notes).to.have.lengthOf(1);
    expect(result.notes[0])
      .to.contain('it holds events of the range from before')
      .and.to.contain('--answer-older-events');
    const young = await query({ to: service.time - 500 });
    expect(young.leftOut.map(({ reason }) => reason)).to.deep.equal(['younger_than_range']);
    expect(young.notes.join()).to.contain('it holds events of the range from before');
  });

  itNeeds('clock', 'are not spoken of where there are none', async () => {
    await service.createStream('/apps/empty');
    expect((await query()).notes).to.deep.equal([]);
  });

  itNeeds(
    'faults',
    'are said not to be looked for where the age of their log group may not be known',
    async () => {
      await lateGroup();
      service.local.faults.add({ kind: 'deny', operations: ['DescribeLogGroups'] });
      const named = { logGroups: ['/apps/late'] };
      const { events, notes } = await lookUp(named, { from: service.time - 3 * HOUR });
      expect(events).to.have.lengthOf(1);
      expect(notes.join('\n'))
        .to.match(/older than their log group.* not looked for in \/apps\/late: .*allow/)
        .and.to.contain('logs:DescribeLogGroups')
        .and.to.contain('aws/spans');
      expect((await query(named)).notes.join()).to.match(
        /not looked for in \/apps\/late: logs:DescribeLogGroups/,
      );
      const fresh = await lookUp({ ...named, spans: false }, { from: service.time - 1000 });
      expect(fresh.notes).to.deep.equal([]);
    },
  );

  itNeeds('faults', 'are said not to be looked for where FilterLogEvents is denied', async () => {
    await lateGroup();
    service.local.faults.add({ kind: 'deny', operations: ['FilterLogEvents'] });
    for (const { notes } of [await lookUp(), await query()]) {
      expect(notes.join('\n'))
        .to.match(/older/)
        .and.to.match(/allow/)
        .and.to.contain('logs:FilterLogEvents')
        .and.to.contain('/apps/late');
    }
  });

  describe('of a service that answers them', () => {
    beforeEach(async () => {
      await service.stop();
      service = await ServiceUnderTest.start({ ownClock: true, answerOlderEvents: true });
    });

    itNeeds('clock', 'are not spoken of by a query', async () => {
      await lateGroup();
      const { rows, notes } = await query();
      expect(rows).to.have.lengthOf(2);
      expect(notes).to.deep.equal([]);
    });

    itNeeds('clock', 'are not spoken of by a look-up whose queries did not ask for them', async () => {
      await lateGroup();
      const made = service.time - HOUR - 1000;
      const young = await lookUp({}, { from: made - 2 * HOUR, to: made - 60_000 });
      expect(texts(young)).to.deep.equal(['before']);
      expect(young.notes.join()).to.not.contain('from before');
    });
  });

  itNeeds('clock', 'are spoken of where an event of the group’s first second hides them', async () => {
    service.time += 500;
    await service.createStream('/apps/late');
    await service.put('/apps/late', [
      [-300, logged('before')],
      [100, logged('after')],
    ]);
    service.time += HOUR;
    const { rows, notes } = await query();
    expect(rows).to.have.lengthOf(1);
    expect(notes.join()).to.contain('it holds events of the range from before');
  });

  it('of AWS have another remedy', async () => {
    const script = new ScriptedClient(({ operation }) => {
      switch (operation) {
        case 'DescribeLogGroups':
          return { logGroups: [{ logGroupName: '/apps/a', creationTime: service.time - 1000 }] };
        case 'StartQuery':
          return { queryId: 'q' };
        case 'GetQueryResults':
          return { status: 'Complete', results: [] };
        case 'FilterLogEvents':
          return { events: [{ timestamp: service.time - 2000, message: logged('before'), eventId: '1' }] };
        default:
          throw serviceError('AccessDeniedException');
      }
    });
    const result = await lookUp({ client: script.client, logGroups: ['/apps/a'], freshMillis: 1 });
    expect(texts(result)).to.deep.equal(['before']);
    expect(result.notes.join()).to.contain('processor.prepare(resource)').and.to.not.contain('--answer');
  });
});
