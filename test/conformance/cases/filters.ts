import {
  DeleteMetricFilterCommand,
  DescribeIndexPoliciesCommand,
  DescribeMetricFiltersCommand,
  PutIndexPolicyCommand,
  PutMetricFilterCommand,
  TestMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { documented, operation, recorded, refused } from '../conformance-case.js';

export const filterCases = [
  ...operation('PutMetricFilter', {
    'stores a filter that is described and deleted': documented(async ({ client, group }) => {
      const logGroupName = await group();
      const filter = {
        logGroupName,
        filterName: 'errors',
        filterPattern: 'ERROR',
        metricTransformations: [{ metricName: 'errors', metricNamespace: 'conformance', metricValue: '1' }],
      };
      await client.send(new PutMetricFilterCommand(filter));
      const { metricFilters } = await client.send(new DescribeMetricFiltersCommand({ logGroupName }));
      expect(metricFilters).to.have.length(1);
      expect(metricFilters![0]).to.deep.include(filter);
      await client.send(new DeleteMetricFilterCommand({ logGroupName, filterName: 'errors' }));
      const after = await client.send(new DescribeMetricFiltersCommand({ logGroupName }));
      expect(after.metricFilters).to.deep.equal([]);
    }),
    'takes a namespace with a colon': recorded(async ({ client, group }) => {
      const logGroupName = await group();
      const metric = { metricName: 'errors', metricNamespace: 'A.B-c_d/1#2:conformance' };
      await client.send(
        new PutMetricFilterCommand({
          logGroupName,
          filterName: 'errors',
          filterPattern: 'ERROR',
          metricTransformations: [{ ...metric, metricValue: '1' }],
        }),
      );
      const { metricFilters } = await client.send(new DescribeMetricFiltersCommand(metric));
      expect(metricFilters!.map((filter) => filter.logGroupName)).to.include(logGroupName);
    }),
    'refuses a pattern that is none': recorded(async ({ client, group }) => {
      await refused(
        client.send(
          new PutMetricFilterCommand({
            logGroupName: await group(),
            filterName: 'f',
            filterPattern: '{ $.a = }',
            metricTransformations: [{ metricName: 'm', metricNamespace: 'n', metricValue: '1' }],
          }),
        ),
        'InvalidParameterException',
        'Invalid metric filter pattern',
      );
    }),
  }),
  ...operation('TestMetricFilter', {
    'answers the messages that match and the values that it took': documented(async ({ client }) => {
      const { matches } = await client.send(
        new TestMetricFilterCommand({
          filterPattern: '[ip, user, status = 5*, size]',
          logEventMessages: ['10.0.0.1 bob 200 17', '10.0.0.2 eve 503 0'],
        }),
      );
      expect(matches).to.have.length(1);
      expect(matches![0]!.eventMessage).to.equal('10.0.0.2 eve 503 0');
      expect(matches![0]!.extractedValues).to.deep.equal({
        $ip: '10.0.0.2',
        $user: 'eve',
        $status: '503',
        $size: '0',
      });
    }),
  }),
  ...operation('PutIndexPolicy', {
    'stores the fields of a group': documented(async ({ client, group }) => {
      const logGroupIdentifier = await group();
      const policyDocument = JSON.stringify({ Fields: ['trace_id', 'span_id'] });
      await client.send(new PutIndexPolicyCommand({ logGroupIdentifier, policyDocument }));
      const { indexPolicies } = await client.send(
        new DescribeIndexPoliciesCommand({ logGroupIdentifiers: [logGroupIdentifier] }),
      );
      expect(JSON.parse(indexPolicies![0]!.policyDocument!)).to.deep.equal({
        Fields: ['trace_id', 'span_id'],
      });
    }),
    'refuses 21 fields': documented(async ({ client, group }) => {
      const policyDocument = JSON.stringify({
        Fields: Array.from({ length: 21 }, (_, index) => `f${index}`),
      });
      await refused(
        client.send(new PutIndexPolicyCommand({ logGroupIdentifier: await group(), policyDocument })),
        ['InvalidParameterException', 'LimitExceededException'],
      );
    }),
  }),
];
