import {
  CreateLookupTableCommand,
  DeleteLookupTableCommand,
  DescribeLookupTablesCommand,
  GetLookupTableCommand,
  GetQueryResultsCommand,
  ListLogGroupsForQueryCommand,
  StartQueryCommand,
  UpdateLookupTableCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { type Bench, documented, eventually, operation, refused } from '../conformance-case.js';

/** Makes a table, lends its name and ARN, and deletes it. */
async function withTable(
  { client }: Bench,
  tableBody: string,
  use: (table: { lookupTableName: string; lookupTableArn: string }) => Promise<void>,
): Promise<void> {
  const lookupTableName = `conformance_${Math.random().toString(36).slice(2)}`;
  const { lookupTableArn } = await client.send(new CreateLookupTableCommand({ lookupTableName, tableBody }));
  try {
    await use({ lookupTableName, lookupTableArn: lookupTableArn! });
  } finally {
    await client.send(new DeleteLookupTableCommand({ lookupTableArn }));
  }
}

export const lookupTableCases = [
  ...operation('CreateLookupTable', {
    'answers the ARN, and refuses the name the second time': documented((bench) =>
      withTable(bench, 'id,name\n1,one\n', async ({ lookupTableName, lookupTableArn }) => {
        expect(lookupTableArn).to.match(new RegExp(`^arn:[^:]+:logs:.*:lookup-table:${lookupTableName}$`));
        const again = new CreateLookupTableCommand({ lookupTableName, tableBody: 'a\n1\n' });
        await refused(bench.client.send(again), 'ResourceAlreadyExistsException');
      }),
    ),
    'refuses a table of nothing': documented(async ({ client }) => {
      await refused(client.send(new CreateLookupTableCommand({ lookupTableName: 'conformance_none' })), [
        'InvalidParameterException',
        'ValidationException',
      ]);
    }),
    'makes a table that queries can name': documented((bench) =>
      withTable(bench, 'code,text\n7,seven\n', async ({ lookupTableName }) => {
        const logGroupName = await bench.group();
        const seconds = Math.floor(bench.now() / 1000);
        const { queryId } = await bench.client.send(
          new StartQueryCommand({
            logGroupName,
            startTime: seconds - 60,
            endTime: seconds + 60,
            queryString: `fields code | lookup ${lookupTableName} code OUTPUT text`,
          }),
        );
        const { status } = await eventually(
          () => bench.client.send(new GetQueryResultsCommand({ queryId })),
          (answer) => answer.status !== 'Scheduled' && answer.status !== 'Running',
        );
        expect(status).to.equal('Complete');
      }),
    ),
  }),
  ...operation('UpdateLookupTable', {
    'replaces the content': documented((bench) =>
      withTable(bench, 'id\n1\n', async ({ lookupTableArn }) => {
        await bench.client.send(new UpdateLookupTableCommand({ lookupTableArn, tableBody: 'id,b\n2,3\n' }));
        const { tableBody } = await bench.client.send(new GetLookupTableCommand({ lookupTableArn }));
        expect(tableBody!.trim()).to.equal('id,b\n2,3');
      }),
    ),
  }),
  ...operation('GetLookupTable', {
    'gives the content back': documented((bench) =>
      withTable(bench, 'id,name\n1,"a, b"\n', async ({ lookupTableArn, lookupTableName }) => {
        const table = await bench.client.send(new GetLookupTableCommand({ lookupTableArn }));
        expect(table).to.include({ lookupTableArn, lookupTableName });
        expect(table.tableBody!.trim()).to.equal('id,name\n1,"a, b"');
      }),
    ),
  }),
  ...operation('DescribeLookupTables', {
    'tells columns and rows': documented((bench) =>
      withTable(bench, 'id,name\n1,one\n2,two\n', async ({ lookupTableName }) => {
        const { lookupTables } = await bench.client.send(
          new DescribeLookupTablesCommand({ lookupTableNamePrefix: lookupTableName }),
        );
        expect(lookupTables).to.have.length(1);
        expect(lookupTables![0]).to.deep.include({ tableFields: ['id', 'name'], recordsCount: 2 });
      }),
    ),
  }),
  ...operation('DeleteLookupTable', {
    'refuses a table that does not exist': documented((bench) =>
      withTable(bench, 'id\n1\n', async ({ lookupTableArn }) => {
        const missing = new DeleteLookupTableCommand({ lookupTableArn: `${lookupTableArn}x` });
        await refused(bench.client.send(missing), 'ResourceNotFoundException');
      }),
    ),
  }),
  ...operation('ListLogGroupsForQuery', {
    'names the log groups of a query': documented(async (bench) => {
      const logGroupName = await bench.group();
      const seconds = Math.floor(bench.now() / 1000);
      const { queryId } = await bench.client.send(
        new StartQueryCommand({
          logGroupName,
          startTime: seconds - 60,
          endTime: seconds + 60,
          queryString: 'fields @message',
        }),
      );
      const { logGroupIdentifiers } = await eventually(
        () => bench.client.send(new ListLogGroupsForQueryCommand({ queryId })),
        (answer) => (answer.logGroupIdentifiers ?? []).length > 0,
      );
      expect(logGroupIdentifiers!.some((identifier) => identifier.endsWith(logGroupName))).to.equal(true);
    }),
  }),
];
