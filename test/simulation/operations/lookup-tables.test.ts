import {
  CreateLookupTableCommand,
  type CreateLookupTableCommandInput,
  DeleteLookupTableCommand,
  DescribeLookupTablesCommand,
  GetLookupTableCommand,
  GetQueryResultsCommand,
  ListLogGroupsForQueryCommand,
  ListTagsForResourceCommand,
  StartQueryCommand,
  TagResourceCommand,
  UpdateLookupTableCommand,
  type UpdateLookupTableCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';

import { failure, LocalService, START } from '../local-service.js';

const GROUP = '/app';
const ARN = 'arn:aws:logs:us-east-1:000000000000:lookup-table:users';
const KEY = 'arn:aws:kms:us-east-1:000000000000:key/0f1e2d3c';
const USERS = 'id,name,team\n1,"Doe, Jane",red\n2,Max,blue\n';

describe('lookup tables', () => {
  let service: LocalService;

  beforeEach(async () => {
    service = await LocalService.start();
    await service.createStream(GROUP);
    await service.put(GROUP, [
      [1, '{"id":1}'],
      [2, '{"id":2}'],
      [3, '{"id":3}'],
    ]);
  });
  afterEach(() => service.stop());

  const create = (input: Partial<CreateLookupTableCommandInput> = {}) =>
    service.client.send(
      new CreateLookupTableCommand({ lookupTableName: 'users', tableBody: USERS, ...input }),
    );
  const update = (input: Partial<UpdateLookupTableCommandInput>) =>
    service.client.send(new UpdateLookupTableCommand({ lookupTableArn: ARN, ...input }));
  const get = (lookupTableArn = ARN) => service.client.send(new GetLookupTableCommand({ lookupTableArn }));
  const start = async (queryString: string): Promise<string> => {
    const seconds = START / 1000;
    const { queryId } = await service.client.send(
      new StartQueryCommand({
        logGroupName: GROUP,
        startTime: seconds,
        endTime: seconds + 9,
        queryString,
      }),
    );
    return queryId!;
  };
  const ended = async (queryId: string) => {
    for (;;) {
      const answer = await service.client.send(new GetQueryResultsCommand({ queryId }));
      if (answer.status !== 'Scheduled' && answer.status !== 'Running') return answer;
    }
  };
  const rows = async (queryString: string) => {
    const { results } = await ended(await start(queryString));
    return results!.map((row) =>
      row.flatMap(({ field, value }) => (field === '@ptr' ? [] : [`${field}=${value}`])).join(' '),
    );
  };

  it('are made, shown and deleted', async () => {
    expect(await create({ description: 'who', kmsKeyId: KEY })).to.deep.include({
      lookupTableArn: ARN,
      createdAt: START,
    });
    expect(await get()).to.deep.include({
      lookupTableArn: ARN,
      lookupTableName: 'users',
      description: 'who',
      tableBody: USERS,
      sizeBytes: USERS.length,
      lastUpdatedTime: START,
      kmsKeyId: KEY,
    });
    await create({ lookupTableName: 'other' });
    const describe = (lookupTableNamePrefix?: string) =>
      service.client.send(new DescribeLookupTablesCommand({ lookupTableNamePrefix, maxResults: 1 }));
    expect((await describe('u')).lookupTables).to.deep.equal([
      {
        lookupTableArn: ARN,
        lookupTableName: 'users',
        description: 'who',
        tableFields: ['id', 'name', 'team'],
        recordsCount: 2,
        sizeBytes: USERS.length,
        lastUpdatedTime: START,
        kmsKeyId: KEY,
      },
    ]);
    const page = await describe();
    expect(page.lookupTables![0]!.lookupTableName).to.equal('other');
    expect(page.nextToken).to.be.a('string');
    const remove = () => service.client.send(new DeleteLookupTableCommand({ lookupTableArn: ARN }));
    await remove();
    expect((await failure(remove())).name).to.equal('ResourceNotFoundException');
    expect((await failure(get())).name).to.equal('ResourceNotFoundException');
    expect((await failure(get('x'))).name).to.equal('InvalidParameterException');
  });

  it('are named once, and have tags', async () => {
    await create({ tags: { a: 'b' } });
    expect((await failure(create())).name).to.equal('ResourceAlreadyExistsException');
    await service.client.send(new TagResourceCommand({ resourceArn: ARN, tags: { c: 'd' } }));
    const { tags } = await service.client.send(new ListTagsForResourceCommand({ resourceArn: ARN }));
    expect(tags).to.deep.equal({ a: 'b', c: 'd' });
  });

  it('are replaced as a whole', async () => {
    await create({ description: 'who', kmsKeyId: KEY });
    service.time += 5;
    expect(await update({ tableBody: 'id,name\n3,Eve' })).to.deep.include({ lastUpdatedTime: START + 5 });
    expect(await get()).to.deep.include({
      tableBody: 'id,name\n3,Eve',
      description: 'who',
      kmsKeyId: KEY,
    });
    await update({ tableBody: 'id\n1', kmsKeyId: '', description: 'new' });
    expect(await get())
      .to.include({ description: 'new' })
      .and.not.have.property('kmsKeyId');
    expect((await failure(update({ kmsKeyId: KEY }))).name).to.equal('InvalidParameterException');
  });

  const wrong: Partial<CreateLookupTableCommandInput>[] = [
    { tableBody: undefined },
    { queryId: 'both' },
    { lookupTableName: 'with-hyphen' },
    { tableBody: '' },
    { tableBody: 'a,a\n1,2' },
    { tableBody: 'a,\n1,2' },
    { tableBody: 'a,b\n1' },
    { tableBody: 'a,b\n"1,2' },
    { tableBody: `a\n${'ü'.repeat(5 * 1024 * 1024)}` },
    { kmsKeyId: 'none' },
    { description: 'x'.repeat(1025) },
    { tags: { 'aws:x': 'y' } },
  ];
  for (const input of wrong) {
    it(`refuse ${JSON.stringify(input).slice(0, 60)}`, async () => {
      expect((await failure(create(input))).name).to.equal('InvalidParameterException');
    });
  }

  it('are a hundred', async () => {
    for (let count = 0; count < 100; count++) {
      await create({ lookupTableName: `t${count}`, tableBody: 'a\n1' });
    }
    expect((await failure(create())).name).to.equal('LimitExceededException');
    await update({ lookupTableArn: ARN.replace('users', 't5'), tableBody: 'b\n1' });
  });

  it('are what `lookup` in a query names', async () => {
    await create();
    const query = 'fields id | lookup users id OUTPUT name, team | sort id asc';
    expect(await rows(query)).to.deep.equal([
      'id=1 name=Doe, Jane team=red',
      'id=2 name=Max team=blue',
      'id=3',
    ]);
    await update({ tableBody: 'id,name,team\n3,Eve,green' });
    expect(await rows(query)).to.deep.equal(['id=1', 'id=2', 'id=3 name=Eve team=green']);
    const { name, message } = await failure(start('fields id | lookup nosuch id OUTPUT name'));
    expect([name, message]).to.deep.equal(['MalformedQueryException', 'Lookup table nosuch does not exist']);
  });

  it('not documented: are made of the fields of a query, but for @ptr', async () => {
    const queryId = await start('fields id, id * 10 as tens | sort id asc');
    await ended(queryId);
    await create({ tableBody: undefined, queryId });
    expect((await get()).tableBody).to.equal('id,tens\n1,10\n2,20\n3,30\n');
    const none = await failure(create({ lookupTableName: 'b', tableBody: undefined, queryId: 'none' }));
    expect(none.name).to.equal('ResourceNotFoundException');
    const empty = await start('fields id | filter id = 9');
    await ended(empty);
    const { name } = await failure(create({ lookupTableName: 'b', tableBody: undefined, queryId: empty }));
    expect(name).to.equal('InvalidParameterException');
  });
});

describe('ListLogGroupsForQuery', () => {
  it('tells what a query read', async () => {
    const service = await LocalService.start();
    try {
      for (const group of ['/a', '/b', '/c']) await service.createStream(group);
      const seconds = START / 1000;
      const { queryId } = await service.client.send(
        new StartQueryCommand({
          startTime: seconds,
          endTime: seconds + 9,
          queryString: "SOURCE logGroups(namePrefix: ['/a', '/c']) | fields @message",
        }),
      );
      const list = (input: { queryId: string | undefined; maxResults?: number }) =>
        service.client.send(new ListLogGroupsForQueryCommand(input));
      expect((await list({ queryId })).logGroupIdentifiers).to.deep.equal(['/a', '/c']);
      expect((await failure(list({ queryId: 'none' }))).name).to.equal('ResourceNotFoundException');
      expect((await failure(list({ queryId, maxResults: 49 }))).name).to.equal('InvalidParameterException');
    } finally {
      await service.stop();
    }
  });
});
